from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from grading.models import CapacityTest, Instrument, ResistanceTest
from intake.models import Pack
from rebattery.accounts.roles import Role
from rebattery.audit.trail import events_of
from tests.evidence import make_inspected, publish_seed
from tests.factories import balance, make_instrument, make_pack, make_pack_type
from tests.programs import Program


@pytest.fixture
def instrument(db) -> Instrument:
    publish_seed()
    return make_instrument(calibrated_to_date=date(2100, 1, 1))


@pytest.fixture
def program(db) -> Program:
    return Program(Role.WAREHOUSE)


def minute_ago() -> str:
    return (timezone.now() - timedelta(minutes=1)).astimezone(UTC).isoformat()


def capacity(pack: Pack, instrument: Instrument, **more: Any) -> dict[str, Any]:
    row = {
        "pack_id": pack.pk, "instrument_id": instrument.pk, "temperature_degc": "25",
        "measured_at": minute_ago(),
        "method": "cc_discharge", "basis": "ah", "measured_capacity_ah": "85.1",
        "reference_source": "nameplate", "c_rate": "0.33", "voltage_from_v": "400", "voltage_to_v": "300",
        "ended_by_cell_limit": True,
    }  # fmt: skip
    return row | more


def resistance(pack: Pack, instrument: Instrument, **more: Any) -> dict[str, Any]:
    row = {
        "pack_id": pack.pk, "instrument_id": instrument.pk, "temperature_degc": "25",
        "measured_at": minute_ago(),
        "method": "dc_pulse", "soc_percent": "50", "ir_mohm": "72", "pulse_duration_s": "10",
        "pulse_current_a": "100", "baseline_source": "type_catalogue",
    }  # fmt: skip
    return row | more


