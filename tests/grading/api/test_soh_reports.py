from datetime import timedelta

import pytest
from django.utils import timezone

from grading.models import SohReport
from rebattery.accounts.roles import Role
from tests.factories import balance, make_pack
from tests.programs import Program


@pytest.fixture
def program(db) -> Program:
    return Program(Role.WAREHOUSE)


def report(pack, **more):
    read_at = (timezone.now() - timedelta(minutes=1)).isoformat()
    return {"pack_id": pack.pk, "kind": "telematics", "value_percent": "81.5", "read_at": read_at} | more


class TestSohReports:
    def test_records_a_set(self, program):
        packs = [make_pack(), make_pack()]

        response = program.post("soh-reports/", {"rows": [report(pack) for pack in packs]})

        assert response.status_code == 201, response.content
        assert [row["value_percent"] for row in response.json()] == ["81.50", "81.50"]
        assert SohReport.objects.filter(person_id=program.person.pk).count() == 2
        balance()

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"kind": "lab"}, "rows.0.kind"),
            ({"value_percent": "106"}, "rows.0.value_percent"),
            ({"supplier_id": 1}, "rows.0.supplier_id"),
        ],
    )
    def test_names_what_is_wrong(self, program, more, field):
        response = program.post("soh-reports/", {"rows": [report(make_pack(), **more)]})

        assert (response.status_code, list(response.json()["fields"])) == (422, [field])
        assert not SohReport.objects.exists()

    def test_is_for_those_who_record_tests(self, db):
        for role in (Role.SUPPLIER, Role.ADMINISTRATOR):
            response = Program(role).post("soh-reports/", {"rows": [report(make_pack())]})

            assert response.status_code == 403
