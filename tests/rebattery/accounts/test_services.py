from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from rebattery.accounts.models import ApiToken, User
from rebattery.accounts.queries import sha256_of, valid_token
from rebattery.accounts.roles import Role
from rebattery.accounts.services import (
    OwnAccount,
    PersonExists,
    ScopeNotHeld,
    SupplierMismatch,
    change_role,
    create_token,
    deactivate_person,
    invite_person,
    note_token_use,
    reactivate_person,
    revoke_token,
)
from rebattery.audit.record import ReasonMissing
from rebattery.audit.trail import entry_of, events_of
from tests.factories import AT, balance, make_actor, make_person, make_supplier

WHO = {"email": "Ann@Example.com", "name": "Ann", "role": Role.WAREHOUSE, "supplier_id": None}


def invite(actor=None, **more):
    return invite_person(**WHO | more, actor=actor or make_actor(), at=AT)


def sentences(person):
    events = events_of(subject_type="person", subject_id=person.pk)
    return [(entry_of(event).sentence, event.before, event.after) for event in events]


def token_for(person, *scopes, **more):
    made = create_token(
        person=person, label="Bench", scopes=list(scopes), actor=make_actor(person), at=AT, **more
    )
    return made


class TestInvitePerson:
    def test_makes_a_person_who_cannot_sign_in_before_the_link(self, db):
        person = invite(make_actor(make_person(Role.ADMINISTRATOR, name="Ada")))

        [(sentence, before, after)] = sentences(person)
        assert (person.email, person.has_usable_password()) == ("ann@example.com", False)
        assert sentence == "Ada invited Ann <ann@example.com> as Warehouse."
        assert before is None and after["role"] == "warehouse"
        balance()

    @pytest.mark.parametrize("email", ["ann@example.com", "ANN@EXAMPLE.COM"])
    def test_refuses_an_address_that_is_taken_in_any_case(self, db, email):
        invite()

        with pytest.raises(PersonExists):
            invite(email=email)

    def test_and_so_does_the_table(self, db):
        person = invite()

        with pytest.raises(IntegrityError, match="ignoring_case"), transaction.atomic():
            User.objects.create(email=person.email.upper(), name="B", role=Role.AUDITOR, created_at=AT)

    def test_refuses_suppliers_people_without_supplier_and_staff_with_one(self, db):
        supplier = make_supplier()

        with pytest.raises(SupplierMismatch):
            invite(role=Role.SUPPLIER)
        with pytest.raises(SupplierMismatch):
            invite(supplier_id=supplier.pk)
        assert invite(role=Role.SUPPLIER, supplier_id=supplier.pk).supplier == supplier


class TestChangeRole:
    def test_changes_it_with_the_reason(self, db):
        person = invite()

        change_role(person_id=person.pk, role=Role.REVIEWER, reason="Moved", actor=make_actor(), at=AT)

        assert sentences(person)[-1] == (
            "ReBattery made Ann <ann@example.com> Reviewer.",
            {"role": "warehouse"},
            {"role": "reviewer"},
        )
        balance()

    def test_writes_nothing_when_it_is_so_already(self, db):
        person = invite()

        change_role(person_id=person.pk, role=Role.WAREHOUSE, reason="Again", actor=make_actor(), at=AT)

        assert len(sentences(person)) == 1
        balance()

    def test_needs_a_reason(self, db):
        person = invite()

        with pytest.raises(ReasonMissing):
            change_role(person_id=person.pk, role=Role.REVIEWER, reason=" ", actor=make_actor(), at=AT)

    @pytest.mark.parametrize("role", [Role.WAREHOUSE, Role.ADMINISTRATOR])
    def test_leaves_suppliers_people_what_they_are(self, db, role):
        person = make_person(Role.SUPPLIER)

        with pytest.raises(SupplierMismatch):
            change_role(person_id=person.pk, role=role, reason="Hired", actor=make_actor(), at=AT)

    @pytest.mark.rule(4)
    def test_is_not_for_oneself(self, db):
        ada = make_person(Role.ADMINISTRATOR)

        with pytest.raises(OwnAccount):
            change_role(person_id=ada.pk, role=Role.REVIEWER, reason="Me", actor=make_actor(ada), at=AT)


