"""Record capacity tests; their SOH is computed here, never typed."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from django.db import transaction

from grading.domain.doubts import capacity_doubts, unconfirmed
from grading.domain.measurement import charge_fault, check_ranges, mean_voltage_fault
from grading.domain.members import (
    Layout,
    Member,
    counting_weakest,
    faults_in,
    spread_points,
    unmeasured,
    with_soh,
)
from grading.domain.policy import Policy
from grading.domain.soh import SohImplausible, bounds_weakest_cell, soh_from_capacity, soh_from_energy
from grading.models import CapacityTest
from grading.queries.bench import references_of
from grading.queries.instruments import CAPACITY_KINDS
from grading.queries.policies import compiled, policy_in_force
from grading.services.test_runs.checks import (
    BLANK,
    Bench,
    Faults,
    choice_faults,
    common_faults,
    finite,
    key_of,
    open_bench,
    refuse_faults,
)
from grading.services.test_runs.echoes import echo_doubts
from grading.services.test_runs.inputs import CapacityInput
from grading.services.test_runs.judging import judge_capacity, name_confirmed, rated_ah
from grading.services.test_runs.overlapping import name_overlaps
from grading.services.test_runs.storing import common_values, store
from intake.models import Pack
from rebattery.actor import Actor

NEEDED = ("temperature_degc", "c_rate", "voltage_from_v", "voltage_to_v")
AS_GIVEN = (
    "basis", "measured_capacity_ah", "measured_energy_kwh", "reference_source", "c_rate", "voltage_from_v",
    "voltage_to_v", "ended_by_cell_limit", "weakest_soh_percent", "weakest_kind",
)  # fmt: skip
MEASURED = {"ah": "measured_capacity_ah", "kwh": "measured_energy_kwh"}
WEAKEST_QUANTUM = Decimal("0.01")
"""What its column keeps; rounded down, so that rounding never lifts a member over a floor."""
REFERENCE_RANGES = {"ah": "reference_capacity_ah", "kwh": "reference_energy_kwh"}


@transaction.atomic
def record_capacity(
    *, rows: Sequence[CapacityInput], actor: Actor, at: datetime, then_grade: bool = True
) -> list[CapacityTest]:
    """Record one capacity test for each of ``rows``, or none of them.

    The pack's current result of the same basis is superseded, with the row's reason; both stay. Packs whose
    verdict no longer depends on what is missing go on to grading.

    :param then_grade: False when results of the other kind follow for the same packs in this transaction.
    :raises NotAtBench: when a pack is not between inspection and grading.
    :raises AnotherPersonNeeded: when a retest is to be made by somebody else.
    :raises AnotherInstrumentNeeded: when a retest is to be made with another instrument.
    :raises InstrumentLapsed: when an instrument may not measure, on the day of the test or today.
    :raises ResultsRefused: when values are blank or cannot be right; names every field.
    :raises NoPolicyInForce: when there is no policy that says what is needed.
    """
    bench = open_bench(rows, CapacityTest, actor, at)
    refuse_faults(rows, lambda row: capacity_faults(row, bench))
    policy = compiled(policy_in_force(at=at))
    results = [capacity_result(row, bench, policy, actor, at) for row in rows]
    name_overlaps(results, bench.current.values())
    return store(
        code="capacity_test",
        results=results,
        rows=rows,
        facts_of=lambda result: {"soh": f"{result.soh_percent:.1f}", "instrument": result.instrument.code},
        bench=bench,
        actor=actor,
        at=at,
        then_grade=then_grade,
    )


def capacity_faults(row: CapacityInput, bench: Bench[CapacityTest]) -> Faults:
    """Return all that keeps ``row`` from being recorded, by field."""
    faults = common_faults(row, CapacityTest, NEEDED, CAPACITY_KINDS, bench)
    faults |= choice_faults(row, CapacityTest, ["basis"])
    if row.ended_by_cell_limit is None:
        faults["ended_by_cell_limit"] = "Answer yes or no."
    pack = bench.packs[row.pack_id]
    faults |= _window_faults(row) | _weakest_faults(row, pack) | _lost_weakest_faults(row, bench)
    faults = _physical_faults(row, pack) | _soh_faults(row, pack) | faults
    return unconfirmed(_doubts(row, pack, bench), row.confirmation) | faults


def _doubts(row: CapacityInput, pack: Pack, bench: Bench[CapacityTest]) -> list[str]:
    procedure = bench.procedures.get(row.procedure_id or 0)
    window = procedure.document.get("capacity", {}).get("plausible_of_rated") if procedure else None
    return echo_doubts(row, bench.echoes) + capacity_doubts(
        soh_percent=soh_so_far(row, pack),
        weakest_percent=_weakest_so_far(row, pack),
        charge_ah=finite(row.measured_capacity_ah),
        rated_ah=rated_ah(pack),
        window=(Decimal(window[0]), Decimal(window[1])) if window else None,
    )


def _weakest_so_far(row: CapacityInput, pack: Pack) -> Decimal | None:
    layout = _layout(row, pack)
    if not row.members or faults_in(row.members, layout):
        return finite(row.weakest_soh_percent)
    return min(
        (each.soh_percent for each in with_soh(row.members, layout) if each.soh_percent is not None),
        default=None,
    )


def _window_faults(row: CapacityInput) -> Faults:
    start, end = row.voltage_from_v, row.voltage_to_v
    if start is None or end is None:
        return {}
    if row.method == CapacityTest.Method.CC_DISCHARGE and start <= end:
        return {"voltage_to_v": "A discharge ends below the voltage it starts from."}
    if row.method == CapacityTest.Method.CC_CV_CHARGE and start >= end:
        return {"voltage_to_v": "A charge ends above the voltage it starts from."}
    return {}


def _physical_faults(row: CapacityInput, pack: Pack) -> Faults:
    """Compare charge and energy with the pack and with each other, whichever of them SOH comes from."""
    ah, kwh, ends = row.measured_capacity_ah, row.measured_energy_kwh, (row.voltage_from_v, row.voltage_to_v)
    rated = rated_ah(pack)
    if ah is None or not ah.is_finite():
        return {}
    if rated and (fault := charge_fault(measured_ah=ah, rated_ah=rated)):
        return {"measured_capacity_ah": fault}
    if kwh is None or not all(value is not None and value.is_finite() for value in (kwh, *ends)):
        return {}
    voltages = (ends[0] or Decimal(0), ends[1] or Decimal(0))
    fault = mean_voltage_fault(measured_ah=ah, measured_kwh=kwh, voltages_v=voltages)
    return dict.fromkeys(("measured_capacity_ah", "measured_energy_kwh"), fault) if fault else {}


def _weakest_faults(row: CapacityInput, pack: Pack) -> Faults:
    if row.members:
        typed = [name for name in ("weakest_soh_percent", "weakest_kind") if getattr(row, name)]
        found = faults_in(row.members, _layout(row, pack))
        return dict.fromkeys(typed, "Leave empty: it follows from the members.") | found
    if row.weakest_soh_percent is None:
        return {"weakest_soh_percent": "Enter its SOH, or leave both empty."} if row.weakest_kind else {}
    return choice_faults(row, CapacityTest, ["weakest_kind"])


def _lost_weakest_faults(row: CapacityInput, bench: Bench[CapacityTest]) -> Faults:
    # A newer test without its members would make the policy forget the weak one that the older test found.
    replaced = bench.current.get(key_of(CapacityTest, row))
    is_known_again = bool(row.members) or row.weakest_soh_percent is not None
    if replaced is None or replaced.weakest_soh_percent is None or is_known_again:
        return {}
    return {
        "weakest_soh_percent": "The result that this one replaces knows the weakest member. Measure the"
        " members again, or enter the weakest."
    }


def _layout(row: CapacityInput, pack: Pack) -> Layout:
    pack_type, reference = pack.pack_type, _reference(row, pack)
    return Layout(
        rated_capacity_ah=reference if row.basis == CapacityTest.Basis.AH else rated_ah(pack),
        series_count=pack_type.series_count if pack_type else None,
        parallel_count=pack_type.parallel_count if pack_type else None,
        module_count=pack_type.module_count if pack_type else None,
    )


def _soh_faults(row: CapacityInput, pack: Pack) -> Faults:
    if row.basis not in MEASURED:
        return {}
    field = MEASURED[row.basis]
    measured = getattr(row, field)
    if measured is None:
        return {field: f"Enter the measured {'Ah' if row.basis == 'ah' else 'kWh'}: SOH is computed from it."}
    reference = _reference(row, pack)
    if reference is None:
        is_label = row.reference_source == "label"
        return {"reference_value": BLANK} if is_label else {"reference_source": "Choose one."}
    if faults := check_ranges({REFERENCE_RANGES[row.basis]: reference}):
        return {"reference_value": faults[0].message}
    try:
        if measured.is_finite():
            _soh(row, reference)
    except SohImplausible as exc:
        return {field: exc.message}
    return {}


def _reference(row: CapacityInput, pack: Pack) -> Decimal | None:
    if row.reference_source == "label":
        return row.reference_value
    wanted = (row.reference_source, row.basis)
    known = (ref.value for ref in references_of(pack=pack) if (ref.source, ref.basis) == wanted)
    return next(known, None)


def soh_so_far(row: CapacityInput, pack: Pack) -> Decimal | None:
    """Return the SOH that ``row`` gives, whatever else it lacks; None while it gives none."""
    if row.basis not in MEASURED:
        return None
    measured, reference = getattr(row, MEASURED[row.basis]), _reference(row, pack)
    if measured is None or reference is None or not measured.is_finite() or not reference.is_finite():
        return None
    try:
        return _soh(row, reference)
    except SohImplausible:
        return None


def _soh(row: CapacityInput, reference: Decimal) -> Decimal:
    measured = getattr(row, MEASURED[row.basis])
    if row.basis == "ah":
        return soh_from_capacity(measured_capacity_ah=measured, reference_capacity_ah=reference)
    return soh_from_energy(measured_energy_kwh=measured, reference_energy_kwh=reference)


def capacity_result(
    row: CapacityInput, bench: Bench[CapacityTest], policy: Policy, actor: Actor, at: datetime
) -> CapacityTest:
    """Return the result that a ``row`` without faults makes, not stored."""
    pack = bench.packs[row.pack_id]
    reference = _reference(row, pack)
    assert reference is not None  # refuse_faults saw to it
    result = CapacityTest(
        **common_values(row, bench, actor, at),
        **{name: getattr(row, name) for name in AS_GIVEN},
        reference_value=reference,
        soh_percent=_soh(row, reference),
    )
    judge_capacity(result, policy, full_cycles_ah=row.full_cycles_ah)
    if row.members:
        _take_members(result, row.members, _layout(row, pack))
    name_confirmed(result, _doubts(row, pack, bench))
    return result


def _take_members(result: CapacityTest, given: Sequence[Member], layout: Layout) -> None:
    """Keep the members with their computed SOH, and what follows from them."""
    members = with_soh(given, layout)
    is_bounded = bounds_weakest_cell(basis=result.basis, ended_by_cell_limit=result.ended_by_cell_limit)
    result.members = [member.to_json() for member in members]
    result.spread_points = spread_points(members)
    if weakest := counting_weakest(members, layout, is_bounded=is_bounded):
        assert weakest.soh_percent is not None  # it is the weakest by its SOH
        result.weakest_soh_percent = weakest.soh_percent.quantize(WEAKEST_QUANTUM, rounding=ROUND_DOWN)
        result.weakest_kind = weakest.kind
    if gap := unmeasured(members, layout):
        result.depart(gap)
