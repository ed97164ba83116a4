"""Read a manifest through the limited process, with memory that does not grow with the file."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

from intake.domain.manifest import sandbox
from intake.domain.manifest.plan import Plan
from intake.domain.manifest.problems import ERROR, Problem
from intake.domain.manifest.rows import PACK, raw_reader
from intake.models import Manifest, Pack, PackType
from intake.queries.catalogue import catalogue_for_reading
from intake.services.files import path_of
from intake.services.manifests.lease import Lease, renew
from intake.services.manifests.pack_rows import LONGEST, PackRows

PROBLEMS_KEPT = 1_000
CHUNK_ROWS = 2_000
_SPOOL_IN_MEMORY_BYTES = 8 * 1024 * 1024


@dataclass
class Reading:
    """What a file says: its packs as COPY lines on disk, its problems, its shape."""

    spool: IO[bytes]
    pack_count: int = 0
    newest_pack_id: int = 0
    """Packs beyond this id were announced while we read."""
    refusal: str = ""
    """Why the file as a whole cannot be read; empty when it can."""
    problems: list[Problem] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(rule, severity) to the exact number, kept or not."""
    summary: dict[str, Any] = field(default_factory=dict)

    def total(self, severity: str) -> int:
        """Return how many problems of ``severity`` there are, kept or not."""
        return sum(count for (_, found), count in self.counts.items() if found == severity)

    def add(self, problem: Problem) -> None:
        """Count one of our own problems and keep it while there is room; errors drive out warnings."""
        self.counts[problem.rule, problem.severity] += 1
        self.problems.append(problem)

    def kept(self) -> list[Problem]:
        """Return the problems to be stored: errors first when there are too many, then by row."""
        by_weight = sorted(self.problems, key=lambda problem: problem.severity != ERROR)[:PROBLEMS_KEPT]
        headers = {column["field"]: column["header"] for column in self.summary.get("columns", ())}
        named = (p if p.column else p._replace(column=headers.get(p.field)) for p in by_weight)
        return sorted(named, key=lambda problem: problem.row or 0)


@contextmanager
def read(*, manifest: Manifest, lease: Lease, at: datetime) -> Iterator[Reading]:
    """Read ``manifest`` wholly, renewing the lease as it goes; the spool lives as long as the context.

    :raises LeaseLost: when another worker has taken over.
    """
    newest = Pack.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL_IN_MEMORY_BYTES) as spool:
        reading = Reading(spool, newest_pack_id=newest)
        try:
            _take_in(reading, manifest, lease, at)
        except sandbox.FileRefused as refused:
            reading.refusal = refused.message
        spool.seek(0)
        yield reading


def _take_in(reading: Reading, manifest: Manifest, lease: Lease, at: datetime) -> None:
    types = dict(PackType.objects.filter(is_active=True).values_list("key", "pk"))
    rows = PackRows(supplier_id=manifest.supplier_id, pack_type_ids=types, at=at)
    lines = sandbox.understand(
        path_of(manifest.stored_file),
        file_name=manifest.file_name,
        catalogue=catalogue_for_reading(),
        today=at.date(),
        problem_limit=PROBLEMS_KEPT,
    )
    chunk: list[tuple[int, str | None]] = []
    raw_of = None
    for line in lines:
        match line:
            case [fate, row, fields, cells, problems]:
                _check_lengths(reading, row, fields)
                reading.problems += (Problem(row, *problem) for problem in problems)
                if fate == PACK and raw_of is not None:
                    reading.spool.write(rows.line(row, fields, raw_of(cells)))
                    reading.pack_count += 1
                chunk.append((row, fields.get("pack_serial")))
                if len(chunk) == CHUNK_ROWS:
                    _check_known(reading, manifest.supplier_id, chunk)
                    chunk.clear()
            case {"plan": plan}:
                raw_of = raw_reader(Plan.from_json(plan))
            case {"progress": row_count}:
                renew(lease, rows_done=row_count)
            case {"problem": problem}:
                reading.problems.append(Problem(**problem))
            case {"summary": summary}:
                _take_summary(reading, summary)
    _check_known(reading, manifest.supplier_id, chunk)


def _take_summary(reading: Reading, summary: dict[str, Any]) -> None:
    for entry in summary["groups"]:
        reading.counts[entry["rule"], entry["severity"]] += entry["count"]
    reading.summary = summary


def _check_lengths(reading: Reading, row: int, fields: Mapping[str, Any]) -> None:
    for name, longest in LONGEST.items():
        value = fields.get(name)
        if value is not None and len(value) > longest:
            message = f"The text has {len(value)} characters; at most {longest} are taken."
            reading.add(Problem(row, None, name, "too_long", ERROR, value, message, "Shorten it."))


def _check_known(reading: Reading, supplier_id: int, chunk: Sequence[tuple[int, str | None]]) -> None:
    """Report serials that are here already; another supplier's are never told apart from each other."""
    known = {
        serial: batch if owner == supplier_id else ""
        for serial, owner, batch in Pack.objects.filter(serial__in=[serial for _, serial in chunk])
        .order_by("pk")
        .values_list("serial", "supplier_id", "batch__number")
    }
    if not known:
        return
    for row, serial in chunk:
        if serial is not None and serial in known:
            reading.add(_known(row, serial, known[serial]))


def _known(row: int, serial: str, batch: str) -> Problem:
    if batch:
        message, fix = f"This pack is already in your batch {batch}.", "Remove the row."
        return Problem(row, None, "pack_serial", "serial_already_announced", ERROR, serial, message, fix)
    message = "This serial is already known."
    fix = "Compare it with the label on the pack; if it is right, write to us."
    return Problem(row, None, "pack_serial", "serial_already_known", ERROR, serial, message, fix)
