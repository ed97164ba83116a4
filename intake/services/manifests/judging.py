"""Judge single rows of a draft afresh, exactly as the reading of the whole file would judge them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from intake.domain.manifest.checks.checking import Repetitions
from intake.domain.manifest.corrections import Corrections
from intake.domain.manifest.plan import Plan
from intake.domain.manifest.rows import DROPPED, REFUSED, RowReader, RowReading
from intake.models import Manifest, ManifestRow
from intake.queries.catalogue import catalogue_for_reading
from intake.services.manifests.known import Found, KnownSerials
from intake.services.manifests.problems import said, too_long, without_words
from intake.services.manifests.staging import TEXTS_PER_ROW, claims_of, identity_of
from intake.services.manifests.tallying import Tally, row_severity

ROWS_AT_ONCE = 200
"""So many rows are judged while a person waits; for more, a worker reads the file again."""
_SHARING_AT_ONCE = 1_000
Fate = ManifestRow.Fate
_CHANGED = (
    "values", "problems", "serial", "vin", "severity", "fate", "chemistry", "nominal_energy_kwh",
    "declared_soh_percent", "history_completeness_percent",
)  # fmt: skip


class TooMany(Exception):
    """So many rows share a serial that a worker had better read the whole file."""


@dataclass
class _Judged:
    row: ManifestRow
    reading: RowReading

    @property
    def values(self) -> dict[str, Any]:
        return self.reading.values

    @property
    def is_dropped(self) -> bool:
        return self.reading.fate == DROPPED


def judge_again(
    *, manifest: Manifest, numbers: Iterable[int], corrections: Corrections, at: datetime
) -> list[ManifestRow]:
    """Judge the rows ``numbers`` of a locked draft, and those that share a serial or VIN with them.

    Writes the rows and the counts of the manifest; returns the rows that were asked for, as they stand now.

    :raises TooMany: when too many rows are concerned; nothing is written.
    """
    asked = list(manifest.rows.filter(row__in=set(numbers)).exclude(fate=Fate.ANNOUNCED).order_by("row"))
    reader = RowReader(Plan.from_json(manifest.plan), corrections, catalogue_for_reading(), at.date())
    judged = [_Judged(row, reader.read(row.row, row.cells)) for row in asked]
    shared = _sharing(manifest, judged).exclude(fate=Fate.ANNOUNCED).order_by("row")
    others = list(shared[: _SHARING_AT_ONCE + 1])
    if len(others) > _SHARING_AT_ONCE:
        raise TooMany
    judged += [_Judged(row, reader.read(row.row, row.cells)) for row in others]
    _write(manifest, reader, sorted(judged, key=lambda each: each.row.row))
    return asked


def _sharing(manifest: Manifest, judged: Sequence[_Judged]) -> QuerySet[ManifestRow]:
    """Return the other rows with a serial or VIN that one of ``judged`` had or has."""
    serials: set[str] = set()
    vins: set[str] = set()
    for each in judged:
        serial, vin = identity_of(each.values)
        serials |= {each.row.serial, serial}
        vins |= {each.row.vin, vin}
    shares = Q(serial__in=serials - {""}) | Q(vin__in=vins - {""})
    return manifest.rows.filter(shares).exclude(row__in=[each.row.row for each in judged])


def _write(manifest: Manifest, reader: RowReader, judged: Sequence[_Judged]) -> None:
    repeated, known = _repeated(manifest, reader, judged), _known(manifest, judged)
    tally, rows = Tally(), []
    for each in judged:
        row = each.row
        if row.fate == Fate.OPEN:
            tally.take(row.problems)
        tally.row(row.fate, row.severity, -1)
        problems: list[dict[str, Any]] = []
        if not each.is_dropped:
            problems = [_stored(problem) for problem in each.reading.problems]
            ours = [*repeated.get(row.row, ()), *known.get(row.row, ()), *too_long(each.values)]
            problems += [said(reader.header_of.get(name), name, each.values, issue) for name, issue in ours]
        _put(row, each.reading, problems)
        if row.fate == Fate.OPEN:
            tally.add(problems)
        tally.row(row.fate, row.severity)
        rows.append(row)
    ManifestRow.objects.bulk_update(rows, _CHANGED, batch_size=100)
    manifest.summary = tally.applied(manifest.summary)
    manifest.error_count = manifest.summary["errors"]
    manifest.warning_count = manifest.summary["warnings"]
    manifest.save(update_fields=["summary", "error_count", "warning_count"])


def _put(row: ManifestRow, reading: RowReading, problems: list[dict[str, Any]]) -> None:
    """Let ``row`` hold what was read."""
    row.values = reading.values
    row.problems = problems[:TEXTS_PER_ROW] + [without_words(problem) for problem in problems[TEXTS_PER_ROW:]]
    row.severity = row_severity(problems, is_refused=reading.fate == REFUSED)
    row.fate = Fate.DROPPED if reading.fate == DROPPED else Fate.OPEN
    row.serial, row.vin = identity_of(reading.values)
    claims = claims_of(reading.values)
    row.chemistry, row.nominal_energy_kwh, row.declared_soh_percent, row.history_completeness_percent = claims


def _stored(problem: Any) -> dict[str, Any]:
    stored = problem._asdict()
    del stored["row"]
    return stored


def _repeated(manifest: Manifest, reader: RowReader, judged: Sequence[_Judged]) -> dict[int, list[Found]]:
    """Return what each row repeats of earlier ones, those included that are not judged again."""
    stand = _sharing(manifest, judged).exclude(fate=Fate.DROPPED).values_list("row", "serial", "vin")
    # Of the others only the first with a serial or VIN matters, and there may be many.
    first: dict[int, dict[str, Any]] = {}
    known: set[tuple[str, str]] = set()
    for number, serial, vin in stand.order_by("row").iterator():
        values = {name: text for name, text in (("pack_serial", serial), ("vin", vin)) if text}
        if not known.issuperset(values.items()):
            known.update(values.items())
            first[number] = values
    of_judged = {each.row.row: each.values for each in judged if not each.is_dropped}
    seen, found = Repetitions(), {}
    for number, values in sorted((first | of_judged).items()):
        issues = seen.of(values, number)
        if number in of_judged:
            found[number] = [(name, issue) for name, issue in issues if not reader.accepts(name, issue)]
    return found


def _known(manifest: Manifest, judged: Sequence[_Judged]) -> dict[int, list[Found]]:
    asked = [(each.row.row, each.values) for each in judged if not each.is_dropped]
    return KnownSerials(manifest).issues(asked)