class TestDeactivatePerson:
    def test_locks_out_and_lets_in_again(self, db):
        person = invite()
        how = {"person_id": person.pk, "actor": make_actor(), "at": AT}

        deactivate_person(reason="Left", **how)
        deactivate_person(reason="Left twice", **how)
        reactivate_person(reason="Back", **how)

        assert [after for _, _, after in sentences(person)[1:]] == [{"is_active": False}, {"is_active": True}]
        assert User.objects.get(pk=person.pk).is_active
        balance()

    def test_takes_every_capability(self, db):
        person = deactivate_person(person_id=invite().pk, reason="Left", actor=make_actor(), at=AT)

        assert not person.may("signed_in")

    @pytest.mark.rule(4)
    def test_is_not_for_oneself_and_not_by_token_either(self, db):
        ada = make_person(Role.ADMINISTRATOR)

        with pytest.raises(OwnAccount):
            deactivate_person(person_id=ada.pk, reason="Bye", actor=make_actor(ada), at=AT)


class TestCreateToken:
    def test_shows_the_secret_once_and_keeps_its_digest(self, db):
        person = make_person(Role.WAREHOUSE)

        made = token_for(person, "record_tests")

        token = ApiToken.objects.get()
        assert token.secret_sha256 == sha256_of(made.secret) and len(made.secret) > 50
        assert made.secret not in str(vars(token))
        [event] = events_of(subject_type="token", subject_id=token.pk)
        assert made.secret not in str(vars(event)) and sha256_of(made.secret) not in str(vars(event))
        balance()

    @pytest.mark.parametrize(
        "scopes", [[], ["upload_manifest"], ["record_tests", "upload_manifest"], ["receive_packs"], ["x"]]
    )
    def test_gives_no_more_than_the_person_holds_and_the_api_offers(self, db, scopes):
        with pytest.raises(ScopeNotHeld):
            token_for(make_person(Role.WAREHOUSE), *scopes)

    @pytest.mark.parametrize(("asked", "given"), [(30, 30), (365, 365), (366, 365), (9_999, 365)])
    def test_lasts_a_year_at_most(self, db, asked, given):
        made = token_for(make_person(), "view_packs", lifetime=timedelta(days=asked))

        assert made.token.expires_at == AT + timedelta(days=given)


class TestRevokeToken:
    def test_makes_it_worthless_once(self, db):
        person = make_person()
        made = token_for(person, "view_packs")
        how = {"token_id": made.token.pk, "person": person, "actor": make_actor(person)}

        revoke_token(**how, at=AT)
        revoke_token(**how, at=AT + timedelta(days=1))

        assert ApiToken.objects.get().revoked_at == AT
        assert len(events_of(subject_type="token", subject_id=made.token.pk)) == 2
        balance()

    def test_is_for_ones_own_only(self, db):
        made = token_for(make_person(), "view_packs")

        with pytest.raises(ApiToken.DoesNotExist):
            revoke_token(token_id=made.token.pk, person=make_person(), actor=make_actor(), at=AT)


class TestValidToken:
    def test_ends_with_its_last_moment(self, db):
        made = token_for(make_person(), "view_packs", lifetime=timedelta(days=1))
        end = AT + timedelta(days=1)

        assert valid_token(secret=made.secret, at=end - timedelta(microseconds=1)) == made.token
        assert valid_token(secret=made.secret, at=end) is None
        assert valid_token(secret=made.secret + "x", at=AT) is None

    def test_ends_with_its_person(self, db):
        person = make_person()
        made = token_for(person, "view_packs")

        deactivate_person(person_id=person.pk, reason="Left", actor=make_actor(), at=AT)

        assert valid_token(secret=made.secret, at=AT) is None


class TestNoteTokenUse:
    def test_writes_once_a_minute_and_no_event(self, db, django_assert_num_queries):
        token = token_for(make_person(), "view_packs").token
        note_token_use(token=token, at=AT)
        token.refresh_from_db()

        with django_assert_num_queries(0):
            note_token_use(token=token, at=AT + timedelta(seconds=60))
        with django_assert_num_queries(1):
            note_token_use(token=token, at=AT + timedelta(seconds=61))

        assert len(events_of(subject_type="token", subject_id=token.pk)) == 1
        balance()
