from datetime import date

import pytest
from django.utils import timezone

from intake.models import WasteCode, WasteOperator
from intake.services.waste import change_operator
from rebattery.accounts.roles import Role
from tests.factories import make_actor, make_person
from tests.grading.sending_off import make_code, make_operator

OPERATOR = {
    "name": "Works",
    "permit_number": "P-9",
    "permit_valid_until": "2027-01-01",
    "country": "de",
    "address": "Weg 1",
}


@pytest.fixture
def administrator(client, db):
    client.force_login(make_person(Role.ADMINISTRATOR))


def text(response) -> str:
    return response.content.decode()


@pytest.mark.usefixtures("administrator")
class TestOperators:
    def test_are_added_listed_and_changed(self, client):
        response = client.post("/waste/operators/new/", OPERATOR)
        operator = WasteOperator.objects.get()
        assert response["Location"] == f"/waste/operators/{operator.pk}/"
        assert "P-9" in text(client.get("/waste/operators/?q=works"))

        client.post(
            f"/waste/operators/{operator.pk}/edit/",
            OPERATOR | {"permit_valid_until": "2028-01-01", "is_active": "on", "reason": "Renewed"},
        )

        operator.refresh_from_db()
        assert operator.permit_valid_until == date(2028, 1, 1)
        assert "Renewed" in text(client.get(f"/waste/operators/{operator.pk}/"))

    def test_say_when_a_permit_is_taken_or_over(self, client):
        make_operator(permit_number="P-9", permit_valid_until=date(2020, 1, 1))

        assert "Taken." in text(client.post("/waste/operators/new/", OPERATOR))
        assert "no order can name" in text(client.get(f"/waste/operators/{WasteOperator.objects.get().pk}/"))

    def test_can_be_exported(self, client):
        make_operator()

        assert b"Recycling Works" in client.get("/waste/operators/?export=csv").getvalue()

    @pytest.mark.parametrize(
        ("changes", "word"),
        [
            ({"country": "AT"}, "yes"),
            ({"permit_valid_until": date(2020, 1, 1)}, "no"),
            ({"is_active": False}, "no"),
        ],
    )
    def test_may_be_chosen_while_the_permit_lasts_and_nobody_says_no(self, client, changes, word):
        now = timezone.now()
        change_operator(
            operator_id=make_operator().pk,
            values={"permit_valid_until": now.date()} | changes,
            reason="Read anew",
            actor=make_actor(),
            at=now,
        )

        exported = client.get("/waste/operators/?export=csv").getvalue().decode()

        assert exported.strip().splitlines()[-1].endswith(f',"{word}"')
        assert f'<td class="">{word}</td>' in text(client.get("/waste/operators/"))


@pytest.mark.usefixtures("administrator")
class TestCodes:
    def test_are_added_listed_and_changed(self, client):
        client.post("/waste/codes/new/", {"code": "16 06 99*", "note": "Ours"})
        code = WasteCode.objects.get()
        assert "memory" in text(client.get("/waste/codes/?applies=today"))

        client.post(f"/waste/codes/{code.pk}/edit/", {"is_confirmed": "on", "reason": "Read it"})

        assert "the law" in text(client.get(f"/waste/codes/{code.pk}/"))

    @pytest.mark.parametrize("code", ["160699", "16 06 99 *", "16.06.99", "x"])
    def test_are_written_as_the_list_writes_them(self, client, code):
        client.post("/waste/codes/new/", {"code": code})

        assert not WasteCode.objects.exists()

    def test_say_when_one_is_there_or_ends_too_early(self, client):
        code = make_code()

        assert "In the table already." in text(client.post("/waste/codes/new/", {"code": code.code}))
        days = {"applies_from": "2026-11-09", "applies_until": "2026-11-08", "reason": "x"}
        assert "before the first" in text(client.post(f"/waste/codes/{code.pk}/edit/", days))


class TestOthers:
    @pytest.mark.parametrize("role", [Role.WAREHOUSE, Role.REVIEWER, Role.AUDITOR])
    def test_may_read_and_not_write(self, client, db, role):
        client.force_login(make_person(role))

        for kind in ("operators", "codes"):
            assert client.get(f"/waste/{kind}/").status_code == 200
            assert client.get(f"/waste/{kind}/new/").status_code == 403
