"""Put packs into a run and take them out again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from grading.models import BenchDraft, BenchRun
from grading.services.bench_runs.opening import open_one
from grading.services.bench_runs.refusals import RowGone, RowRecorded, TooManyRows
from intake.domain.identity import normalize_serial
from intake.domain.lifecycle import Status
from intake.models import Pack
from rebattery.actor import Actor

MOST_ROWS = 5_000


@dataclass(frozen=True)
class Added:
    """What came of putting packs into a run."""

    added: list[BenchDraft] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    """Serials that were in it before."""
    refused: dict[str, str] = field(default_factory=dict)
    """Serial to why it was not added."""


@transaction.atomic
def add_serials(*, run_id: int, serials: Sequence[str], actor: Actor, at: datetime) -> Added:
    """Put the packs with these serials into a run; three queries for any number of them.

    :raises RunClosed: when the run is closed.
    :raises TooManyRows: when it would hold more than ``MOST_ROWS``.
    """
    run = open_one(run_id)
    wanted = list(dict.fromkeys(text for serial in serials if (text := normalize_serial(serial))))
    found = packs_by_serial(wanted)
    refused = {serial: why for serial in wanted if (why := why_not(serial, found.get(serial, [])))}
    packs = [found[serial][0] for serial in wanted if serial not in refused]
    return put_in(run, packs, refused, actor, at)


@transaction.atomic
def add_packs(*, run_id: int, pack_ids: Sequence[int], actor: Actor, at: datetime) -> Added:
    """Put packs into a run; those that are not at the bench are refused by name.

    :raises RunClosed: when the run is closed.
    :raises TooManyRows: when it would hold more than ``MOST_ROWS``.
    """
    run = open_one(run_id)
    packs = list(Pack.objects.filter(pk__in=pack_ids).order_by("pk"))
    refused = {pack.serial: why for pack in packs if (why := why_not(pack.serial, [pack]))}
    return put_in(run, [pack for pack in packs if pack.serial not in refused], refused, actor, at)


@transaction.atomic
def remove_row(*, run_id: int, row_id: int, actor: Actor) -> None:
    """Take a row out of a run, with what was typed in it.

    :raises RunClosed: when the run is closed.
    :raises RowGone: when it is out already.
    :raises RowRecorded: when it is recorded.
    """
    open_one(run_id)
    row_of(run_id, row_id).delete()


def row_of(run_id: int, row_id: int) -> BenchDraft:
    """Return a row that may be changed.

    :raises RowGone: when it is not in the run.
    :raises RowRecorded: when it is recorded.
    """
    row = BenchDraft.objects.select_related("pack").filter(run_id=run_id, pk=row_id).first()
    if row is None:
        raise RowGone
    if row.recorded_id:
        raise RowRecorded
    return row


def packs_by_serial(serials: Sequence[str]) -> dict[str, list[Pack]]:
    """Return the packs with each of these normalized serials; suppliers may share one."""
    found: dict[str, list[Pack]] = {}
    packs = Pack.objects.newest_stay().filter(serial__in=serials)
    for pack in packs.select_related("supplier").order_by("pk"):
        found.setdefault(pack.serial, []).append(pack)
    return found


def why_not(serial: str, packs: Sequence[Pack]) -> str:
    """Say why the packs that a serial names cannot be put into a run; empty when the one can."""
    if not packs:
        return f"No pack has the serial {serial}."
    if len(packs) > 1:
        names = ", ".join(pack.supplier.code for pack in packs)
        return f"More than one supplier uses {serial} ({names}): add it from the bench list."
    if packs[0].status != Status.INSPECTED:
        return f"{serial} is {packs[0].get_status_display().lower()} and not at the bench."
    return ""


def put_in(
    run: BenchRun, packs: Sequence[Pack], refused: dict[str, str], actor: Actor, at: datetime
) -> Added:
    """Add ``packs`` to a locked run, each once."""
    there = set(BenchDraft.objects.filter(run=run).values_list("pack_id", flat=True))
    new = [pack for pack in packs if pack.pk not in there]
    if len(there) + len(new) > MOST_ROWS:
        raise TooManyRows
    made = BenchDraft.objects.bulk_create(
        BenchDraft(
            run=run,
            pack=pack,
            kind=run.kind,
            saved_at=at,
            saved_by_person_id=actor.person_id,
            saved_by=actor.label,
        )
        for pack in new
    )
    return Added(made, [pack.serial for pack in packs if pack.pk in there], refused)