class TestCapacityTests:
    def test_records_a_set_and_computes_soh(self, program, instrument):
        packs = make_inspected(3, chemistry="LFP")

        response = program.post("capacity-tests/", {"rows": [capacity(p, instrument) for p in packs]})

        assert response.status_code == 201, response.content
        assert [row["soh_percent"] for row in response.json()] == ["74.0000"] * 3
        stored = CapacityTest.objects.order_by("id")
        assert [row["id"] for row in response.json()] == [test.pk for test in stored]
        assert stored[0].person_id == program.person.pk
        event = events_of(subject_type="capacity_test", subject_id=stored[0].pk).get()
        assert (event.actor_kind, event.actor_id) == ("token", program.token.pk)
        balance()

    def test_records_all_or_none_and_names_every_error(self, program, instrument):
        good, bad, worse = make_inspected(3, chemistry="LFP")

        response = program.post(
            "capacity-tests/",
            {
                "rows": [
                    capacity(good, instrument),
                    capacity(bad, instrument, temperature_degc="250"),
                    capacity(worse, instrument, measured_capacity_ah=None, c_rate=None),
                ]
            },
        )

        assert response.status_code == 422
        assert response.json()["code"] == "results_refused"
        assert set(response.json()["fields"]) == {
            "rows.1.temperature_degc",
            "rows.2.measured_capacity_ah",
            "rows.2.c_rate",
        }
        assert not CapacityTest.objects.exists()
        balance()

    @pytest.mark.rule(2)
    def test_does_not_take_a_blank_for_a_number_and_names_a_single_row_too(self, program, instrument):
        row = capacity(make_inspected()[0], instrument, measured_capacity_ah=None)

        response = program.post("capacity-tests/", {"rows": [row]})

        assert (response.status_code, list(response.json()["fields"])) == (
            422,
            ["rows.0.measured_capacity_ah"],
        )

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"soh_percent": "99"}, "rows.0.soh_percent"),
            ({"supplier_id": 1}, "rows.0.supplier_id"),
            ({"measured_capacity_ah": "NaN"}, "rows.0.measured_capacity_ah"),
            ({"measured_capacity_ah": "8,5"}, "rows.0.measured_capacity_ah"),
            ({"method": "guessed"}, "rows.0.method"),
            ({"measured_at": "yesterday"}, "rows.0.measured_at"),
            ({"ended_by_cell_limit": "perhaps"}, "rows.0.ended_by_cell_limit"),
        ],
    )
    def test_refuses_what_it_does_not_ask_for_and_what_has_no_shape(self, program, instrument, more, field):
        row = capacity(make_inspected()[0], instrument, **more)

        response = program.post("capacity-tests/", {"rows": [row]})

        assert (response.status_code, list(response.json()["fields"])) == (422, [field])
        assert not CapacityTest.objects.exists()

    @pytest.mark.parametrize(
        "payload", [{}, {"rows": []}, [], {"rows": [1]}, {"rows": [{}] * 1001}, "null", '"x"', "7"]
    )
    def test_refuses_other_payloads(self, program, payload):
        assert program.post("capacity-tests/", payload).status_code == 422

    def test_takes_a_number_as_json_number_too_and_keeps_it_exact(self, program, instrument):
        row = capacity(make_inspected(chemistry="LFP")[0], instrument, measured_capacity_ah=85.1)

        assert program.post("capacity-tests/", {"rows": [row]}).status_code == 201
        assert CapacityTest.objects.get().measured_capacity_ah == Decimal("85.1")

    @pytest.mark.rule(13)
    def test_refuses_a_lapsed_instrument(self, program, instrument):
        lapsed = make_instrument(calibrated_to_date=date(2026, 2, 1))

        response = program.post("capacity-tests/", {"rows": [capacity(make_inspected()[0], lapsed)]})

        assert (response.status_code, response.json()["code"]) == (422, "instrument_lapsed")

    def test_takes_members_and_answers_what_follows_from_them(self, program, instrument):
        members = [
            {"kind": "module", "label": "1", "soh_percent": "85"},
            {"kind": "module", "label": "2", "soh_percent": "69.5"},
        ]
        row = capacity(make_inspected(chemistry="LFP")[0], instrument, members=members)

        response = program.post("capacity-tests/", {"rows": [row]})

        assert response.status_code == 201, response.content
        [made] = response.json()
        assert (made["weakest_soh_percent"], made["weakest_kind"]) == ("69.50", "module")
        assert (made["spread_points"], made["basis"]) == ("15.5000", "ah")
        assert made["conflict"].startswith("The weakest module is reported 4.5 points below the pack")

    @pytest.mark.parametrize(
        ("member", "field"),
        [
            ({"kind": "brick", "label": "1"}, "rows.0.members.0.kind"),
            ({"kind": "module"}, "rows.0.members.0.label"),
            ({"kind": "module", "label": "1", "soh": "8"}, "rows.0.members.0.soh"),
            ({"kind": "module", "label": "1"}, "rows.0.members.0.measured_capacity_ah"),
        ],
    )
    def test_names_a_members_fault(self, program, instrument, member, field):
        row = capacity(make_inspected(chemistry="LFP")[0], instrument, members=[member])

        response = program.post("capacity-tests/", {"rows": [row]})

        assert (response.status_code, list(response.json()["fields"])) == (422, [field])

    def test_refuses_a_pack_that_is_not_at_the_bench(self, program, instrument):
        response = program.post("capacity-tests/", {"rows": [capacity(make_pack(), instrument)]})

        assert (response.status_code, response.json()["code"]) == (409, "not_at_bench")

    def test_records_once_for_one_key(self, program, instrument):
        rows = {"rows": [capacity(make_inspected(chemistry="LFP")[0], instrument)]}

        first = program.post("capacity-tests/", rows, key="bench-7")
        again = program.post("capacity-tests/", rows, key="bench-7")

        assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
        assert CapacityTest.objects.count() == 1
        balance()

    def test_asks_for_a_word_where_a_value_is_hardly_plausible(self, program, instrument):
        pack = make_inspected(chemistry="LFP")[0]
        row = capacity(pack, instrument, measured_capacity_ah="11.05")

        refused = program.post("capacity-tests/", {"rows": [row]})
        taken = program.post("capacity-tests/", {"rows": [row | {"confirmation": "I read it again"}]})

        assert list(refused.json()["fields"]) == ["rows.0.confirmation"]
        assert taken.status_code == 201, taken.content


class TestResistanceTests:
    def test_records_and_computes_the_ratio(self, program, instrument):
        pack = make_inspected(pack_type=make_pack_type())[0]

        response = program.post("resistance-tests/", {"rows": [resistance(pack, instrument)]})

        assert response.status_code == 201, response.content
        [row] = response.json()
        assert (row["ir_ratio"], row["is_comparable"]) == ("1.2000", True)
        assert ResistanceTest.objects.get().person_id == program.person.pk
        balance()

    @pytest.mark.rule(2)
    def test_does_not_take_a_blank_for_a_number(self, program, instrument):
        row = resistance(make_inspected()[0], instrument, ir_mohm=None, soc_percent=None)

        fields = program.post("resistance-tests/", {"rows": [row]}).json()["fields"]

        assert {"rows.0.ir_mohm", "rows.0.soc_percent"} <= set(fields)
