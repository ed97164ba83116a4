"""Open, head, close, reopen and discard a run: bookkeeping, so outside the trail."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from grading.domain.bench_fields import FIELDS, NOTHING, Field
from grading.models import BenchRun
from grading.queries.bench_runs import Means, means_of, procedure_text
from grading.services.bench_runs.reading import read_row
from grading.services.bench_runs.refusals import HeadUnreadable, RunChanged, RunClosed
from rebattery.actor import Actor


@transaction.atomic
def open_run(*, kind: str, head: Mapping[str, str], actor: Actor, at: datetime) -> BenchRun:
    """Open a run of ``kind``, capacity or resistance, whose ``head`` holds for every row.

    :raises HeadUnreadable: when a text of the head cannot be read; names every field.
    """
    return BenchRun.objects.create(
        kind=kind,
        head=_head(kind, head),
        opened_at=at,
        opened_by_person_id=actor.person_id,
        opened_by=actor.label,
    )


@transaction.atomic
def change_head(*, run_id: int, head: Mapping[str, str], seen_version: int, actor: Actor) -> BenchRun:
    """Replace the head; rows that say something for themselves keep it, recorded ones are not touched.

    :raises RunClosed: when the run is closed.
    :raises RunChanged: when somebody changed the head since ``seen_version``; names what differs.
    :raises HeadUnreadable: when a text of the head cannot be read; names every field.
    """
    run = open_one(run_id)
    new = _head(run.kind, head)
    if run.version != seen_version and run.head != new:
        labels = {
            name: f"Somebody wrote “{run.head.get(name, '')}” meanwhile."
            for name in FIELDS[run.kind]
            if run.head.get(name, "") != new.get(name, "")
        }
        raise RunChanged(fields=labels)
    run.head, run.version = new, run.version + 1
    run.save(update_fields=["head", "version"])
    return run


@transaction.atomic
def close_run(*, run_id: int, actor: Actor, at: datetime) -> BenchRun:
    """Close a run; what is not recorded stays in it, readable. A closed one stays as it is."""
    run = BenchRun.objects.select_for_update().get(pk=run_id)
    if run.is_open:
        run.closed_at = at
        run.save(update_fields=["closed_at"])
    return run


@transaction.atomic
def discard_run(*, run_id: int, actor: Actor, at: datetime) -> BenchRun:
    """Close a run whose unrecorded rows nobody wants; results that it recorded stay what they are."""
    run = BenchRun.objects.select_for_update().get(pk=run_id)
    run.closed_at, run.discarded_at = run.closed_at or at, run.discarded_at or at
    run.save(update_fields=["closed_at", "discarded_at"])
    return run


@transaction.atomic
def reopen_run(*, run_id: int, actor: Actor) -> BenchRun:
    """Open a closed or discarded run again, with all that was typed in it."""
    run = BenchRun.objects.select_for_update().get(pk=run_id)
    run.closed_at = run.discarded_at = None
    run.save(update_fields=["closed_at", "discarded_at"])
    return run


def open_one(run_id: int) -> BenchRun:
    """Lock a run that may be changed.

    :raises RunClosed: when it may not.
    """
    run = BenchRun.objects.select_for_update().get(pk=run_id)
    if not run.is_open:
        raise RunClosed(f"Run {run.pk} is {run.state}: open it again first. Nothing was changed.")
    return run


def _head(kind: str, texts: Mapping[str, str]) -> dict[str, Any]:
    fields = FIELDS[kind]
    kept = {
        name: text.strip()
        for name, text in texts.items()
        if name in fields and fields[name].is_of_head and text.strip() not in ("", NOTHING)
    }
    means = means_of(kind=kind)
    reading = read_row(kind, kept, 0, means)
    if reading.faults:
        raise HeadUnreadable(fields=reading.faults)
    kept = {name: _one_way(fields[name], text, means) for name, text in kept.items()}
    if channel := next(
        (each for each in means.channels.values() if each.pk == reading.input.channel_id), None
    ):
        kept["channel"] = f"{channel.instrument.code}/{channel.code}"
    keys = {name: getattr(reading.input, name) for name in ("instrument_id", "channel_id", "procedure_id")}
    return kept | {name: key for name, key in keys.items() if key}


def _one_way(field: Field, text: str, means: Means) -> str:
    """Return a text of the head in the one way in which its form offers it."""
    if field.kind == "choice":
        return (field.choices or {})[field.read(text)]
    if field.kind == "moment":
        return f"{field.read(text).astimezone(UTC):%Y-%m-%dT%H:%M}"
    if field.kind == "yes_no":
        return "yes" if field.read(text) else "no"
    if field.name == "instrument":
        return means.instruments[text.casefold()].code
    return procedure_text(means.procedures[text.casefold()]) if field.name == "procedure" else text
