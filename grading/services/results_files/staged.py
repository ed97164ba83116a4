"""A row of a results file on its way into the tables of results."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from grading.domain.results_file.fields import FIELDS, Kind
from grading.domain.results_file.fixes import fix_of
from grading.domain.results_file.rows import shown
from grading.domain.results_file.sandbox import Sheet
from grading.models import ResultsFileRow
from intake.domain.manifest.problems import ERROR
from intake.models import Pack

PROBLEM_KEYS = ("column", "field", "rule", "severity", "value", "message", "fix")


@dataclass(slots=True)
class Staged:
    """One row with what is known of it so far."""

    kind: Kind
    number: int
    cells: Sequence[str | float]
    values: Mapping[str, str]
    of_file: list[dict[str, Any]]
    """Problems that the file itself shows; those of the product come anew at each judgement."""
    headings: Mapping[str, str] = field(default_factory=dict)
    """Field to its heading in the file."""
    places: Mapping[str, int] = field(default_factory=dict)
    """Field to the place of its cell in the row."""
    found: list[dict[str, Any]] = field(default_factory=list)
    pack: Pack | None = None
    keys: dict[str, int] = field(default_factory=dict)
    """instrument_id, channel_id and procedure_id that its codes name."""
    result_id: int | None = None

    @property
    def problems(self) -> list[dict[str, Any]]:
        return [*self.of_file, *self.found]

    @property
    def has_error(self) -> bool:
        return any(problem["severity"] == ERROR for problem in self.problems)

    def wrong(self, name: str, rule: str, message: str, fix: str = "") -> None:
        """Note an error, unless its cell has one already; each says what to do."""
        known = FIELDS[self.kind]
        place = name if name in known else "serial"
        if any(one["field"] == place and one["severity"] == ERROR for one in self.problems):
            return
        heading = self.headings.get(place) or known[place].title
        at = self.places.get(place, len(self.cells))
        # As it was written: under a heading of another unit the value is another number.
        value = shown(self.cells[at])[:200] if at < len(self.cells) else self.values.get(place, "")
        told = fix or fix_of(place, heading)
        self.found.append(
            dict(zip(PROBLEM_KEYS, (heading, place, rule, ERROR, value, message, told), strict=True))
        )

    def number_of(self, name: str) -> Decimal | None:
        """Return a number of the row; None where it is blank or cannot be read."""
        text = self.values.get(name)
        return Decimal(text) if text else None

    def moment_of(self, name: str) -> datetime | None:
        """Return a moment of the row; None where it is blank or cannot be read."""
        text = self.values.get(name)
        return datetime.fromisoformat(text) if text else None


def staged_of(sheets: Iterable[Sheet]) -> list[Staged]:
    """Return the rows of a file as the limited process told them."""
    rows = []
    for sheet in sheets:
        kind, headings, places = Kind(sheet.told["kind"]), headings_of(sheet.told), places_of(sheet.told)
        for number, cells, values, problems in sheet.rows:
            told = [dict(zip(PROBLEM_KEYS, problem, strict=True)) for problem in problems]
            rows.append(Staged(kind, number or 0, cells, values, told, headings, places))
    return rows


def headings_of(told: Mapping[str, Any]) -> dict[str, str]:
    """Return field to heading of a table."""
    return {column["field"]: column["heading"] for column in told["columns"] if column["field"]}


def places_of(told: Mapping[str, Any]) -> dict[str, int]:
    """Return field to the place of its cells in the rows of a table."""
    return {column["field"]: at for at, column in enumerate(told["columns"]) if column["field"]}


_PRODUCT_RULES = {"recording", "pack", "means", "repeated", "members", "soh_disagrees_reference"}
"""Rules of problems that the product finds: packs, instruments and results may change meanwhile."""


def restaged(rows: Iterable[ResultsFileRow], sheets: Sequence[Mapping[str, Any]]) -> list[Staged]:
    """Return stored rows as they can be judged again."""
    headings = {told["kind"]: headings_of(told) for told in sheets}
    places = {told["kind"]: places_of(told) for told in sheets}
    return [
        Staged(
            Kind(row.kind),
            row.number,
            row.cells,
            row.values,
            [problem for problem in row.problems if problem["rule"] not in _PRODUCT_RULES],
            headings.get(row.kind, {}),
            places.get(row.kind, {}),
            result_id=row.result_id,
        )
        for row in rows
    ]
