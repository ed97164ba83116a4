"""A look at the records of an XLS workbook: what they claim, and what the values do not tell."""

import re
import struct
from collections.abc import Iterator

from intake.domain.manifest.files.refusals import broken, protected, with_macros
from intake.domain.manifest.files.sheets import MAX_CELLS, SheetFacts
from intake.domain.manifest.problems import Unreadable
from intake.domain.manifest.reading import MAX_COLUMNS

_RECORD = struct.Struct("<HH")
_PLACE = struct.Struct("<HHH")
_END, _FILE_PASS, _SHEET, _FORMAT, _STYLE, _STRINGS, _CONTINUE = 0x0A, 0x2F, 0x85, 0x41E, 0xE0, 0xFC, 0x3C
_ROW, _COLUMNS, _DIMENSIONS, _FORMULA, _MANY_NUMBERS, _TRUTH_OR_ERROR = 0x208, 0x7D, 0x200, 0x06, 0xBD, 0x205
_NUMBER_RESULT, _ERROR_RESULT, _BLANK_RESULT = -1, 2, 3  # of a formula
_VALUES = frozenset([0x203, 0x27E, 0xFD, 0x204, 0x205, 0x06])  # number, short number, texts, truth, formula
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
_BUILT_IN_PERCENT = frozenset([9, 10])
_QUOTED = re.compile(rb'"[^"]*"|\\.')
_MAX_SHEETS = 200
_MACROS = (1, 6)  # kinds of sheet: the old macro language, a module


class Records:
    """The records of a workbook's stream, each looked at as often as there is reason to, not more."""

    def __init__(self, stream: bytearray):
        self.stream = stream
        self._allowed = 2 * len(stream) // 4 + 1000

    def from_(self, start: int) -> Iterator[tuple[int, int, int]]:
        """Yield (type, start, length) of each record's content up to the end mark.

        :raises Unreadable: when the records do not end within the stream.
        """
        stream, unpack = self.stream, _RECORD.unpack_from
        last = len(stream) - 4
        while start <= last:
            kind, length = unpack(stream, start)
            start += 4
            if start + length > last + 4:
                break
            yield kind, start, length
            if kind == _END:
                return
            start += length
            self._allowed -= 1
            if self._allowed < 0:
                break
        raise broken()


def _percent_styles(formats: dict[int, bytes], styles: list[int]) -> frozenset[int]:
    percent = {number for number, code in formats.items() if b"%" in _QUOTED.sub(b"", code)}
    percent |= _BUILT_IN_PERCENT - formats.keys()
    return frozenset(index for index, number in enumerate(styles) if number in percent)


def inspect(stream: bytearray) -> list[SheetFacts]:
    """Return the facts of every sheet, in the order of the workbook; claimed sizes in the stream are unset.

    :raises Unreadable: encrypted, with macros, damaged.
    """
    records = Records(stream)
    formats: dict[int, bytes] = {}
    styles: list[int] = []
    starts: list[int] = []
    strings: tuple[int, int] | None = None
    for kind, at, length in records.from_(0):
        if kind == _FILE_PASS:
            raise protected()
        if kind == _FORMAT and length > 2:
            formats[stream[at] | stream[at + 1] << 8] = bytes(stream[at + 2 : at + length])
        elif kind == _STYLE and length >= 4:
            styles.append(stream[at + 2] | stream[at + 3] << 8)
        elif kind == _SHEET and length > 6:
            starts.append(int.from_bytes(stream[at : at + 4], "little"))
            if stream[at + 5] in _MACROS:
                raise with_macros()
        elif kind == _STRINGS and length >= 8:
            strings = (int.from_bytes(stream[at + 4 : at + 8], "little"), length)
        elif kind == _CONTINUE and strings:
            strings = (strings[0], strings[1] + length)
    # Each text takes three bytes at least: a count beyond would have memory set aside for nothing.
    if (strings and 3 * strings[0] > strings[1]) or len(starts) > _MAX_SHEETS:
        raise broken()
    percent = _percent_styles(formats, styles)
    sheets = [_inspect_sheet(records, start, percent) for start in starts]
    # The reader of values lays out all sheets at once, each as far as its last cell.
    if sum((facts.last_row + 1) * (facts.last_column + 1) for facts in sheets) > 2 * MAX_CELLS:
        raise Unreadable(
            "too_many_cells", "The sheets reach too far. Copy the filled cells to a new workbook."
        )
    return sheets


def _inspect_sheet(records: Records, start: int, percent: frozenset[int]) -> SheetFacts:
    facts = SheetFacts()
    stream = records.stream
    for kind, at, length in records.from_(start):
        if kind in _VALUES:
            if length >= 6:
                _note_value(facts, stream, kind, at, length, percent)
        elif kind == _MANY_NUMBERS and length >= 6:
            _note_numbers(facts, stream, at, length, percent)
        elif kind == _ROW and length >= 16:
            if stream[at + 12] & 0x20:
                facts.hidden_rows.add((stream[at] | stream[at + 1] << 8) + 1)
        elif kind == _COLUMNS and length >= 10:
            first, last, width = _PLACE.unpack_from(stream, at)
            if stream[at + 8] & 1 or width == 0:
                facts.hidden_columns.update(range(first, min(last + 1, MAX_COLUMNS)))
        elif kind == _DIMENSIONS:
            stream[at : at + length] = bytes(length)
    return facts


def _note_value(
    facts: SheetFacts, stream: bytearray, kind: int, at: int, length: int, percent: frozenset[int]
) -> None:
    row, column, style = _PLACE.unpack_from(stream, at)
    _reach(facts, row, column)
    if style in percent:
        facts.percent.add(row + 1, column)
    if kind == _FORMULA and length >= 20:
        result = stream[at + 6] if stream[at + 12 : at + 14] == b"\xff\xff" else _NUMBER_RESULT
        if result != _BLANK_RESULT:
            facts.formulas.add(row + 1, column)
        if result == _ERROR_RESULT:
            facts.add_error(_ERRORS.get(stream[at + 8], "#ERROR!"), row + 1, column)
    elif kind == _TRUTH_OR_ERROR and length >= 8 and stream[at + 7]:
        facts.add_error(_ERRORS.get(stream[at + 6], "#ERROR!"), row + 1, column)


def _note_numbers(
    facts: SheetFacts, stream: bytearray, at: int, length: int, percent: frozenset[int]
) -> None:
    row, column, _ = _PLACE.unpack_from(stream, at)
    count = (length - 6) // 6
    _reach(facts, row, column + max(0, count - 1))
    for index in range(count):
        place = at + 4 + 6 * index
        if stream[place] | stream[place + 1] << 8 in percent:
            facts.percent.add(row + 1, column + index)


def _reach(facts: SheetFacts, row: int, column: int) -> None:
    facts.last_row = max(facts.last_row, row)
    facts.last_column = max(facts.last_column, column)
    if column >= MAX_COLUMNS and facts.refusal is None:
        message = f"A sheet has cells beyond column {MAX_COLUMNS}. Copy the filled cells to a new workbook."
        facts.refusal = Unreadable("too_many_cells", message)
