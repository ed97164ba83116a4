import re
import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core import mail
from django.test import Client
from django.urls import reverse

from rebattery.accounts.models import ApiToken, User
from rebattery.accounts.queries import valid_token
from rebattery.accounts.roles import Role
from rebattery.audit.trail import events
from tests.factories import AT, PASSWORD, balance, make_person, make_supplier

INVITATION = {"name": "Ann", "email": "ann@example.com", "role": "warehouse", "supplier": ""}


def signed_in(role: str = Role.ADMINISTRATOR) -> Client:
    client = Client()
    client.person = make_person(role)  # type: ignore[attr-defined]
    client.force_login(client.person)
    return client


def link_in(message: mail.EmailMessage) -> str:
    return re.search(r"http://testserver(\S+)", message.body)[1]


def follow(link: str, password: str) -> Client:
    """Open the link of an invitation in another browser and set a password."""
    client = Client()
    form = client.get(link, follow=True)
    if form.redirect_chain:
        client.post(form.redirect_chain[-1][0], {"password1": password, "password2": password})
    return client


class TestPersonInvite:
    def test_leads_from_the_mail_to_a_signed_in_person(self, db):
        administrator = signed_in()

        shown = administrator.post(reverse("person_invite"), INVITATION, follow=True)
        follow(link_in(mail.outbox[0]), PASSWORD)
        newcomer = Client()
        newcomer.post("/accounts/login/", {"login": "ann@example.com", "password": PASSWORD})

        assert "The invitation was sent to ann@example.com." in shown.content.decode()
        assert mail.outbox[0].to == ["ann@example.com"]
        assert "Ann" in newcomer.get("/").content.decode()
        assert newcomer.get(reverse("dock")).status_code == 200
        balance()

    def test_link_works_once(self, db):
        signed_in().post(reverse("person_invite"), INVITATION)
        link = link_in(mail.outbox[0])

        follow(link, PASSWORD)
        follow(link, "another long password")

        assert User.objects.get(email="ann@example.com").check_password(PASSWORD)

    def test_link_of_somebody_who_was_locked_out_lets_nobody_in(self, db):
        administrator = signed_in()
        administrator.post(reverse("person_invite"), INVITATION)
        ann = User.objects.get(email="ann@example.com")
        administrator.post(reverse("person_deactivate", args=[ann.pk]), {"reason": "Changed our mind"})

        follow(link_in(mail.outbox[0]), PASSWORD)

        newcomer = Client()
        newcomer.post("/accounts/login/", {"login": ann.email, "password": PASSWORD})
        assert newcomer.get("/").status_code == 302

    def test_takes_a_suppliers_person(self, db):
        supplier = make_supplier("GX-1")

        signed_in().post(reverse("person_invite"), INVITATION | {"role": "supplier", "supplier": supplier.pk})

        assert User.objects.get(email="ann@example.com").supplier == supplier

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({"role": "supplier"}, "Choose one for suppliers, none for staff."),
            ({"email": "ann"}, "valid email address"),
            ({"role": "emperor"}, "emperor is not one of the available choices"),
        ],
    )
    def test_says_what_is_wrong(self, db, more, said):
        page = signed_in().post(reverse("person_invite"), INVITATION | more)

        assert said in page.content.decode()
        assert not User.objects.filter(email="ann@example.com").exists() and mail.outbox == []

    @pytest.mark.rule(20)
    def test_shows_a_mail_that_failed_with_its_link(self, db, monkeypatch):
        def refuse(*args: object, **options: object) -> None:
            raise ConnectionRefusedError("mail server away")

        monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)

        page = signed_in().post(reverse("person_invite"), INVITATION, follow=True).content.decode()

        assert "the mail failed: mail server away" in page and "/accounts/password/reset/key/" in page
        assert User.objects.filter(email="ann@example.com").exists()
        balance()


