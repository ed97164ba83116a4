"""Which of several kinds of result counts."""

from decimal import Decimal
from itertools import permutations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grading.models import CapacityTest, ResistanceTest
from grading.queries.evidence import evidence_for
from grading.queries.kinds import counting_first
from tests.evidence import add_capacity, add_resistance, make_inspected
from tests.procedures import make_procedure

pytestmark = pytest.mark.django_db

DC_10 = {"pulse_duration_s": Decimal(10), "baseline_method": "dc_pulse", "baseline_pulse_s": Decimal(10)}
DC_18 = {"pulse_duration_s": Decimal(18), "baseline_method": "dc_pulse", "baseline_pulse_s": Decimal(18)}
DC_1 = {"pulse_duration_s": Decimal(1), "baseline_method": "dc_pulse", "baseline_pulse_s": Decimal(1)}
DC_1_OF_10 = DC_1 | {"baseline_pulse_s": Decimal(10)}
AC = {
    "method": "ac_1khz",
    "pulse_duration_s": None,
    "baseline_method": "ac_1khz",
    "baseline_pulse_s": None,
}
AC_OF_DC = AC | {"baseline_method": "dc_pulse", "baseline_pulse_s": Decimal(10)}
NO_BASELINE = {"pulse_duration_s": Decimal(10), "baseline_method": "", "baseline_mohm": None}


def counted(pack) -> ResistanceTest:
    return counting_first(ResistanceTest.objects.filter(pack=pack)).first()


class TestCapacity:
    @pytest.mark.parametrize("order", list(permutations(["ah", "kwh"])))
    @pytest.mark.parametrize("charge", ["60", "90"])
    def test_is_by_charge_before_energy_whatever_is_better_or_newer(self, order, charge):
        [pack] = packs = make_inspected()
        for basis in order:
            add_capacity(packs, charge if basis == "ah" else "75", basis=basis)

        assert CapacityTest.objects.filter(superseded_by=None).count() == 2
        assert evidence_for(pack_ids=[pack.pk])[pack.pk].soh_percent == Decimal(charge)

    def test_is_by_energy_where_there_is_no_charge(self):
        [pack] = packs = make_inspected()
        add_capacity(packs, "75", basis="kwh")

        assert evidence_for(pack_ids=[pack.pk])[pack.pk].soh_percent == 75


class TestResistance:
    @pytest.mark.parametrize(
        ("kinds", "wanted"),
        [
            ([DC_10, AC_OF_DC], DC_10),  # the baseline is of another method
            ([DC_10, DC_1_OF_10], DC_10),  # the baseline is of another length
            ([DC_18, NO_BASELINE], DC_18),  # a ratio needs a baseline
            ([DC_18, DC_10], DC_10),  # the grading pulse
            ([DC_10, AC], DC_10),
            ([DC_18, AC], DC_18),  # without the grading pulse DC before AC
            ([DC_18, DC_1], DC_1),  # and the shortest
            ([AC, DC_1_OF_10], AC),  # the only one with a baseline of its kind
        ],
    )
    @pytest.mark.parametrize("ratios", [("1.1", "1.9"), ("1.9", "1.1")])
    @pytest.mark.parametrize("is_turned", [False, True])
    def test_is_chosen_by_kind_never_by_value_or_age(self, kinds, wanted, ratios, is_turned):
        [pack] = packs = make_inspected()
        rows = list(zip(kinds, ratios, strict=True))
        for kind, ratio in reversed(rows) if is_turned else rows:
            add_resistance(packs, ratio, **kind)

        found = counted(pack)

        assert (found.method, found.pulse_duration_s) == (
            wanted.get("method", "dc_pulse"),
            wanted["pulse_duration_s"],
        )
        assert evidence_for(pack_ids=[pack.pk])[pack.pk].ir_ratio == found.ir_ratio

    def test_is_of_the_pulse_that_the_procedure_grades_by(self):
        [pack] = packs = make_inspected()
        procedure = make_procedure("hppc-pulses", resistance={"grading_pulse_s": "18"})
        add_resistance(packs, "1.2", **DC_10, procedure=procedure)
        add_resistance(packs, "1.4", **DC_18, procedure=procedure)

        assert counted(pack).pulse_duration_s == 18


class TestEvidence:
    def test_is_one_row_a_pack_and_one_query_however_many_kinds_stand(self):
        packs = make_inspected(50)
        for basis in ("ah", "kwh"):
            add_capacity(packs, "75", basis=basis)
        for kind in (DC_1, DC_10, DC_18, AC):
            add_resistance(packs, "1.2", **kind)
        for size in (1, 50):
            with CaptureQueriesContext(connection) as queries:
                found = evidence_for(pack_ids=[pack.pk for pack in packs[:size]])
            assert (len(found), len(queries)) == (size, 1)
            assert {evidence.soh_percent for evidence in found.values()} == {Decimal(75)}
