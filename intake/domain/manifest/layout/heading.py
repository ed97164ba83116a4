"""Where the heading of a table stands, and what it says: one row or two, with or without units."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from intake.domain.manifest.corrections import Corrections
from intake.domain.manifest.layout.mapping import HEADER_SEARCH_ROWS, find_header, header_score, is_units_row
from intake.domain.manifest.problems import Unreadable
from intake.domain.manifest.reading import Cell, Table
from intake.domain.manifest.values.units import unit_of

MIN_HEADER_SCORE = 2
LAST_HEADER_ROW = 1000  # even on somebody's word: the rows above it are held in memory
_GUESSED_WIDTH = 3  # a heading that we do not understand is asked for only where there is a table at all
_LONGEST_HEADING = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The heading of a table.

    rows: their numbers, the last one names the columns.    cells: of that row.
    texts: what each column is called, a group's heading before its own.    groups: of the row above.
    units_row, units: the row of units under it.    is_certain: whether the words are known ones.
    rivals: other rows that look as much like a heading.
    """

    rows: tuple[int, ...]
    cells: Sequence[Cell]
    texts: tuple[str, ...]
    groups: tuple[str, ...] = ()
    units_row: int | None = None
    units: Sequence[Cell] = ()
    is_certain: bool = True
    rivals: tuple[int, ...] = ()


Top = list[tuple[int, Sequence[Cell]]]


def find_heading(table: Table, corrections: Corrections) -> Heading:
    """Find the heading among the first rows, or take the row that somebody named.

    :raises Unreadable: when there are no rows, or none that could be a heading.
    """
    answered = corrections.number("header_row")
    if answered and answered > LAST_HEADER_ROW:
        answered = None
    count = max(HEADER_SEARCH_ROWS, answered or 0) + 2
    top = list(islice(table.rows(), count))
    if not any(str(cell).strip() for _, row in top for cell in row):
        raise Unreadable("empty", "The file holds no rows.")
    if answered:
        index = next((index for index, (number, _) in enumerate(top) if number == answered), None)
        if index is not None and any(str(cell).strip() for cell in top[index][1]):
            return _heading_at(top, index, is_last=True)
    top = top[: HEADER_SEARCH_ROWS + 2]
    index, score = find_header([row for _, row in top])
    if score < MIN_HEADER_SCORE:
        return _heading_at(top, _guess(top), is_certain=False)
    return _heading_at(top, index, rivals=_rivals(top, index, score))


def _rivals(top: Top, index: int, score: int) -> tuple[int, ...]:
    """Return later rows that score as well with other words: a second table, or the real heading."""
    chosen = [str(cell) for cell in top[index][1]]
    return tuple(
        number
        for number, row in top[index + 2 : HEADER_SEARCH_ROWS]
        if header_score(row) >= max(score, 3) and [str(cell) for cell in row] != chosen
    )


def _guess(top: Top) -> int:
    """Return the first row that could be a heading in words that we do not know: texts over a table."""
    widths = [sum(bool(str(cell).strip()) for cell in row) for _, row in top]
    if max(widths) >= _GUESSED_WIDTH:
        for index, (_, row) in enumerate(top[:-1]):
            filled = [cell for cell in row if str(cell).strip()]
            names = [cell for cell in filled if isinstance(cell, str) and not _is_number(cell)]
            if len(filled) * 2 >= max(widths) and len(names) == len(filled) >= _GUESSED_WIDTH:
                return index
    message = (
        f"No heading was found in the first {HEADER_SEARCH_ROWS} rows. "
        "Name the columns, for example: Pack serial, Make, Model, Accident, DDR status, Received as."
    )
    raise Unreadable("no_header", message)


def _is_number(text: str) -> bool:
    return sum(letter.isdigit() for letter in text) * 2 > len(text.strip())


def _heading_at(
    top: Top, index: int, *, is_certain: bool = True, rivals: tuple[int, ...] = (), is_last: bool = False
) -> Heading:
    """Return the heading at a row: with the row above or below, where both together say more."""
    best = _single(top, index)
    pairs = ((index - 1, index),) if is_last else ((index - 1, index), (index, index + 1))
    for upper, lower in pairs:
        pair = _pair(top, upper, lower) if upper >= 0 and lower < len(top) else None
        if pair and header_score(pair.texts) > header_score(best.texts):
            best = pair
    last = best.rows[-1]
    below = next(place for place, (number, _) in enumerate(top) if number == last) + 1
    if below < len(top) and is_units_row(top[below][1]):
        units_row, units = top[below]
        best = replace(best, texts=_over_units(best.texts, units), units_row=units_row, units=tuple(units))
    return replace(best, is_certain=is_certain, rivals=tuple(row for row in rivals if row not in best.rows))


def _over_units(texts: tuple[str, ...], units: Sequence[Cell]) -> tuple[str, ...]:
    """Let a heading stand over the blank ones to its right that have a unit: "Capacity" over kWh and Ah."""
    spread = [*texts, *[""] * (len(units) - len(texts))]
    for index in range(1, len(units)):
        if not spread[index] and unit_of(str(units[index]).strip(" ()[]")):
            spread[index] = spread[index - 1]
    return tuple(spread)


def _texts(cells: Sequence[Cell]) -> list[str]:
    return [" ".join(str(cell).split()) for cell in cells]


def _single(top: Top, index: int) -> Heading:
    number, cells = top[index]
    return Heading(rows=(number,), cells=cells, texts=tuple(_texts(cells)))


def _pair(top: Top, upper: int, lower: int) -> Heading | None:
    number, cells = top[lower]
    if any(_is_data(cell) for cell in cells) or is_units_row(cells):
        return None
    own = _texts(cells)
    groups = _spread(_texts(top[upper][1]), own)
    own += [""] * (len(groups) - len(own))
    texts = tuple(_joined(group, name) for group, name in zip(groups, own, strict=True))
    return Heading(rows=(top[upper][0], number), cells=cells, texts=texts, groups=tuple(groups))


def _is_data(cell: Cell) -> bool:
    if not isinstance(cell, str):
        return True
    return bool(cell.strip()) and (_is_number(cell) or len(cell) > _LONGEST_HEADING)


def _spread(groups: list[str], own: list[str]) -> list[str]:
    """Let a group's heading stand over its columns: those to its right that have a name of their own only.

    The first column of the group must have a name of its own too: a heading that is merged downwards, or
    stands alone over a blank, is no group.
    """
    groups += [""] * (len(own) - len(groups))
    spread, current = list(groups), ""
    for index, group in enumerate(groups):
        name = own[index] if index < len(own) else ""
        if group:
            current = group if name and name != group else ""
        elif name and current:
            spread[index] = current
        else:
            current = ""
    return spread


def _joined(group: str, name: str) -> str:
    if not group or not name or group == name:
        return group or name
    unit = name.strip("()[]")
    return f"{group} ({unit})" if unit_of(unit) else f"{group} | {name}"