class TestPerson:
    def test_shows_the_story(self, db):
        administrator = signed_in()
        administrator.post(reverse("person_invite"), INVITATION)
        ann = User.objects.get(email="ann@example.com")

        administrator.post(reverse("person_role", args=[ann.pk]), {"role": "reviewer", "reason": "Moved"})
        administrator.post(reverse("person_deactivate", args=[ann.pk]), {"reason": "Left"})

        page = administrator.get(reverse("person", args=[ann.pk])).content.decode()
        assert page.index("deactivated Ann") < page.index("made Ann")  # newest first
        assert "made Ann" in page and "deactivated Ann" in page and "Let this person in again?" in page
        assert events().filter(request_id="").count() == 1  # only the factory's own has no request
        balance()

    def test_has_no_id_twice(self, db):
        page = signed_in().get(reverse("person", args=[make_person().pk])).content.decode()

        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids))

    def test_changes_nothing_without_a_reason(self, db):
        ann = make_person()

        page = signed_in().post(reverse("person_deactivate", args=[ann.pk]), {"reason": ""}, follow=True)

        ann.refresh_from_db()
        assert ann.is_active and "Say why. Nothing was changed." in page.content.decode()

    @pytest.mark.rule(4)
    def test_offers_nothing_on_oneself_and_refuses_it(self, db):
        administrator = signed_in()
        own = administrator.person.pk

        page = administrator.get(reverse("person", args=[own])).content.decode()
        answer = administrator.post(
            reverse("person_role", args=[own]), {"role": "reviewer", "reason": "I can"}, follow=True
        )

        assert "Change role" not in page and "Nobody changes their own role" in answer.content.decode()
        assert User.objects.get(pk=own).role == Role.ADMINISTRATOR

    def test_does_not_make_staff_of_suppliers_people(self, db):
        sue = make_person(Role.SUPPLIER)

        signed_in().post(reverse("person_role", args=[sue.pk]), {"role": "reviewer", "reason": "Hired"})

        sue.refresh_from_db()
        assert sue.role == Role.SUPPLIER


class TestTokens:
    FORM = {"label": "Bench computer", "scopes": ["record_tests"]}

    def make(self, client: Client, **more: object) -> str:
        """Ask for a token, and give the password again, as the page wants."""
        client.post(reverse("tokens"), self.FORM | more)
        page = client.post("/accounts/reauthenticate/?next=/tokens/", {"password": PASSWORD}, follow=True)
        return page.content.decode()

    def test_asks_for_the_password_before_it_makes_one(self, db):
        client = signed_in(Role.WAREHOUSE)

        answer = client.post(reverse("tokens"), self.FORM)

        assert answer["Location"].startswith("/accounts/reauthenticate/")
        assert not ApiToken.objects.exists()

    def test_shows_the_secret_once(self, db):
        client = signed_in(Role.WAREHOUSE)

        page = self.make(client)

        secret = re.search(r'id="new-token">(rb_[^<]+)<', page)[1]
        assert valid_token(secret=secret, at=AT).scopes == ["record_tests"]
        assert secret not in client.get(reverse("tokens")).content.decode()
        balance()

    def test_offers_only_what_the_person_holds(self, db):
        page = signed_in(Role.AUDITOR).get(reverse("tokens")).content.decode()

        assert (
            'value="view_packs"' in page
            and 'value="view_trail"' not in page
            and 'value="record_tests"' not in page
        )

    def test_refuses_a_scope_that_was_not_offered(self, db):
        self.make(signed_in(Role.WAREHOUSE), scopes=["manage_people"])

        assert not ApiToken.objects.exists()

    def test_revokes_ones_own_and_nobody_elses(self, db):
        owner, other = signed_in(Role.WAREHOUSE), signed_in(Role.WAREHOUSE)
        self.make(owner)
        token = ApiToken.objects.get()

        assert other.post(reverse("token_revoke", args=[token.pk])).status_code == 404
        assert ApiToken.objects.get().revoked_at is None
        owner.post(reverse("token_revoke", args=[token.pk]))
        assert ApiToken.objects.get().revoked_at is not None
        balance()


class TestSecondFactor:
    def test_is_asked_after_the_password_and_its_code_works_once(self, db):
        person, secret = make_person(Role.REVIEWER), generate_totp_secret()
        TOTP.activate(person, secret)
        code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))

        assert not self.is_let_in(person, "000000")
        assert self.is_let_in(person, code)
        assert not self.is_let_in(person, code)

    def is_let_in(self, person: User, code: str) -> bool:
        client = Client()
        answer = client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
        assert answer["Location"].startswith("/accounts/2fa/authenticate/")
        assert client.get("/").status_code == 302
        client.post(answer["Location"], {"code": code})
        return client.get("/").status_code == 200
