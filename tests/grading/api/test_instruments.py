from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grading.services.instruments import add_channel
from rebattery.accounts.roles import Role
from tests.factories import AT, make_actor, make_instrument
from tests.programs import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def program() -> Program:
    return Program(Role.WAREHOUSE)


class TestInstrumentList:
    def test_tells_a_program_which_may_measure_and_why_not(self, program):
        good = make_instrument(code="CY-1", calibrated_to_date=date(2100, 1, 1))
        add_channel(
            instrument_id=good.pk,
            code="1",
            limits={"current_range_a": Decimal(300)},
            actor=make_actor(),
            at=AT,
        )
        today = timezone.now().date()
        make_instrument(code="CY-2", calibrated_to_date=today)

        lapsed, usable = program.get("instruments/").json()["results"]

        assert (usable["id"], usable["usable"], usable["why"]) == (good.pk, True, "")
        assert usable["certificate_number"] == "CAL-1"
        assert (usable["channels"][0]["code"], usable["channels"][0]["usable"]) == ("1", True)
        assert usable["channels"][0]["current_range_a"] == "300.000"
        assert usable["channels"][0]["voltage_range_v"] is None
        assert (lapsed["usable"], lapsed["since"]) == (False, today.isoformat())
        assert lapsed["why"].startswith("Calibration lapsed on")

    def test_asks_the_database_as_often_for_many_as_for_one(self, program, django_assert_num_queries):
        make_instrument()
        program.get("instruments/")
        with CaptureQueriesContext(connection) as for_one:
            program.get("instruments/")
        for _ in range(10):
            make_instrument()

        with django_assert_num_queries(len(for_one)):
            assert program.get("instruments/").status_code == 200

    def test_is_not_for_suppliers(self):
        assert Program(Role.SUPPLIER).get("instruments/").status_code == 403
