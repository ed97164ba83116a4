"""Bench runs and what is typed in them; drafts of a pack's own page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When

from grading.domain.bench_fields import OUTCOMES
from grading.models import BenchDraft, BenchRun, CapacityTest, Channel, Instrument, ProcedureVersion
from grading.models import ResistanceTest as Resistance
from grading.queries.bench import packs_at_bench
from grading.queries.instruments import CAPACITY_KINDS, RESISTANCE_KINDS, Standing, standing_of
from grading.queries.procedures import pickable
from grading.queries.test_runs import Results
from intake.domain.lifecycle import Status
from intake.models import Pack
from rebattery.accounts.models import User

PAGE_ROWS = 100
KINDS = {"capacity": CAPACITY_KINDS, "resistance": RESISTANCE_KINDS}
"""Instruments that can measure what a run is of."""
LACKS = {"capacity": "soh_percent", "resistance": "ir_mohm"}


@dataclass(frozen=True)
class Means:
    """What a run may name, by the text that names it."""

    instruments: Mapping[str, Instrument]
    channels: Mapping[tuple[int, str], Channel]
    """By instrument and code."""
    procedures: Mapping[str, ProcedureVersion]
    """By code and version, and the newest one that may be picked by its code alone."""


def means_of(*, kind: str) -> Means:
    """Return all that a run of ``kind`` may name; four queries. Codes are compared without case."""
    instruments = Instrument.objects.filter(kind__in=KINDS[kind])
    versions = ProcedureVersion.objects.filter(kind=kind)
    named = {procedure_text(version).casefold(): version for version in versions}
    named |= {version.code.casefold(): version for version in pickable(kinds=[kind])}
    channels = Channel.objects.filter(instrument__kind__in=KINDS[kind]).select_related("instrument")
    return Means(
        instruments={row.code.casefold(): row for row in instruments},
        channels={(row.instrument_id, row.code.casefold()): row for row in channels},
        procedures=named,
    )


def procedure_text(version: ProcedureVersion) -> str:
    """Return the text that names a version in a run."""
    return f"{version.code} v{version.version}"


def bench_runs() -> QuerySet[BenchRun]:
    """Return every run with ``state_code`` and its numbers of ``rows`` and of ``recorded`` ones."""
    state = Case(
        When(discarded_at__isnull=False, then=Value("discarded")),
        When(closed_at__isnull=False, then=Value("closed")),
        default=Value("open"),
        output_field=CharField(),
    )
    return BenchRun.objects.annotate(
        state_code=state,
        row_count=Count("drafts"),
        recorded_count=Count("drafts", filter=Q(drafts__recorded_id__isnull=False)),
    )


def rows_of(*, run: BenchRun) -> QuerySet[BenchDraft]:
    """Return the rows of ``run`` with their packs, in the order in which they were added."""
    return run.drafts.select_related("pack__pack_type").order_by("pk")


def results_of_rows(*, run: BenchRun, rows: Sequence[BenchDraft]) -> dict[int, CapacityTest | Resistance]:
    """Return the result of each recorded row, by its key."""
    model: Any = CapacityTest if run.kind == BenchRun.Kind.CAPACITY else Resistance
    tests = model.objects.select_related("pack__pack_type")
    found: dict[int, Any] = tests.in_bulk([row.recorded_id for row in rows if row.recorded_id])
    return {row.pk: found[row.recorded_id] for row in rows if row.recorded_id in found}


def has_outcome(row: BenchDraft) -> bool:
    """Tell whether anything that was measured is typed in the row."""
    return any(row.values.get(name, "").strip() for name in OUTCOMES[row.kind])


def changed_by_others(*, run: BenchRun, person_id: int, since: datetime) -> int:
    """Return how many rows of ``run`` somebody else has changed since then."""
    return run.drafts.filter(saved_at__gt=since).exclude(saved_by_person_id=person_id).count()


def draft_of(*, pack_id: int, kind: str) -> BenchDraft | None:
    """Return what was typed on the pack's own page and not submitted yet."""
    return BenchDraft.objects.filter(run__isnull=True, pack_id=pack_id, kind=kind).first()


def open_runs_with(*, pack_id: int) -> list[BenchRun]:
    """Return the open runs that hold this pack and have not recorded it."""
    open_ones = BenchRun.objects.filter(closed_at__isnull=True)
    return list(
        open_ones.filter(drafts__pack_id=pack_id, drafts__recorded_id__isnull=True).order_by("pk").distinct()
    )


def standing_with_code(*, code: str, on: date) -> Standing | None:
    """Return the instrument with this code, and whether it may measure on the day ``on``."""
    found = Instrument.objects.filter(code__iexact=code).first()
    return standing_of(instrument=found, on=on) if found else None


def next_waiting(*, pack: Pack, kind: str, viewer: User) -> int | None:
    """Return the next pack at the bench that lacks this kind of result, in the order of the list."""
    waiting = packs_at_bench(viewer=viewer).filter(**{f"{LACKS[kind]}__isnull": True}).exclude(pk=pack.pk)
    order = ("status_at", "pk")
    later = Q(status_at__gt=pack.status_at) | Q(status_at=pack.status_at, pk__gt=pack.pk)
    found = waiting.filter(later).order_by(*order).values_list("pk", flat=True).first()
    return found or waiting.order_by(*order).values_list("pk", flat=True).first()


def fresh_results(*, pack: Pack, results: Results) -> tuple[Results, list[str]]:
    """Keep of ``results`` what who measures may see, and name the kinds of which some are kept from them.

    Whoever is to measure a pack is blind to earlier values until one of the same kind is recorded in this
    stay at the bench; who looks at a pack elsewhere sees everything.
    """
    if pack.status != Status.INSPECTED:
        return results, []
    hidden = []
    capacity, resistance = results.capacity, results.resistance
    if capacity and not any(each.test.at >= pack.status_at for each in capacity):
        capacity = []
        hidden.append("capacity")
    if resistance and not any(each.test.at >= pack.status_at for each in resistance):
        resistance = []
        hidden.append("resistance")
    return Results(capacity=capacity, resistance=resistance), hidden
