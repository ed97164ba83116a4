"""The bench of the demo's year, and the grades that follow from it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from grading.management.demo.fleet import TruePack, rounded
from grading.management.demo.timeline import GRADING_TAKES, Year
from grading.models import CapacityTest, ResistanceTest
from grading.models.test_run import STANDS
from grading.services import decisions, test_runs
from grading.services.test_runs import CapacityInput, ResistanceInput
from intake.domain.lifecycle import Status
from intake.models import Batch, Pack

AMBIENT_DEGC = Decimal("24.5")
RETEST_REASON = "Retest ordered by the reviewers."


def measure_capacity(year: Year, at: datetime, batch: Batch) -> None:
    """Measure the capacity of what the bench has not measured yet."""
    _capacity(year, at, _at_bench(batch).exclude(pk__in=_measured(CapacityTest)), is_retest=False)
    grade_soon(year, at)


def measure_resistance(year: Year, at: datetime, batch: Batch) -> None:
    """Measure the resistance of what still waits for it, except where somebody forgets it."""
    packs = _at_bench(batch).filter(pk__in=_measured(CapacityTest)).exclude(pk__in=_measured(ResistanceTest))
    _resistance(year, at, [pack for pack in packs if not year.pack(pack).skips_ir], is_retest=False)
    grade_soon(year, at)


def finish(year: Year, at: datetime, batch: Batch) -> None:
    """Hand over what has been measured as far as it will be."""
    _finish(year, at, _at_bench(batch).filter(pk__in=_measured(CapacityTest)))


def retest(year: Year, at: datetime, pack_ids: Sequence[int]) -> None:
    """Measure again what reviewers sent back, this time completely."""
    packs = Pack.objects.filter(pk__in=pack_ids, status=Status.INSPECTED).order_by("pk")
    _capacity(year, at, [pack for pack in packs if year.pack(pack).skips_weakest], is_retest=True)
    _resistance(year, at, list(packs.all()), is_retest=True)
    _finish(year, at, packs.all())


def measure_again(year: Year, at: datetime, pack_ids: Sequence[int]) -> None:
    """Measure everything anew of packs whose result was disputed with success."""
    packs = Pack.objects.filter(pk__in=pack_ids, status=Status.INSPECTED).order_by("pk")
    _capacity(year, at, packs.all(), is_retest=True)
    _resistance(year, at, packs.filter(status=Status.INSPECTED), is_retest=True)
    _finish(year, at, packs.all())


def measure_elsewhere(year: Year, at: datetime, pack_ids: Sequence[int]) -> None:
    """Measure with the first cycler and the first meter what no standing result tells any more."""
    packs = Pack.objects.filter(pk__in=pack_ids, status=Status.INSPECTED).order_by("pk")
    by = year.who("warehouse2")
    untold = packs.exclude(pk__in=_standing(CapacityTest)).select_related("pack_type")
    capacity = [
        replace(_capacity_row(year, pack, at, True), instrument_id=year.instruments["CYC-1"])
        for pack in untold
    ]
    test_runs.record_capacity(rows=capacity, actor=by, at=at)
    # Some need no resistance once their capacity is known.
    untold = packs.exclude(pk__in=_standing(ResistanceTest)).select_related("pack_type")
    resistance = [
        replace(_resistance_row(year, pack, at, True), instrument_id=year.instruments["IRT-1"])
        for pack in untold
    ]
    test_runs.record_resistance(rows=resistance, actor=by, at=at)
    _finish(year, at, packs.all())


def last_evening(year: Year, at: datetime) -> None:
    """Test some packs so late that the real worker grades them."""
    waiting = Pack.objects.filter(status=Status.INSPECTED).exclude(pk__in=_measured(CapacityTest))
    packs = waiting.select_related("pack_type").order_by("-pk")[:6]
    _capacity(year, at, packs, is_retest=False)
    left = Pack.objects.filter(pk__in=[pack.pk for pack in packs], status=Status.INSPECTED)
    _resistance(year, at, left.select_related("pack_type"), is_retest=False)


def grade_soon(year: Year, at: datetime) -> None:
    """Plan a grading run."""
    year.later(max(at + GRADING_TAKES, year.bench_opens_at), grade)


def grade(year: Year, at: datetime) -> None:
    """Grade everything that waits; runs that nothing joins any more have ended by then."""
    decisions.close_stale_runs(actor=year.task("Grading"), at=at)
    decisions.grade_waiting(actor=year.task("Grading"), now=lambda: at)


def _at_bench(batch: Batch) -> QuerySet[Pack]:
    packs = Pack.objects.filter(batch=batch, status=Status.INSPECTED)
    return packs.select_related("pack_type").order_by("pk")


def _measured(model: type[CapacityTest] | type[ResistanceTest]) -> QuerySet[Any, Any]:
    return model._default_manager.values("pack_id")


def _standing(model: type[CapacityTest] | type[ResistanceTest]) -> QuerySet[Any, Any]:
    return model._default_manager.filter(STANDS).values("pack_id")


def _capacity(year: Year, at: datetime, packs: Iterable[Pack], *, is_retest: bool) -> None:
    rows = [
        _capacity_row(year, pack, at - timedelta(minutes=7 * n), is_retest) for n, pack in enumerate(packs)
    ]
    test_runs.record_capacity(rows=rows, actor=year.who("warehouse2"), at=at)


def _resistance(year: Year, at: datetime, packs: Iterable[Pack], *, is_retest: bool) -> None:
    rows = [
        _resistance_row(year, pack, at - timedelta(minutes=4 * n), is_retest) for n, pack in enumerate(packs)
    ]
    test_runs.record_resistance(rows=rows, actor=year.who("warehouse2"), at=at)


def _finish(year: Year, at: datetime, packs: Iterable[Pack]) -> None:
    pack_ids = [pack.pk for pack in packs]
    if pack_ids:
        test_runs.finish_testing(pack_ids=pack_ids, actor=year.who("warehouse2"), at=at)
        grade_soon(year, at)


def _capacity_row(year: Year, row: Pack, at: datetime, is_retest: bool) -> CapacityInput:
    pack = year.pack(row)
    volts = Decimal(pack.kind.nominal_v)
    ends_at_a_cell = pack.number % 5 < 2
    tells_weakest = is_retest or not (ends_at_a_cell or pack.skips_weakest)
    return CapacityInput(
        pack_id=row.pk,
        instrument_id=year.instruments["CYC-1" if pack.number % 3 else "CYC-2"],
        method=CapacityTest.Method.CC_DISCHARGE,
        basis="ah",
        measured_capacity_ah=rounded(float(Decimal(pack.kind.rated_ah) * pack.soh_percent / 100), 3),
        reference_source="nameplate",
        c_rate=Decimal("0.33"),
        temperature_degc=rounded(year.bench_random.uniform(23.6, 26.2), 1),
        voltage_from_v=_full(row, volts),
        voltage_to_v=_cut_off(row, volts),
        ambient_degc=AMBIENT_DEGC,
        procedure_id=year.procedures["iso12405-capacity"],
        ended_by_cell_limit=ends_at_a_cell and not is_retest and not pack.skips_weakest,
        weakest_soh_percent=pack.weakest_percent if tells_weakest else None,
        weakest_kind="series_group" if tells_weakest else "",
        measured_at=at,
        reason=RETEST_REASON if is_retest else "",
    )


def _full(row: Pack, nominal_v: Decimal) -> Decimal:
    found = (nominal_v * Decimal("1.14")).quantize(Decimal("0.1"))
    most = row.pack_type.voltage_max_v if row.pack_type else None
    return found if most is None else min(found, most)


def _cut_off(row: Pack, nominal_v: Decimal) -> Decimal:
    least = row.pack_type.voltage_min_v if row.pack_type else None
    return least if least is not None else (nominal_v * Decimal("0.82")).quantize(Decimal("0.1"))


def _resistance_row(year: Year, row: Pack, at: datetime, is_retest: bool) -> ResistanceInput:
    pack = year.pack(row)
    is_cold = pack.cold and not is_retest
    return ResistanceInput(
        pack_id=row.pk,
        instrument_id=year.instruments["IRT-1" if pack.number % 2 else "IRT-2"],
        method=ResistanceTest.Method.DC_PULSE,
        pulse_duration_s=Decimal(10),
        pulse_current_a=Decimal(pack.kind.rated_ah).quantize(Decimal("0.1")),
        direction="discharge",
        ambient_degc=AMBIENT_DEGC,
        procedure_id=year.procedures["hppc-pulses"],
        soc_percent=rounded(year.bench_random.uniform(48, 52), 1),
        temperature_degc=rounded(year.bench_random.uniform(23.6, 26.2) - 7 * is_cold, 1),
        ir_mohm=rounded(float(Decimal(pack.kind.baseline_mohm) * pack.ir_ratio), 3),
        measured_at=at,
        reason=RETEST_REASON if is_retest else "",
        **_baseline(row, pack),
    )


def _baseline(row: Pack, pack: TruePack) -> dict[str, Any]:
    if row.pack_type and row.pack_type.baseline_ir_mohm:
        return {"baseline_source": "type_catalogue"}
    return {
        "baseline_source": "pack_datasheet",
        "baseline_mohm": Decimal(pack.kind.baseline_mohm),
        "baseline_pulse_s": Decimal(10),
        "baseline_soc_percent": Decimal(50),
        "baseline_temperature_degc": Decimal(25),
    }
