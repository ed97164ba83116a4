"""How a maker's files are described, and what is found of it in a heading."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from grading.domain.cyclers.headings import Heading, key_of, split_heading
from grading.domain.cyclers.table import ColumnSource, Unreadable
from grading.domain.cyclers.units import DURATION, OURS, factor_of, is_duration

NUMBER, CLOCK_TIME, DATE, WORD = "number", "duration", "date", "word"
TEMPERATURE = "temperature_degc"
_QUANTITIES = (
    ("_s", "time"),
    ("_v", "voltage"),
    ("_a", "current"),
    ("_ah", "charge"),
    ("_wh", "energy"),
    ("_degc", "temperature"),
    ("_percent", "percent"),
)
_WORDS = ("state", "clock", "test")
_RECORD = ("time_s", "step_time_s", "voltage_v", "current_a", "dq_ah", "control_a")
_STEP = ("duration_s", "voltage_end_v", "current_end_a")
REQUIRED = frozenset([*_RECORD, *_STEP])
"""A record with something else than a number in one of these is none."""


def quantity_of(role: str) -> str:
    """Return the quantity of a canonical column by the suffix of its name, empty for a count or a word."""
    return next((quantity for suffix, quantity in _QUANTITIES if role.endswith(suffix)), "")


@dataclass(frozen=True, kw_only=True)
class Format:
    """What the files of one maker look like."""

    code: str
    name: str
    names: Mapping[str, tuple[str, ...]]
    """Canonical column → its names in the files, the best first, without units."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Where the files are silent; an empty one says that the maker has no habit."""
    temperatures: str = ""
    """Pattern of the keys of headings of sensors."""
    needs: tuple[str, ...] = ()
    """Columns without which a heading is another's, beside time, voltage and current."""
    marks: tuple[str, ...] = ()
    """Words in the lines above the heading that only this maker writes."""
    told: Mapping[str, str] = field(default_factory=dict)
    """Key of ``Reading.meta`` → pattern with one group, searched for in the lines above the heading."""
    is_signed: bool = True
    """Whether the current carries a sign by the maker's habit."""
    headless: str = ""
    """Pattern of the first line of a file that has no heading."""
    headless_headings: tuple[str, ...] = ()
    drops_quotes: bool = False
    """Whole lines may stand in quotation marks, which then mean nothing."""
    between: tuple[str, ...] = ()
    """How lines begin that end one block of records before the next heading."""
    is_step_table: bool = False

    @cached_property
    def keys(self) -> Mapping[str, tuple[str, int]]:
        """Key of a heading → canonical column, and how good a source it is (0 is best)."""
        return {
            key_of(name): (role, rank)
            for role, names in self.names.items()
            for rank, name in reversed(list(enumerate(names)))
        }

    @cached_property
    def sensor(self) -> re.Pattern[str] | None:
        """The pattern of temperatures, ready to match."""
        return re.compile(self.temperatures) if self.temperatures else None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file that is read."""

    role: str
    index: int
    header: str
    unit: str
    factor: float
    kind: str = NUMBER

    @property
    def source(self) -> ColumnSource:
        """What is told of it beside the numbers."""
        name = self.role.partition(":")[0]
        return ColumnSource(name=name, header=self.header, unit=self.unit, factor=self.factor)


@dataclass(frozen=True, slots=True)
class Match:
    """A heading that a format knows."""

    format: Format
    columns: tuple[Column, ...]
    width: int
    score: int

    def column(self, role: str) -> Column | None:
        """Return the column of a role, or None."""
        return next((column for column in self.columns if column.role == role), None)

    def with_kind(self, role: str, kind: str) -> "Match":
        """Return the same with the column of a role read in another way."""
        columns = []
        for one in self.columns:
            if one.role == role and one.kind != kind:
                # Numbers below a heading that promises a clock are in a unit that nobody told.
                unit = {CLOCK_TIME: DURATION, DATE: "date"}.get(kind, "")
                one = replace(one, kind=kind, unit=unit, factor=1.0)
            columns.append(one)
        return replace(self, columns=tuple(columns))

    def without(self, *roles: str) -> "Match":
        """Return the same without some roles."""
        return replace(self, columns=tuple(one for one in self.columns if one.role not in roles))


def _column(form: Format, role: str, index: int, heading: Heading) -> Column | None:
    """Return the column, None when it is not needed and its unit is not known.

    :raises Unreadable: when a column that every record needs has a unit that nobody knows.
    """
    quantity = quantity_of(role.partition(":")[0])
    if not quantity:
        return Column(role, index, heading.written, "", 1.0, WORD if role in _WORDS else NUMBER)
    unit = heading.unit if heading.unit is not None else form.units.get(role, OURS[quantity])
    if quantity == "time" and is_duration(unit):
        return Column(role, index, heading.written, DURATION, 1.0, CLOCK_TIME)
    factor = factor_of(unit, quantity) if unit else 1.0
    if factor is None and role in REQUIRED:
        message = f"The heading “{heading.written}” has a unit that is not known. Export in s, V and A."
        raise Unreadable("E_FORMAT", message)
    return None if factor is None else Column(role, index, heading.written, unit, factor)


def _found(form: Format, headings: Sequence[Heading]) -> dict[str, tuple[int, int]]:
    """Return, by role, where the best heading for it stands: rank and index."""
    found: dict[str, tuple[int, int]] = {}
    for index, heading in enumerate(headings):
        if known := form.keys.get(heading.key):
            role, rank = known
            if role == "step" and heading.unit:
                role = "step_time_s"  # one maker calls both "Step"
            if role not in found or rank < found[role][0]:
                found[role] = (rank, index)
        elif form.sensor and form.sensor.fullmatch(heading.key):
            found.setdefault(f"{TEMPERATURE}:{heading.name}", (0, index))
    return found


def _is_table(form: Format, roles: Iterable[str]) -> bool:
    known = set(roles)
    if not known.issuperset(form.needs):
        return False
    if form.is_step_table:
        return {"voltage_end_v", "current_end_a", "duration_s"} <= known
    has_time = known & {"time_s", "step_time_s", "clock"}
    has_current = known & {"current_a", "dq_ah", "control_a"}
    return bool("voltage_v" in known and has_time and has_current)


def match_heading(
    cells: Sequence[str], forms: Iterable[Format], *, above: Callable[[], Sequence[str]]
) -> Match | None:
    """Return the format that knows most of a line's cells as headings, or None when none knows enough.

    :param above: returns the lines down to this one, among which the marks of makers are looked for.
    :raises Unreadable: when a column that every record needs has a unit that nobody knows.
    """
    headings = [split_heading(cell) for cell in cells]
    best: tuple[int, Format, dict[str, tuple[int, int]]] | None = None
    for form in forms:
        found = _found(form, headings)
        if not _is_table(form, found):
            continue
        score = sum(heading.key in form.keys for heading in headings) + len(found)
        score += 5 * sum(any(mark in line for line in above()) for mark in form.marks)
        if best is None or score > best[0]:
            best = score, form, found
    if best is None:
        return None
    score, form, found = best
    placed = ((role, index) for role, (_, index) in sorted(found.items(), key=lambda one: one[1][1]))
    columns = (_column(form, role, index, headings[index]) for role, index in placed)
    return Match(form, tuple(column for column in columns if column), len(cells), score)


def without_needless(match: Match) -> Match:
    """Return a heading without the columns that a better one makes needless."""
    needless = []
    if match.column("current_a"):
        needless += ["dq_ah", "control_a"]
    elif match.column("dq_ah"):
        needless += ["control_a"]
    for unit in ("ah", "wh"):
        if match.column(f"charge_{unit}") and match.column(f"discharge_{unit}"):
            needless += [{"ah": "capacity_ah", "wh": "energy_wh"}[unit]]
    return match.without(*needless)


def columns_to_read(match: Match) -> tuple[Column, ...]:
    """Return the columns whose cells are looked at: dates only where nothing else tells the time."""
    needs_clock = not match.column("time_s") or match.column("test") is not None
    needs_clock = needs_clock or match.format.is_step_table
    return tuple(
        replace(column, role="clock_s", kind=DATE) if column.role == "clock" else column
        for column in match.columns
        if column.role != "clock" or needs_clock
    )
