"""Record states of health that somebody else reports; they rank and are compared, they never grade."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from grading.domain.measurement import check_ranges
from grading.models import ProcedureVersion, SohReport
from intake.domain.lifecycle import Status
from intake.models import Pack
from intake.services.lifecycle import lock_packs
from intake.services.superseding import new_keys, point_to_successors
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation

PLACES = 2
LONGEST_FIRMWARE, LONGEST_TOOL = 60, 120
"""Characters; what the columns hold."""
_LABELS = dict(SohReport.Kind.choices)


class ReportsRefused(RuleViolation):
    """Some values cannot be recorded. Nothing was recorded."""

    code = "reports_refused"


@dataclass(frozen=True, kw_only=True)
class SohReportInput:
    """One reported state of health, as a person or a program hands it in."""

    pack_id: int
    kind: str
    value_percent: Decimal | None
    read_at: datetime | None
    firmware: str = ""
    tool: str = ""
    procedure_id: int | None = None
    """Of a pulse screen."""
    note: str = ""
    reason: str = ""
    """Why it takes the place of a reading that is as new or newer; needed only then."""


@transaction.atomic
def record_soh_reports(*, rows: Sequence[SohReportInput], actor: Actor, at: datetime) -> list[SohReport]:
    """Record one report for each of ``rows``, or none of them; as many queries for any number of rows.

    The pack's current report of the same kind is superseded; kinds never take each other's place, and none
    of them changes what the policy judges.

    :raises MoveRefused: when a pack does not exist.
    :raises ReportsRefused: when values are blank or cannot be right; names every field.
    """
    packs = {pack.pk: pack for pack in lock_packs(pack_ids=list({row.pack_id for row in rows}))}
    current = _current(packs)
    _refuse(_all_faults(rows, packs, current, at))
    made = [_report(row, packs[row.pack_id], actor, at) for row in rows]
    _store(made, rows, current, packs, actor, at)
    return made


def report_problems(*, rows: Sequence[SohReportInput], at: datetime) -> list[dict[str, str]]:
    """Return the faults of each of ``rows`` by field; locks and writes nothing, recording looks again."""
    packs = Pack.objects.in_bulk({row.pack_id for row in rows})
    return _all_faults(rows, packs, _current(packs), at)


def _current(packs: Mapping[int, Pack]) -> dict[tuple[int, str], SohReport]:
    standing = SohReport.objects.filter(pack_id__in=packs, superseded_by__isnull=True)
    return {(report.pack_id, report.kind): report for report in standing}


def _all_faults(
    rows: Sequence[SohReportInput],
    packs: Mapping[int, Pack],
    current: Mapping[tuple[int, str], SohReport],
    at: datetime,
) -> list[dict[str, str]]:
    screens = set(
        ProcedureVersion.objects.filter(
            pk__in={row.procedure_id for row in rows if row.procedure_id}, kind=ProcedureVersion.Kind.SCREEN
        ).values_list("pk", flat=True)
    )
    counts = Counter((row.pack_id, row.kind) for row in rows)
    return [
        _faults(row, packs[row.pack_id], current.get((row.pack_id, row.kind)), screens, counts, at)
        for row in rows
    ]


def _refuse(faults: Sequence[dict[str, str]]) -> None:
    key = "rows.{}.{}" if len(faults) > 1 else "{1}"
    fields = {key.format(n, name): text for n, found in enumerate(faults) for name, text in found.items()}
    if fields:
        raise ReportsRefused(fields=fields)


def _faults(
    row: SohReportInput,
    pack: Pack,
    current: SohReport | None,
    screens: set[int],
    counts: Counter[tuple[int, str]],
    at: datetime,
) -> dict[str, str]:
    faults: dict[str, str] = {}
    if row.kind not in _LABELS:
        faults["kind"] = "Choose one."
    if pack.status == Status.WITHDRAWN:
        faults["pack_id"] = f"{pack.serial} was withdrawn."
    if counts[row.pack_id, row.kind] > 1:
        faults["pack_id"] = f"Twice in one set: {pack.serial}."
    faults |= _value_faults(row.value_percent) | _length_faults(row)
    if row.read_at is None:
        faults["read_at"] = "Enter a value."
    elif row.read_at > at:
        faults["read_at"] = "This moment is still to come."
    elif current and row.read_at <= current.read_at and not row.reason.strip():
        faults["reason"] = "The reading that stands is as new or newer. Say why this one takes its place."
    if row.procedure_id and (row.kind != SohReport.Kind.PULSE_SCREEN or row.procedure_id not in screens):
        faults["procedure_id"] = "Only a pulse screen follows a procedure: choose a quick screen, or none."
    return faults


def _value_faults(value: Decimal | None) -> dict[str, str]:
    if value is None:
        return {"value_percent": "Enter a value."}
    if found := check_ranges({"declared_soh_percent": value}):
        return {"value_percent": found[0].message}
    fine = value == round(value, PLACES)
    return {} if fine else {"value_percent": f"At most {PLACES} decimal places."}


def _length_faults(row: SohReportInput) -> dict[str, str]:
    longest = {"firmware": LONGEST_FIRMWARE, "tool": LONGEST_TOOL}
    return {
        name: f"At most {most} characters."
        for name, most in longest.items()
        if len(getattr(row, name).strip()) > most
    }


def _report(row: SohReportInput, pack: Pack, actor: Actor, at: datetime) -> SohReport:
    assert row.value_percent is not None and row.read_at is not None  # _refuse saw to it
    return SohReport(
        pack=pack,
        kind=row.kind,
        value_percent=row.value_percent,
        firmware=row.firmware.strip(),
        tool=row.tool.strip(),
        procedure_id=row.procedure_id,
        read_at=row.read_at,
        note=row.note.strip(),
        at=at,
        person_id=actor.person_id,
        person_label=actor.label,
    )


def _store(
    made: Sequence[SohReport],
    rows: Sequence[SohReportInput],
    current: dict[tuple[int, str], SohReport],
    packs: dict[int, Pack],
    actor: Actor,
    at: datetime,
) -> None:
    for report, key in zip(made, new_keys(model=SohReport, count=len(made)), strict=True):
        report.pk = key
    pairs = [(current.get((new.pack_id, new.kind)), new) for new in made]
    reasons = [row.reason.strip() for row in rows]
    replaced = [(old, new, why) for (old, new), why in zip(pairs, reasons, strict=True) if old]
    point_to_successors(model=SohReport, successors={old.pk: new.pk for old, new, _ in replaced})
    SohReport.objects.bulk_create(made)
    events = [_superseded(old, new, why, packs[new.pack_id]) for old, new, why in replaced]
    events += [_recorded(report, packs[report.pack_id]) for report in made]
    record(events=events, actor=actor, at=at)


def _superseded(old: SohReport, new: SohReport, reason: str, pack: Pack) -> Event:
    return Event(
        code="soh_report.superseded",
        subject_id=old.pk,
        subject_label=str(old),
        pack_id=pack.pk,
        supplier_id=pack.supplier_id,
        before={"superseded_by_id": None},
        after={"superseded_by_id": new.pk},
        reason=reason,
    )


def _recorded(report: SohReport, pack: Pack) -> Event:
    names = ("kind", "value_percent", "firmware", "tool", "procedure_id", "read_at", "note")
    return Event(
        code="soh_report.recorded",
        subject_id=report.pk,
        subject_label=str(report),
        pack_id=pack.pk,
        supplier_id=pack.supplier_id,
        after={name: getattr(report, name) for name in names},
        facts={"soh": f"{report.value_percent:f}", "kind": _LABELS[report.kind]},
    )
