"""A look into the XML of a worksheet: what it claims to hold, and what its values do not tell.

A sheet as all programs write it is searched by patterns, which takes less time than reading it. Whatever is
written otherwise (another order of attributes, no addresses, a namespace prefix) is parsed for certain.
"""

import re
from xml.parsers import expat

from intake.domain.manifest.files.archive import Package
from intake.domain.manifest.files.refusals import broken
from intake.domain.manifest.files.sheets import MAX_CELLS, SheetFacts, too_many_cells
from intake.domain.manifest.layout.mapping import letters_of
from intake.domain.manifest.problems import Unreadable
from intake.domain.manifest.reading import MAX_COLUMNS, MAX_ROWS

# Up to column 120 and row 199,999; a look ahead at letters spares <cols>, <rowBreaks> and the like.
_CELL = rb"(?:[A-C]?[A-Z]|D[A-P])(?:[0-9]{1,5}|1[0-9]{5})"
# Nothing but visible rows of values at plain addresses: there is nothing to find in it. (No way back: "++".)
_ORDINARY = re.compile(
    rb'(?><c r="' + _CELL + rb'"(?: s="[0-9]++")?+(?: t="(?:s|n|b|str|inlineStr)")?+'
    rb"(?: ?/>|>(?:<v>[^<]*+</v>|<is><t[^>]*+>[^<]*+</t></is>)?+</c>)|</row>|\s++"
    rb'|<row r="(?:[0-9]{1,5}|1[0-9]{5})"(?: (?!hidden|ht="0")[\w:]++="[^"<]*+")*+>)*+'
)
_ODD = (
    re.compile(rb'<c(?! r="' + _CELL + rb'"|[a-zA-Z])'),
    re.compile(rb'<row(?! r="(?:[0-9]{1,5}|1[0-9]{5})"|[a-zA-Z])'),
    re.compile(rb"<(?:dimension|mergeCell)(?! ref=\"" + _CELL + rb"(?::" + _CELL + rb")?\"|[a-zA-Z])"),
    re.compile(rb":(?:c|row|dimension|mergeCell|sheetData)[\s/>]"),
)
_ADDRESS = rb'<c r="([A-Z]{1,2})([0-9]{1,6})"'
_FORMULA = re.compile(_ADDRESS + rb"[^>]*>\s*<f[\s/>]")
# Text of no length is a result too: =IF(A2="","",…) in a row kept free for more packs.
_BLANK_RESULT = re.compile(
    _ADDRESS + rb'[^>]* t="str"[^>]*>\s*<f\b[^>]*(?:/>|>[^<]*</f>)\s*(?:<v ?/>|<v>\s*</v>)?\s*</c>'
)
_ERROR = re.compile(_ADDRESS + rb'[^>]* t="e"[^>]*>(?:\s*<f\b[^>]*(?:/>|>[^<]*</f>))?\s*<v>([^<]{1,20})</v>')
_HIDDEN_ROW = re.compile(rb'<row r="([0-9]{1,6})"[^>]* (?:hidden="(?:1|true)"|ht="0")')
_COLUMNS = re.compile(rb"<col ([^>]*)>")
_ATTRIBUTE = re.compile(rb'(\w+)="([^"]*)"')
_ENTITY_IN_ADDRESS = re.compile(rb"""\b(?:r|ref)\s*=\s*["'][^"'<>]*&""")
_PLACE = re.compile(r"\$?([A-Za-z]{0,9})\$?([0-9]{0,12})")
_INDEX = {letters_of(index).encode(): index for index in range(MAX_COLUMNS)}
_YES = ("1", "true")


def percent_pattern(styles: frozenset[int]) -> re.Pattern[bytes] | None:
    """Return the pattern of a filled cell in one of the styles, or None when there are none."""
    if not styles:
        return None
    numbers = b"|".join(b"%d" % style for style in sorted(styles))
    return re.compile(_ADDRESS + rb'[^>]* s="(?:' + numbers + rb')"(?:[^>]*[^/>])?>')


