"""ODS workbooks, parsed within limits: nothing is repeated before it is known to fit a manifest."""

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from xml.parsers import expat

from intake.domain.manifest.files.archive import Package, opened
from intake.domain.manifest.files.refusals import broken, protected, with_macros
from intake.domain.manifest.files.sheets import Sheet, SheetFacts, Sheets, too_many_cells
from intake.domain.manifest.reading import MAX_COLUMNS, MAX_ROWS, Cell, Rows

MAX_CELLS = 4_000_000  # of all sheets together, which are held at once
_HIDDEN = ("collapse", "filter")
_TIME = re.compile(r"PT(\d{1,6})H(\d{1,2})M(\d{1,2})(?:[.,]\d+)?S")
_MIDNIGHT = re.compile(r"T00:00(?::00(?:[.,]0+)?)?Z?$")
_NUMBERS = ("float", "currency", "percentage")
_BREAKS = {"text:tab": "\t", "text:line-break": "\n"}
_TEXTS = ("text:p", "text:h", "text:span", "text:a", "text:s", "text:tab", "text:line-break")
_REMEMBERED = 50_000


def _count(attributes: Mapping[str, str], name: str) -> int:
    """Return how often something is repeated, at least once."""
    text = attributes.get(name, "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 10 else 1_000_000_000


def _time(text: str) -> str:
    if not (found := _TIME.fullmatch(text)):
        return text
    return f"{int(found[1]):02}:{int(found[2]):02}:{int(found[3]):02}"


class _Sheet:
    """A sheet as it grows: the filled rows, by number."""

    def __init__(self, name: str, is_visible: bool):
        self.name = name
        self.is_visible = is_visible
        self.facts = SheetFacts()
        self.filled: list[tuple[int, list[Cell]]] = []
        self.row = 0
        self.column = 0
        self.last_own_row = 0
        # Merged ranges that reach into rows below: (last row, first column, last column, value).
        self.spans: list[tuple[int, int, int, Cell]] = []

    def rows(self) -> Rows:
        """Yield every row up to the last filled one, so that the numbers have no gaps."""
        done = 0
        for filled, cells in self.filled:
            if filled > self.last_own_row:
                return  # nothing but a merged range that goes on below the table
            for blank in range(done + 1, filled):
                yield blank, []
            done = filled
            yield filled, cells

    def end_row(self, cells: list[Cell], repeated: int, is_hidden: bool) -> int:
        """Take in a row with its repetitions; return how many cells that makes."""
        first, last = self.row + 1, self.row + repeated
        self.row = last
        if is_hidden:
            self.facts.hidden_rows.update(range(first, min(last, MAX_ROWS) + 1))
        is_covered = any(end >= first for end, *_ in self.spans)
        if not cells and not is_covered:
            return 0
        if cells and last > MAX_ROWS:
            self.facts.refusal = self.facts.refusal or too_many_cells(self.name)
        if cells:
            self.last_own_row = min(last, MAX_ROWS)
        made = 0
        for number in range(first, min(last, MAX_ROWS) + 1):
            if self.facts.refusal or (not cells and not self.spans):
                break
            row = self._spanned(cells, number)
            made += len(row)
            if cells or any(cell != "" for cell in row):
                self.filled.append((number, row))
            if made > MAX_CELLS:
                break
        return made

    def _spanned(self, cells: list[Cell], number: int) -> list[Cell]:
        self.spans = [span for span in self.spans if span[0] >= number]
        if not self.spans:
            return cells
        if len(self.spans) > MAX_COLUMNS:
            raise broken()  # so many can only overlap, which no program writes
        row = list(cells)
        for _, first, last, value in self.spans:
            row += [""] * (last + 1 - len(row))
            row[first : last + 1] = [value] * (last + 1 - first)
        return row


class _Content:
    """Takes in content.xml element by element."""

    def __init__(self) -> None:
        self.sheets: list[_Sheet] = []
        self._sheet: _Sheet | None = None
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._cells: list[Cell] = []
        self._row: dict[str, str] = {}
        self._attributes: dict[str, str] = {}
        self._text: list[str] | None = None
        self._paragraphs = 0
        self._aside = 0  # depth within what a cell holds beside its text: comments, drawings, pronunciation
        self._total = self._noted = 0
        self._is_in_paragraph = False
        self._memo: dict[str, str] = {}
        self._groups: list[bool] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._text is not None:
            self._start_in_cell(name, attributes)
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._attributes = attributes
            self._text, self._paragraphs, self._aside = [], 0, 0
            self._is_in_paragraph = False
        elif name == "table:table-row":
            self._row, self._cells = attributes, []
            if self._sheet:
                self._sheet.column = 0
        elif name == "table:table":
            style = attributes.get("table:style-name", "")
            self._sheet = _Sheet(attributes.get("table:name", ""), style not in self._hidden_styles)
            self.sheets.append(self._sheet)
        elif name == "table:table-column" and self._sheet:
            self._start_column(self._sheet, attributes)
        elif name == "table:table-row-group":
            self._groups.append(attributes.get("table:display") == "false")
        elif name == "style:style":
            self._style = attributes.get("style:name", "")
        elif name == "style:table-properties" and attributes.get("table:display") == "false":
            self._hidden_styles.add(self._style)

    def _start_column(self, sheet: _Sheet, attributes: dict[str, str]) -> None:
        end = min(sheet.column + _count(attributes, "table:number-columns-repeated"), MAX_COLUMNS)
        if attributes.get("table:visibility") in _HIDDEN:
            sheet.facts.hidden_columns.update(range(sheet.column, end))
        sheet.column = end

    def _start_in_cell(self, name: str, attributes: dict[str, str]) -> None:
        assert self._text is not None  # noqa: S101 (called within a cell)
        if self._aside or name not in _TEXTS:
            self._aside += 1
            self.parser.CharacterDataHandler = None
        elif name in ("text:p", "text:h"):
            if self._paragraphs:
                self._text.append("\n")
            self._paragraphs += 1
            self._is_in_paragraph = True
            self.parser.CharacterDataHandler = self._text.append
        elif name == "text:s":
            self._text.append(" " * min(_count(attributes, "text:c"), 1000))
        elif name in _BREAKS:
            self._text.append(_BREAKS[name])

    def _end(self, name: str) -> None:
        if self._text is not None and self._aside:
            self._aside -= 1
            if not self._aside and self._is_in_paragraph:
                self.parser.CharacterDataHandler = self._text.append
        elif name in ("text:p", "text:h"):
            self._is_in_paragraph = False
            self.parser.CharacterDataHandler = None
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._end_cell()
        elif name == "table:table-row" and self._sheet:
            repeated = _count(self._row, "table:number-rows-repeated")
            is_hidden = self._row.get("table:visibility") in _HIDDEN or any(self._groups)
            self._total += self._sheet.end_row(self._cells, repeated, is_hidden)
            if self._total > MAX_CELLS:
                raise too_many_cells(self._sheet.name)
        elif name == "table:table-row-group" and self._groups:
            self._groups.pop()
        elif name == "table:table":
            self._sheet = None

    def _end_cell(self) -> None:
        attributes, sheet = self._attributes, self._sheet
        value = self._value(attributes, "".join(self._text or ()))
        self._text = None
        self.parser.CharacterDataHandler = None
        if sheet is None:
            return
        repeated = _count(attributes, "table:number-columns-repeated")
        at = sheet.column
        sheet.column = min(at + repeated, MAX_COLUMNS + 1)
        is_blank_text = value == "" and attributes.get("office:value-type") == "string"
        is_formula = "table:formula" in attributes and not is_blank_text  # such text is a result too
        if value != "" or is_formula:
            if at + repeated > MAX_COLUMNS:
                sheet.facts.refusal = sheet.facts.refusal or too_many_cells(sheet.name)
                return
            self._cells += [""] * (at - len(self._cells))
            self._cells += [value] * repeated
        if attributes and at < MAX_COLUMNS:
            self._note(sheet, attributes, value, at, min(repeated, MAX_COLUMNS - at), is_formula)

    def _note(
        self, sheet: _Sheet, attributes: dict[str, str], value: Cell, at: int, repeated: int, is_formula: bool
    ) -> None:
        is_percent = attributes.get("office:value-type") == "percentage"
        if is_formula or is_percent:
            rows = min(_count(self._row, "table:number-rows-repeated"), MAX_ROWS - sheet.row)
            self._noted += rows * repeated
            if self._noted > 2 * MAX_CELLS:
                raise too_many_cells(sheet.name)
            for row in range(sheet.row + 1, sheet.row + 1 + rows):
                for column in range(at, at + repeated):
                    if is_formula:
                        sheet.facts.formulas.add(row, column)
                    if is_percent:
                        sheet.facts.percent.add(row, column)
        right = _count(attributes, "table:number-columns-spanned")
        below = _count(attributes, "table:number-rows-spanned")
        if right > 1 or below > 1:
            last = min(at + right, MAX_COLUMNS) - 1
            sheet.spans.append((min(sheet.row + below, MAX_ROWS), at, last, value))

    def _value(self, attributes: dict[str, str], text: str) -> Cell:
        kind = attributes.get("office:value-type")
        if kind in _NUMBERS and attributes.get("calcext:value-type") != "error":
            return self._number(attributes.get("office:value", ""))
        if kind == "date":
            stored = attributes.get("office:date-value", "")
            return _MIDNIGHT.sub("", stored).replace("T", " ")
        if kind == "time":
            return _time(attributes.get("office:time-value", ""))
        if kind == "boolean":
            return attributes.get("office:boolean-value", "").upper()
        text = text or attributes.get("office:string-value", "")
        if len(text) > 64 or len(self._memo) > _REMEMBERED:
            return text
        return self._memo.setdefault(text, text)

    def _number(self, text: str) -> Cell:
        try:
            number = float(text)
        except ValueError:
            return text
        return number if number - number == 0 else text


def _refuse_foreign(package: Package) -> None:
    if b"encryption-data" in package.part("META-INF/manifest.xml"):
        raise protected()
    for name in package.names:
        folded = name.casefold()
        is_index = folded.endswith(("-lb.xml", "-lc.xml", "/"))
        if folded.startswith(("basic/", "scripts/")) and not is_index:
            raise with_macros(".ods without them")


def _read(path: Path) -> list[_Sheet]:
    with opened(path) as package:
        _refuse_foreign(package)
        content = _Content()
        try:
            for chunk in package.chunks("content.xml"):
                content.parser.Parse(chunk, False)
            content.parser.Parse(b"", True)
        except expat.ExpatError as fault:
            raise broken() from fault
        package.unpack_rest()
    return content.sheets


def _load(sheet: _Sheet) -> Sheet:
    return Sheet(sheet.name, sheet.is_visible, sheet.rows, sheet.facts)


def sheets_of(path: Path) -> Sheets:
    """Yield what loads each sheet of an OpenDocument workbook.

    :raises Unreadable: encrypted, with macros, damaged, or beyond the limits.
    """
    return (partial(_load, sheet) for sheet in _read(path))
