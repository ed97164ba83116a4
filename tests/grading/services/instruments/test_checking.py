from datetime import date, timedelta
from decimal import Decimal

import pytest

from grading.models import ReferenceItem
from grading.queries.instruments import standing_of
from grading.queries.instruments_controls import dues, overdue_instrument_ids
from grading.services.instruments import (
    ControlRefused,
    add_channel,
    add_reference_item,
    change_channel,
    change_reference_item,
    record_calibration,
    record_control_measurement,
    withdraw_control_measurement,
)
from grading.services.instruments.references import ReferenceRefused
from rebattery.audit.record import ReasonMissing
from rebattery.audit.trail import entry_of, events_of
from tests.factories import AT, balance, make_actor, make_instrument, make_person
from tests.grading.declaring import approve, propose

pytestmark = pytest.mark.django_db
TODAY = AT.date()
DAY = timedelta(days=1)
ITEM = {
    "code": "ref-1",
    "name": "Reference pack",
    "quantity": "capacity_ah",
    "reference_value": Decimal(100),
    "tolerance_percent": Decimal(1),
    "interval_days": 30,
    "source": "Laboratory report 7",
}


@pytest.fixture
def actor():
    return make_actor(make_person("administrator", name="Ada"))


@pytest.fixture
def item(actor) -> ReferenceItem:
    return add_reference_item(**ITEM, actor=actor, at=AT)


@pytest.fixture
def check(actor, item):
    def made(instrument, value, **fields):
        values = {"measured_at": AT, "item_id": item.pk, "at": AT, "actor": actor}
        return record_control_measurement(
            instrument_id=instrument.pk,
            measured_value=Decimal(value),
            **values | fields,
        )

    return made


class TestRecordControlMeasurement:
    @pytest.mark.parametrize(
        ("value", "deviation", "has_passed"),
        [
            ("101", "1.000", True),
            ("101.0001", "1.000", False),
            ("99", "-1.000", True),
            ("98.9999", "-1.000", False),
        ],
    )
    def test_computes_what_came_of_it_from_the_unrounded_value(self, check, value, deviation, has_passed):
        made = check(make_instrument(), value)

        balance()
        assert (made.deviation_percent, made.has_passed) == (Decimal(deviation), has_passed)

    def test_a_failed_one_makes_it_unusable_with_reason_and_day(self, check):
        instrument = make_instrument(code="CY-1")

        made = check(instrument, "102.31")

        balance()
        found = standing_of(instrument=instrument, on=TODAY)
        assert found.fault == "Failed its check on 20 Nov 2026 (REF-1: +2.31 %, tolerance 1 %)"
        assert (found.since, found.kind) == (TODAY, "failed")
        event = events_of(subject_type="control_measurement", subject_id=made.pk).get()
        assert entry_of(event).sentence == "Ada measured REF-1 with CY-1: 2.310 %, more than 1 %. It failed."

    def test_a_passed_one_or_a_calibration_brings_it_back(self, check, actor):
        instrument = make_instrument()
        check(instrument, "102", measured_at=AT - 2 * DAY)
        check(instrument, "100.2", measured_at=AT - DAY)
        assert not standing_of(instrument=instrument, on=TODAY).fault

        check(instrument, "102", measured_at=AT)
        assert standing_of(instrument=instrument, on=TODAY).fault
        record_calibration(
            instrument_id=instrument.pk, certificate_number="CAL-3", valid_from_date=TODAY,
            valid_to_date=date(2027, 1, 1), actor=actor, at=AT + timedelta(hours=1),
        )  # fmt: skip

        balance()
        assert not standing_of(instrument=instrument, on=TODAY).fault

    def test_a_passed_one_of_the_same_minute_brings_it_back(self, check):
        instrument = make_instrument()
        check(instrument, "102", at=AT + timedelta(minutes=1))
        assert standing_of(instrument=instrument, on=TODAY).fault

        check(instrument, "100.2", at=AT + timedelta(minutes=2))

        assert not standing_of(instrument=instrument, on=TODAY).fault

    def test_brings_one_that_was_declared_bad_back_by_two_people(self, check):
        instrument = make_instrument()
        approve(propose(instrument), at=AT + 2 * DAY)
        later = {"measured_at": AT + 3 * DAY, "at": AT + 3 * DAY}

        check(instrument, "100.2", **later)
        assert standing_of(instrument=instrument, on=later["at"].date()).kind == "failed"
        check(instrument, "100.1", **later, actor=make_actor(make_person("reviewer")))

        assert not standing_of(instrument=instrument, on=later["at"].date()).fault

    def test_is_possible_on_a_lapsed_one(self, check):
        lapsed = make_instrument(calibrated_to_date=date(2026, 3, 1))

        assert check(lapsed, "100").has_passed
        assert standing_of(instrument=lapsed, on=TODAY).fault

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"measured_at": AT + timedelta(seconds=1)}, "measured_at"),
            ({"channel_id": 999_999}, "channel_id"),
            ({"value": "0"}, "measured_value"),
            ({"value": "1101"}, "measured_value"),
        ],
    )
    def test_refuses_what_cannot_be(self, check, fields, field):
        values = {"value": "100"} | fields
        with pytest.raises(ControlRefused) as refusal:
            check(make_instrument(), **values)

        assert list(refusal.value.fields) == [field]

    def test_refuses_an_item_that_it_cannot_measure(self, check):
        with pytest.raises(ControlRefused) as refusal:
            check(make_instrument(kind="ir_tester"), "100")

        assert list(refusal.value.fields) == ["item_id"]

    def test_a_withdrawn_one_counts_no_more(self, check, actor):
        instrument = make_instrument()
        made = check(instrument, "110")

        withdraw_control_measurement(measurement_id=made.pk, reason="Slip", actor=actor, at=AT)

        balance()
        assert not standing_of(instrument=instrument, on=TODAY).fault

    def test_a_failed_channel_leaves_the_others(self, check, actor):
        instrument = make_instrument()
        bad, good = (
            add_channel(instrument_id=instrument.pk, code=code, limits={}, actor=actor, at=AT)
            for code in ("1", "2")
        )

        check(instrument, "110", channel_id=bad.pk)

        found = standing_of(instrument=instrument, on=TODAY)
        assert not found.fault
        assert (found.channels[bad.pk].usable, found.channels[good.pk].usable) == (False, True)