def _index_of(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _hide_columns(facts: SheetFacts, attributes: dict[str, str]) -> None:
    if attributes.get("hidden") not in _YES and attributes.get("width") != "0":
        return
    first, last = (attributes.get(name, "") for name in ("min", "max"))
    if first.isdecimal() and last.isdecimal() and len(first) < 7:
        end = int(last) if len(last) < 7 else MAX_COLUMNS
        facts.hidden_columns.update(range(int(first) - 1, min(end, MAX_COLUMNS)))


class _Search:
    """Searches a sheet by patterns, a few rows at a time; ``is_odd`` tells that they do not fit it."""

    def __init__(self, percent: re.Pattern[bytes] | None):
        self.facts = SheetFacts()
        self.is_odd = False
        self._percent = percent
        self._cells = 0
        self._tail = b""

    def feed(self, chunk: bytes) -> None:
        window = self._tail + chunk
        for start in (b"<row", b"<c ", b"<"):
            if (cut := window.rfind(start)) > 0:
                break
        else:
            cut = 0 if len(window) < len(chunk) + (1 << 16) else len(window)
        self._tail = window[cut:]
        self._look(window[:cut])

    def close(self) -> None:
        self._look(self._tail)

    def _look(self, text: bytes) -> None:
        self._cells += text.count(b"<c ")
        if self._cells > MAX_CELLS:
            self.facts.refusal = too_many_cells()
        ordinary = _ORDINARY.match(text)
        if ordinary is None or ordinary.end() < len(text):
            self._look_closely(text)
        if self._percent and not self.is_odd:
            for found in self._percent.finditer(text):
                self.facts.percent.add(int(found[2]), _INDEX[found[1]])

    def _look_closely(self, text: bytes) -> None:
        if b"='" in text or any(pattern.search(text) for pattern in _ODD):
            self.is_odd = True
            return
        facts = self.facts
        if b"<f" in text:
            blank = {found.start() for found in _BLANK_RESULT.finditer(text)} if b' t="str"' in text else ()
            for found in _FORMULA.finditer(text):
                if found.start() not in blank:
                    facts.formulas.add(int(found[2]), _INDEX[found[1]])
        if b' t="e"' in text:
            for found in _ERROR.finditer(text):
                facts.add_error(found[3].decode("utf-8", "replace"), int(found[2]), _INDEX[found[1]])
        if b' hidden="' in text or b' ht="0"' in text:
            facts.hidden_rows.update(int(found[1]) for found in _HIDDEN_ROW.finditer(text))
        if b"<col " in text:
            for found in _COLUMNS.finditer(text):
                pairs = _ATTRIBUTE.findall(found[1])
                _hide_columns(
                    facts, {name.decode(): value.decode("ascii", "replace") for name, value in pairs}
                )


class _Parse:
    """Parses a sheet and counts rows and cells as the reader of values does."""

    def __init__(self, styles: frozenset[int]):
        self.facts = SheetFacts()
        self._styles = {str(style) for style in styles}
        self._row, self._column, self._place = 0, -1, (0, -1)
        self._cells = 0
        self._type = ""
        self._is_formula = False
        self._text = ""
        self._tail = b""
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start

    def feed(self, chunk: bytes) -> None:
        window = self._tail + chunk
        if b"&" in window and _ENTITY_IN_ADDRESS.search(window):
            raise broken("The workbook is damaged: a cell address is not readable.")
        self._tail = window[-64:]
        self._parser.Parse(chunk, False)

    def close(self) -> None:
        self._parser.Parse(b"", True)
        self._end_cell()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self._start_cell(attributes)
        elif name == "row":
            place = self._placed(attributes.get("r"), (self._row + 1, -1))
            self._row, self._column = place[0], -1
            if attributes.get("hidden") in _YES or attributes.get("ht") == "0":
                self.facts.hidden_rows.add(self._row)
        elif name == "f":
            self._is_formula = True
        elif name == "v" and self._type in ("e", "str"):
            self._parser.CharacterDataHandler = self._add_to_text
        elif name in ("dimension", "mergeCell"):
            for corner in attributes.get("ref", "").split(":"):
                self._placed(corner, (0, -1))
        elif name == "col":
            _hide_columns(self.facts, attributes)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._end_cell()
        self._place = self._placed(attributes.get("r"), (self._row, self._column + 1))
        self._column = self._place[1]
        self._cells += 1
        if self._cells > MAX_CELLS:
            self.facts.refusal = too_many_cells()
        if attributes.get("s") in self._styles:
            self.facts.percent.add(*self._place)
        self._type = attributes.get("t", "")

    def _add_to_text(self, text: str) -> None:
        self._text = (self._text + text)[:20]

    def _end_cell(self) -> None:
        text = self._text.strip()
        if self._type == "e" and text:
            self.facts.add_error(text, *self._place)
        if self._is_formula and (text or self._type != "str"):
            self.facts.formulas.add(*self._place)
        self._type, self._is_formula, self._text = "", False, ""
        self._parser.CharacterDataHandler = None

    def _placed(self, reference: str | None, implied: tuple[int, int]) -> tuple[int, int]:
        """Return row and column of an address; note when it is beyond the limits."""
        row, column = implied
        if reference is not None and (found := _PLACE.fullmatch(reference.strip())):
            row, column = int(found[2] or 0), _index_of(found[1])
        if row > MAX_ROWS or column >= MAX_COLUMNS:
            where = (reference or f"{letters_of(column)}{row}")[:20]
            self.facts.refusal = self.facts.refusal or Unreadable(
                "too_many_cells",
                f"A sheet claims cells as far as {where}: more than {MAX_ROWS:,} rows or "
                f"{MAX_COLUMNS} columns. Copy the filled cells to a new workbook.",
            )
        return row, column


def scan_part(package: Package, name: str, styles: frozenset[int]) -> SheetFacts:
    """Return what a part of the archive tells, read as a worksheet whether it is one or not.

    :raises Unreadable: when it is damaged.
    """
    search = _Search(percent_pattern(styles))
    for chunk in package.chunks(name):
        search.feed(chunk)
        if search.is_odd:
            return _parsed(package, name, styles)
    search.close()
    return _parsed(package, name, styles) if search.is_odd else search.facts


def _parsed(package: Package, name: str, styles: frozenset[int]) -> SheetFacts:
    parse = _Parse(styles)
    try:
        for chunk in package.chunks(name):
            parse.feed(chunk)
        parse.close()
    except expat.ExpatError as fault:
        raise broken() from fault
    return parse.facts
