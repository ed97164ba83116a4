from datetime import date

import pytest

from intake.domain.dispositions import SHIPPED_CODES
from intake.models import WasteCode, WasteOperator
from intake.queries.waste import codes_to_choose, operators_to_choose
from intake.services import waste
from rebattery.audit.record import ReasonMissing
from rebattery.audit.trail import events_of
from tests.factories import AT, balance, make_actor

OPERATOR = {
    "name": "Recycling Works",
    "permit_number": "P-1",
    "permit_valid_until": date(2027, 1, 1),
    "country": "de",
    "address": "Werkstr. 1",
}
BY = {"actor": make_actor(), "at": AT}


@pytest.fixture
def operator(db) -> WasteOperator:
    return waste.add_operator(values=OPERATOR, **BY)


def told(subject: str, row) -> list[str]:
    return [event.event_type for event in events_of(subject_type=subject, subject_id=row.pk)]


class TestOperator:
    def test_is_added_and_changed_with_its_trail(self, operator):
        waste.change_operator(
            operator_id=operator.pk, values={"permit_valid_until": date(2028, 1, 1)}, reason="Renewed", **BY
        )

        operator.refresh_from_db()
        assert (operator.country, operator.permit_valid_until) == ("DE", date(2028, 1, 1))
        assert told("waste_operator", operator) == ["waste_operator.created", "waste_operator.changed"]
        balance()

    def test_has_its_permit_alone(self, operator):
        with pytest.raises(waste.OperatorExists):
            waste.add_operator(values=OPERATOR | {"country": "DE"}, **BY)
        assert waste.add_operator(values=OPERATOR | {"country": "FR"}, **BY).pk

    def test_changes_for_a_reason_only_and_not_for_nothing(self, operator):
        with pytest.raises(ReasonMissing):
            waste.change_operator(operator_id=operator.pk, values={"name": "Else"}, reason=" ", **BY)
        waste.change_operator(operator_id=operator.pk, values={"country": "de"}, reason="", **BY)
        assert told("waste_operator", operator) == ["waste_operator.created"]

    def test_can_be_chosen_as_long_as_its_permit_counts(self, operator):
        assert list(operators_to_choose(on=date(2027, 1, 1))) == [operator]
        assert list(operators_to_choose(on=date(2027, 1, 2))) == []
        waste.change_operator(operator_id=operator.pk, values={"is_active": False}, reason="Left", **BY)
        assert list(operators_to_choose(on=date(2027, 1, 1))) == []


class TestCode:
    def test_is_added_once_and_changed_for_a_reason(self, db):
        code = waste.add_waste_code(code="16 06 99*", values={}, **BY)

        with pytest.raises(waste.WasteCodeExists):
            waste.add_waste_code(code="16 06 99*", values={}, **BY)
        waste.change_waste_code(waste_code_id=code.pk, values={"is_confirmed": True}, reason="Read it", **BY)

        assert WasteCode.objects.get().is_confirmed and code.is_hazardous
        assert told("waste_code", code) == ["waste_code.created", "waste_code.changed"]
        balance()

    def test_cannot_end_before_it_begins(self, db):
        days = {"applies_from": date(2026, 11, 9), "applies_until": date(2026, 11, 8)}

        with pytest.raises(waste.EndsBeforeItBegins):
            waste.add_waste_code(code="16 06 99*", values=days, **BY)
        assert not WasteCode.objects.exists()


class TestLoad:
    def test_loads_once_and_leaves_what_people_changed(self, db):
        assert waste.load_waste_codes(**BY) == len(SHIPPED_CODES)
        code = WasteCode.objects.get(code="16 06 05")
        waste.change_waste_code(waste_code_id=code.pk, values={"label": "Other"}, reason="Read it", **BY)

        assert waste.load_waste_codes(**BY) == 0
        code.refresh_from_db()
        assert code.label == "Other"
        balance()

    def test_offers_the_codes_of_the_day(self, db):
        waste.load_waste_codes(**BY)

        old, new = (
            {row.code for row in codes_to_choose(on=day)} for day in (date(2026, 11, 8), date(2026, 11, 9))
        )
        assert old == {"16 01 21*", "16 06 05", "16 06 06*"} and new == {"20 01 42*", "20 01 43*"}
