"""Read a manifest through the limited process, with memory that does not grow with the file."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import IO, Any

from intake.domain.manifest import sandbox
from intake.domain.manifest.corrections import Corrections
from intake.domain.manifest.plan import Plan
from intake.domain.manifest.problems import ERROR, QUESTION, WARNING
from intake.domain.manifest.rows import DROPPED, REFUSED, raw_reader
from intake.models import Manifest, ManifestRow, Pack, PackType
from intake.queries.catalogue import catalogue_for_reading
from intake.queries.corrections import corrections_of
from intake.services.files import path_of
from intake.services.manifests.known import Found, KnownSerials
from intake.services.manifests.layouts import layouts_for
from intake.services.manifests.lease import Lease, renew
from intake.services.manifests.pack_rows import PackRows
from intake.services.manifests.problems import problem_objects, said, too_long
from intake.services.manifests.staging import PACK, StagedRows
from intake.services.manifests.tallying import Tally, is_acceptable, row_severity

CHUNK_ROWS = 2_000
FILE_PROBLEMS_KEPT = 200
_SPOOL_IN_MEMORY_BYTES = 8 * 1024 * 1024
_ALL_PROBLEMS = 1_000_000_000  # what is stored of them is limited here, where the counts stay exact
Fate = ManifestRow.Fate
Line = Sequence[Any]
"""What the reading process says of one row: fate, number, values, cells, problems."""


class Purpose(Enum):
    """What a reading prepares."""

    ALL_PACKS = "all packs"
    """The packs of the file, given up at the first row or question that stands in the way."""
    ROWS = "rows"
    """The rows of a draft."""
    PACKS_AND_ROWS = "packs and rows"
    """The packs among the rows, and the rows with those marked."""


@dataclass
class Reading:
    """What a file says: packs and rows as COPY lines on disk, its shape and its counts."""

    packs: IO[bytes]
    rows: IO[bytes]
    newest_pack_id: int = 0
    """Packs beyond this id were announced while we read."""
    refusal: str = ""
    """Why the file as a whole cannot be read; empty when it can."""
    refusal_code: str = ""
    """The stable name of that reason."""
    is_obstructed: bool = False
    """True when a reading for ``ALL_PACKS`` was given up."""
    pack_count: int = 0
    summary: dict[str, Any] = field(default_factory=dict)
    plan: dict[str, Any] = field(default_factory=dict)

    @property
    def rest(self) -> int:
        """Return how many rows stay behind when the packs are announced."""
        return int(self.summary.get("refused", 0))

    @property
    def open_questions(self) -> int:
        """Return how many things about the whole file keep every pack back."""
        wrong = [problem for problem in self.summary["problems"] if problem["severity"] == ERROR]
        return len(self.summary["questions"]) + len(wrong)


@contextmanager
def read(*, manifest: Manifest, lease: Lease, purpose: Purpose, at: datetime) -> Iterator[Reading]:
    """Read ``manifest`` with its corrections, renewing the lease; the spools live as long as the context.

    :raises LeaseLost: when another worker has taken over.
    """
    newest = Pack.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with ExitStack() as spools:
        packs, rows = (
            spools.enter_context(tempfile.SpooledTemporaryFile(max_size=_SPOOL_IN_MEMORY_BYTES))
            for _ in range(2)
        )
        reading = Reading(packs, rows, newest_pack_id=newest)
        try:
            _Intake(reading, manifest, purpose, at).take_in(lease)
        except sandbox.FileRefused as refused:
            reading.refusal, reading.refusal_code = refused.message, refused.code
        packs.seek(0)
        rows.seek(0)
        yield reading


class _Obstacle(Exception):
    """Not every row of the file can be a pack."""


class _Intake:
    """Takes the lines of one reading in."""

    def __init__(self, reading: Reading, manifest: Manifest, purpose: Purpose, at: datetime):
        self.reading = reading
        self.manifest = manifest
        self.today = at.date()
        self.wants_all = purpose is Purpose.ALL_PACKS
        self.wants_rows = purpose is not Purpose.ALL_PACKS
        self.wants_packs = purpose is not Purpose.ROWS
        types = dict(PackType.objects.filter(is_active=True).values_list("key", "pk"))
        self.pack_rows = PackRows(supplier_id=manifest.supplier_id, pack_type_ids=types, at=at)
        self.staged_rows = StagedRows()
        self.corrections: Corrections = corrections_of(manifest=manifest)
        self.known = KnownSerials(manifest)
        self.announced = _announced_rows(manifest)
        self.tally = Tally()
        self.file_problems: list[dict[str, Any]] = []
        self.header_of: dict[str, str] = {}
        self.raw_of: Callable[[Sequence[Any]], dict[str, str]] = lambda cells: {}
        self.chunk: list[Line] = []

    def take_in(self, lease: Lease) -> None:
        lines = sandbox.understand(
            path_of(self.manifest.stored_file),
            file_name=self.manifest.file_name,
            catalogue=catalogue_for_reading(),
            today=self.today,
            corrections=self.corrections,
            layouts=layouts_for(manifest=self.manifest),
            problem_limit=_ALL_PROBLEMS,
        )
        with closing(lines):  # type: ignore[type-var]  # a generator
            try:
                for line in lines:
                    self._take_line(line, lease)
            except _Obstacle:
                self.reading.is_obstructed = True

    def _take_line(self, line: Any, lease: Lease) -> None:
        match line:
            case list():
                self.chunk.append(line)
                if len(self.chunk) == CHUNK_ROWS:
                    self._take_chunk()
            case {"progress": row_count}:
                renew(lease, rows_done=row_count)
            case {"plan": plan}:
                self._take_plan(plan)
            case {"problem": problem}:
                if self.wants_all and problem["severity"] != WARNING:
                    raise _Obstacle
                if len(self.file_problems) < FILE_PROBLEMS_KEPT:
                    self.file_problems.append(problem)
            case {"summary": summary}:
                self._take_chunk()
                self._take_summary(summary)

    def _take_plan(self, stored: dict[str, Any]) -> None:
        plan = Plan.from_json(stored)
        self.raw_of = raw_reader(plan)
        self.header_of = {column.field: column.header for column in reversed(plan.columns) if column.field}
        self.reading.plan = stored

    def _take_summary(self, summary: dict[str, Any]) -> None:
        if self.wants_all and summary["questions"]:
            raise _Obstacle
        summary.pop("plan", None)
        own = {"accepted": 0, "refused": 0, "dropped": 0, "announced": 0, "problems": self.file_problems}
        self.reading.summary = self.tally.applied(summary | own)

    def _take_chunk(self) -> None:
        known = self.known.issues([(number, values) for _, number, values, _, _ in self.chunk])
        take = self._take_row if self.wants_rows else self._take_pack
        for line in self.chunk:
            take(line, known.get(line[1], ()))
        self.chunk.clear()

    def _take_pack(self, line: Line, known: Sequence[Found]) -> None:
        """Take a row of a file that becomes a batch as a whole."""
        fate, number, values, cells, problems = line
        if number in self.announced:
            self._count_announced(problems)
            return
        if fate == DROPPED:
            self.tally.row(Fate.DROPPED, 0)
            return
        ours = [*known, *too_long(values)]
        if fate == REFUSED or any(issue.severity in (ERROR, QUESTION) for _, issue in ours):
            raise _Obstacle
        if ours:
            self.tally.add([self._said(name, values, issue) for name, issue in ours])
        self.tally.row(Fate.OPEN, 0)
        self._write_pack(number, values, cells)

    def _take_row(self, line: Line, known: Sequence[Found]) -> None:
        """Take a row of a draft."""
        fate, number, values, cells, problems = line
        if number in self.announced:
            self._count_announced(problems)
            self._write_row(number, Fate.ANNOUNCED, 0, cells, values, [])
            return
        if fate == DROPPED:
            self.tally.row(Fate.DROPPED, 0)
            self._write_row(number, Fate.DROPPED, 0, cells, values, [])
            return
        ours = [self._said(name, values, issue) for name, issue in (*known, *too_long(values))]
        self.tally.add(ours)
        found = [*problem_objects(problems), *ours]
        severity = row_severity(found, is_refused=fate == REFUSED)
        self.tally.row(Fate.OPEN, severity)
        is_pack = self.wants_packs and is_acceptable(severity)
        if is_pack:
            self._write_pack(number, values, cells)
        self._write_row(number, PACK if is_pack else Fate.OPEN, severity, cells, values, found)

    def _count_announced(self, problems: Sequence[Sequence[Any]]) -> None:
        # Nobody can mend it any more, so nobody is told of it.
        self.tally.take(problem_objects(problems))
        self.tally.row(Fate.ANNOUNCED, 0)

    def _write_pack(self, number: int, values: Mapping[str, Any], cells: Sequence[Any]) -> None:
        if number in self.corrections.cells:
            cells = self.corrections.edited(number, list(cells))
        self.reading.packs.write(self.pack_rows.line(number, values, self.raw_of(cells)))
        self.reading.pack_count += 1

    def _write_row(
        self,
        number: int,
        fate: str,
        severity: int,
        cells: Sequence[Any],
        values: Mapping[str, Any],
        found: list[dict[str, Any]],
    ) -> None:
        line = self.staged_rows.line(
            number=number, fate=fate, severity=severity, cells=cells, values=values, problems=found
        )
        self.reading.rows.write(line)

    def _said(self, name: str, values: Mapping[str, Any], issue: Any) -> dict[str, Any]:
        return said(self.header_of.get(name), name, values, issue)


def _announced_rows(manifest: Manifest) -> set[int]:
    return set(Pack.objects.filter(batch__manifest=manifest).values_list("row", flat=True))
