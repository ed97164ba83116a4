"""Signing in, staying in, and what ends it."""

import time

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from rebattery.accounts.models import User
from rebattery.accounts.roles import SECOND_FACTOR_ROLES, Role
from rebattery.accounts.services import deactivate_person
from tests.factories import AT, PASSWORD, make_actor, make_person

LOGIN, HOME = "/accounts/login/", "/"
MINUTE, HOUR = 60, 60 * 60


def sign_in(person: User, password: str = PASSWORD, client: Client | None = None) -> Client:
    client = client or Client()
    client.post(LOGIN, {"login": person.email, "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get(HOME).status_code == 200


def age(client: Client, **seconds: int) -> None:
    """Make the session older than it is."""
    session = client.session
    for name, by in seconds.items():
        session[name] = int(time.time()) - by
    session.save()


@pytest.fixture
def person(db) -> User:
    return make_person(Role.WAREHOUSE)


class TestSignIn:
    def test_takes_the_address_in_any_case(self, person):
        person.email = person.email.upper()

        assert is_in(sign_in(person))

    def test_gives_a_new_session(self, person):
        client = Client()
        client.get(LOGIN)
        client.cookies[settings.SESSION_COOKIE_NAME] = "planted-by-somebody-else"

        sign_in(person, client=client)

        assert client.cookies[settings.SESSION_COOKIE_NAME].value != "planted-by-somebody-else"
        assert is_in(client)

    def test_says_the_same_for_a_wrong_password_and_an_unknown_address(self, person):
        wrong = Client().post(LOGIN, {"login": person.email, "password": "wrong password"})
        unknown = Client().post(LOGIN, {"login": "nobody@example.com", "password": "wrong password"})

        assert wrong.context["form"].errors == unknown.context["form"].errors

    def test_refuses_the_sixth_try_even_with_the_right_password(self, person):
        for _ in range(5):
            sign_in(person, "wrong password")

        assert not is_in(sign_in(person))

    def test_and_the_fifth_try_is_still_good(self, person):
        for _ in range(4):
            sign_in(person, "wrong password")

        assert is_in(sign_in(person))

    def test_does_not_lock_out_the_others(self, person):
        for _ in range(6):
            sign_in(person, "wrong password")

        assert is_in(sign_in(make_person(Role.REVIEWER)))

    def test_needs_the_token_of_the_form(self, person):
        client = Client(enforce_csrf_checks=True)

        assert client.post(LOGIN, {"login": person.email, "password": PASSWORD}).status_code == 403

    def test_does_not_lead_elsewhere(self, person):
        response = Client().post(
            LOGIN + "?next=https://evil.example/", {"login": person.email, "password": PASSWORD}
        )

        assert response["Location"] == HOME

    def test_offers_nobody_an_account(self, db):
        assert Client().get("/accounts/signup/").status_code == 404


class TestSession:
    def test_ends_when_its_person_is_deactivated(self, person):
        client = sign_in(person)
        assert is_in(client)

        deactivate_person(person_id=person.pk, reason="Left", actor=make_actor(), at=AT)

        assert client.get(HOME)["Location"].startswith(LOGIN)
        assert not is_in(sign_in(person))

    def test_ends_everywhere_when_the_password_changes(self, person):
        here, elsewhere = sign_in(person), sign_in(person)
        new = "quite another password 7"

        here.post(
            reverse("account_change_password"),
            {"oldpassword": PASSWORD, "password1": new, "password2": new},
        )

        assert not is_in(elsewhere)
        assert is_in(sign_in(person, new)) and not is_in(sign_in(person))

    @pytest.mark.parametrize(("idle", "stays"), [(29 * MINUTE, True), (31 * MINUTE, False)])
    def test_ends_after_half_an_hour_without_use(self, person, idle, stays):
        client = sign_in(person)
        assert is_in(client)

        age(client, seen_at=idle)

        assert is_in(client) == stays

    @pytest.mark.parametrize(("old", "stays"), [(8 * HOUR - MINUTE, True), (8 * HOUR + MINUTE, False)])
    def test_ends_after_eight_hours_however_busy(self, person, old, stays):
        client = sign_in(person)
        assert is_in(client)

        age(client, began_at=old, seen_at=2 * MINUTE)

        assert is_in(client) == stays

    def test_ends_with_signing_out_and_not_by_looking_at_the_page(self, person):
        client = sign_in(person)

        client.get("/accounts/logout/")
        assert is_in(client)
        client.post("/accounts/logout/")
        assert not is_in(client)

    def test_lists_and_ends_ones_other_sessions(self, person):
        here, elsewhere = sign_in(person), sign_in(person)
        assert is_in(elsewhere)

        here.post("/accounts/sessions/")

        assert is_in(here) and not is_in(elsewhere)


class TestPassword:
    @pytest.mark.parametrize("new", ["fourteen chars", "1qaz2wsx3edc4rfv", "warehouse@example.com"])
    def test_is_long_and_neither_common_nor_ones_own_address(self, person, new):
        client = sign_in(person)

        client.post(
            reverse("account_change_password"),
            {"oldpassword": PASSWORD, "password1": new, "password2": new},
        )

        assert is_in(sign_in(person))

    def test_is_kept_by_argon2(self, person):
        assert person.password.startswith("argon2$argon2id$")


@pytest.mark.parametrize("role", Role)
class TestSecondFactor:
    @override_settings(SECOND_FACTOR_REQUIRED=True)
    def test_is_demanded_where_the_table_says_so(self, db, role):
        client = sign_in(make_person(role))

        answers = {path: client.get(path) for path in (HOME, "/packs/", "/tokens/", "/styleguide/")}

        for response in answers.values():
            if role in SECOND_FACTOR_ROLES:
                assert (response.status_code, response["Location"]) == (302, "/accounts/2fa/")
            else:
                assert response.status_code == 200

    @override_settings(SECOND_FACTOR_REQUIRED=True)
    def test_does_not_bar_the_way_to_set_it_up(self, db, role):
        client = sign_in(make_person(role))

        assert client.get("/accounts/2fa/").status_code == 200

    def test_is_not_demanded_in_the_local_mode(self, db, role):
        assert is_in(sign_in(make_person(role)))


class TestSecondFactorRoles:
    def test_are_those_that_decide_and_those_that_rule(self):
        assert {Role.REVIEWER, Role.ADMINISTRATOR} == SECOND_FACTOR_ROLES
