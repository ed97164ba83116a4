"""Record resistance tests; the ratio, and whether it counts, are computed here."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from grading.domain.doubts import resistance_doubts, unconfirmed
from grading.domain.policy import Policy
from grading.domain.resistance import (
    BASELINE_SOURCES,
    Baseline,
    Resistance,
    compare,
    ir_ratio,
    why_another_kind,
)
from grading.models import ResistanceTest
from grading.queries.bench import catalog_baseline
from grading.queries.instruments import RESISTANCE_KINDS
from grading.queries.policies import compiled, policy_in_force
from grading.services.test_runs.checks import (
    BLANK,
    Bench,
    Faults,
    choice_faults,
    common_faults,
    finite,
    open_bench,
    refuse_faults,
)
from grading.services.test_runs.inputs import ResistanceInput
from grading.services.test_runs.judging import judge_resistance, name_confirmed
from grading.services.test_runs.storing import common_values, store
from intake.models import Pack
from rebattery.actor import Actor

NEEDED = ("soc_percent", "temperature_degc", "ir_mohm")
PULSE = ("pulse_duration_s", "pulse_current_a")
TYPED_BASELINE = ("baseline_mohm", "baseline_pulse_s", "baseline_soc_percent", "baseline_temperature_degc")


@transaction.atomic
def record_resistance(
    *, rows: Sequence[ResistanceInput], actor: Actor, at: datetime, then_grade: bool = True
) -> list[ResistanceTest]:
    """Record one resistance test for each of ``rows``, or none of them.

    The ratio to the baseline counts only when both were measured alike, by the test conditions of the
    policy in force at ``at`` and by those of the row's procedure; why it does not is stored with the
    result. The pack's current result of the same method and pulse length is superseded, with the row's
    reason; both stay. Packs whose verdict no longer depends on what is missing
    go on to grading.

    :param then_grade: False when results of the other kind follow for the same packs in this transaction.
    :raises NotAtBench: when a pack is not between inspection and grading.
    :raises AnotherPersonNeeded: when a retest is to be made by somebody else.
    :raises AnotherInstrumentNeeded: when a retest is to be made with another instrument.
    :raises InstrumentLapsed: when an instrument may not measure, on the day of the test or today.
    :raises ResultsRefused: when values are blank or cannot be right; names every field.
    :raises NoPolicyInForce: when there is no policy that says what is comparable.
    """
    bench = open_bench(rows, ResistanceTest, actor, at)
    refuse_faults(rows, lambda row: resistance_faults(row, bench))
    policy = compiled(policy_in_force(at=at))
    results = [resistance_result(row, bench, policy, actor, at) for row in rows]
    return store(
        code="resistance_test",
        results=results,
        rows=rows,
        facts_of=lambda result: {"ir": f"{result.ir_mohm:f}", "instrument": result.instrument.code},
        bench=bench,
        actor=actor,
        at=at,
        then_grade=then_grade,
    )


def resistance_faults(row: ResistanceInput, bench: Bench[ResistanceTest]) -> Faults:
    """Return all that keeps ``row`` from being recorded, by field."""
    is_pulse = row.method == ResistanceTest.Method.DC_PULSE
    faults = common_faults(row, ResistanceTest, NEEDED + (PULSE if is_pulse else ()), RESISTANCE_KINDS, bench)
    if row.method == ResistanceTest.Method.AC_1KHZ:
        faults |= _not_empty(row, (*PULSE, "baseline_pulse_s"), "Leave empty: AC has no pulse.")
    if row.direction:
        faults |= (
            choice_faults(row, ResistanceTest, ["direction"])
            if is_pulse
            else {"direction": "Leave empty: AC has no pulse."}
        )
    faults |= _baseline_faults(row, bench.packs[row.pack_id])
    return unconfirmed(_doubts(row, bench.packs[row.pack_id]), row.confirmation) | faults


def _doubts(row: ResistanceInput, pack: Pack) -> list[str]:
    return resistance_doubts(ir_mohm=finite(row.ir_mohm), ir_ratio=ratio_so_far(row, pack))


def _baseline_faults(row: ResistanceInput, pack: Pack) -> Faults:
    if row.baseline_source == "pack_datasheet":
        return {"baseline_mohm": BLANK} if row.baseline_mohm is None else {}
    if row.baseline_source not in ("", *BASELINE_SOURCES):
        return {"baseline_source": "Choose one."}
    if row.baseline_source == "type_catalogue" and catalog_baseline(pack_type=pack.pack_type) is None:
        return {"baseline_source": "The catalog has no baseline for this pack type."}
    return _not_empty(row, TYPED_BASELINE, "Leave empty, or choose the data sheet as the source.")


def _not_empty(row: ResistanceInput, names: Sequence[str], message: str) -> Faults:
    return {name: message for name in names if getattr(row, name) is not None}


def _baseline(row: ResistanceInput, pack: Pack) -> Baseline | None:
    if row.baseline_source == "type_catalogue":
        return catalog_baseline(pack_type=pack.pack_type)
    if row.baseline_mohm is None:
        return None
    return Baseline(
        ir_mohm=row.baseline_mohm,
        # The form asks for the data sheet's value of the method that was used here.
        method=row.method,
        temperature_degc=row.baseline_temperature_degc,
        soc_percent=row.baseline_soc_percent,
        pulse_duration_s=row.baseline_pulse_s,
        source=row.baseline_source,
    )


def _baseline_values(baseline: Baseline | None) -> dict[str, Any]:
    if baseline is None:
        return {}
    return {
        "baseline_mohm": baseline.ir_mohm,
        "baseline_method": baseline.method,
        "baseline_pulse_s": baseline.pulse_duration_s,
        "baseline_soc_percent": baseline.soc_percent,
        "baseline_temperature_degc": baseline.temperature_degc,
    }


def ratio_so_far(row: ResistanceInput, pack: Pack) -> Decimal | None:
    """Return the ratio that ``row`` gives, whatever else it lacks; None while it gives none."""
    baseline, measured = _baseline(row, pack), row.ir_mohm
    if baseline is None or not measured or not measured.is_finite() or not baseline.ir_mohm.is_finite():
        return None
    if why_another_kind(method=row.method, pulse_duration_s=row.pulse_duration_s, baseline=baseline):
        return None
    return ir_ratio(measured_mohm=measured, baseline_mohm=baseline.ir_mohm) if baseline.ir_mohm > 0 else None


def resistance_result(
    row: ResistanceInput, bench: Bench[ResistanceTest], policy: Policy, actor: Actor, at: datetime
) -> ResistanceTest:
    """Return the result that a ``row`` without faults makes, not stored."""
    assert row.ir_mohm is not None and row.soc_percent is not None  # refuse_faults saw to it
    measured = Resistance(
        ir_mohm=row.ir_mohm,
        method=row.method,
        temperature_degc=row.temperature_degc,
        soc_percent=row.soc_percent,
        pulse_duration_s=row.pulse_duration_s,
    )
    baseline = _baseline(row, bench.packs[row.pack_id])
    comparison = compare(policy, measured, baseline)
    result = ResistanceTest(
        **common_values(row, bench, actor, at),
        pulse_duration_s=row.pulse_duration_s,
        pulse_current_a=row.pulse_current_a,
        direction=row.direction,
        soc_percent=row.soc_percent,
        ir_mohm=row.ir_mohm,
        **_baseline_values(baseline),
        baseline_source=comparison.baseline_source,
        ir_ratio=comparison.ir_ratio,
    )
    judge_resistance(result, comparison, rest_before_s=row.rest_before_s)
    name_confirmed(result, _doubts(row, bench.packs[row.pack_id]))
    return result