class TestDues:
    def test_says_what_was_never_measured_and_what_is_in_time(self, check, item):
        fresh, never = make_instrument(code="A"), make_instrument(code="B")
        make_instrument(kind="ir_tester")
        check(fresh, "100")

        found = dues(today=TODAY)

        assert [(due.instrument, due.due_date, due.is_overdue) for due in found] == [
            (never, None, True),
            (fresh, TODAY + 30 * DAY, False),
        ]

    def test_is_overdue_on_the_day_after_the_due_one(self, check, item):
        instrument = make_instrument()
        check(instrument, "100")

        assert overdue_instrument_ids(today=TODAY + 30 * DAY) == set()
        assert overdue_instrument_ids(today=TODAY + 31 * DAY) == {instrument.pk}


class TestReferenceItem:
    def test_changes_with_a_reason_and_leaves_past_measurements(self, check, item, actor):
        made = check(make_instrument(), "100.5")
        rest = {name: value for name, value in ITEM.items() if name not in ("code", "quantity")}
        wanted = rest | {"reference_value": Decimal(99), "is_active": True}

        with pytest.raises(ReasonMissing):
            change_reference_item(item_id=item.pk, **wanted, reason="", actor=actor, at=AT)
        change_reference_item(item_id=item.pk, **wanted, reason="Aged", actor=actor, at=AT)

        balance()
        made.refresh_from_db()
        assert made.reference_value == 100

    @pytest.mark.parametrize("name", ["reference_value", "tolerance_percent", "interval_days"])
    def test_refuses_nothing_as_a_reference(self, actor, name):
        with pytest.raises(ReferenceRefused) as refusal:
            add_reference_item(**ITEM | {name: 0}, actor=actor, at=AT)

        assert list(refusal.value.fields) == [name]


class TestChannels:
    def test_changes_its_limits_with_a_reason(self, actor):
        channel = add_channel(
            instrument_id=make_instrument(code="CY-1").pk,
            code="ch-3",
            limits={"current_range_a": Decimal(100)},
            actor=actor,
            at=AT,
        )

        change_channel(
            channel_id=channel.pk, limits={"current_range_a": Decimal(50)}, is_active=True,
            reason="Data sheet", actor=actor, at=AT,
        )  # fmt: skip

        balance()
        events = events_of(subject_type="channel", subject_id=channel.pk)
        assert [entry_of(event).sentence for event in events] == [
            "Ada added channel CH-3 to CY-1.",
            "Ada changed channel CH-3 of CY-1.",
        ]
        assert events[1].before == {"current_range_a": "100.000"}
