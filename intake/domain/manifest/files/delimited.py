"""CSV in the encodings, with the delimiters and quotes that suppliers use, streamed."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import IO

from intake.domain.manifest.files.text_encoding import chosen_encoding, codec_of, detect_encoding
from intake.domain.manifest.layout.mapping import HEADER_SEARCH_ROWS, find_header
from intake.domain.manifest.problems import Unreadable
from intake.domain.manifest.reading import MAX_COLUMNS, MAX_ROWS, Rows, Table

MAX_CELL_CHARACTERS = 32_767  # what a spreadsheet cell can hold; more means that a quote was never closed
DELIMITERS = (",", ";", "\t", "|", "^", ":")
_RARE = "^:"  # found within cells as well, such as times: only a better heading speaks for them
_SAMPLE_LINES = HEADER_SEARCH_ROWS + 10
_ANNOUNCED = re.compile(r"\"?sep=([,;\t|^:])\"?[ \t,;]*(?:\r\n|\r|\n)", re.IGNORECASE)
_SINGLE_QUOTED = re.compile(r"\s*'[^']*'(?:[,;\t|^:]'[^']*')+\s*")
# What Excel marks as text by an apostrophe: numbers and formulas; 's-Hertogenbosch keeps its own.
_MARKED = tuple(f"'{first}" for first in "0123456789=+-@")
_APOSTROPHE = re.compile(r"(?:^|[,;\t|^:\"\r])'[0-9=+\-@]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the text is cut into cells.

    announced: characters of a first line "sep=;", which the spreadsheet program does not show.
    is_wrapped: every line is quoted as a whole, as after saving a CSV as CSV again.
    has_apostrophes: cells begin with the apostrophe by which Excel marks text.
    """

    delimiter: str
    quote: str = '"'
    announced: int = 0
    is_wrapped: bool = False
    has_apostrophes: bool = False


def _cut(lines: Iterable[str], delimiter: str, quote: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=True)


def _detect_delimiter(sample: str, quote: str) -> str:
    """Choose the delimiter that makes the best heading, then the widest one."""

    def fitness(delimiter: str) -> tuple[int, bool, int]:
        reader = csv.reader(StringIO(sample, newline=""), delimiter=delimiter, quotechar=quote)
        rows = list(islice(reader, HEADER_SEARCH_ROWS))
        width = max(map(len, rows), default=0)
        return find_header(rows)[1], delimiter not in _RARE and width > 1, width

    return max(DELIMITERS, key=fitness)


def _unwrapped(sample: str) -> str | None:
    """Return the lines without the quotes around each whole line, if that is how they are written."""
    try:
        rows = [row for row in _cut(StringIO(sample, newline=""), ",", '"') if row]
    except csv.Error:
        return None
    is_wrapped = len(rows) > 1 and all(len(row) == 1 for row in rows) and sample.lstrip().startswith('"')
    if not is_wrapped or not any(delimiter in rows[0][0] for delimiter in ",;\t|"):
        return None
    return "\n".join(row[0] for row in rows)


def _find_dialect(sample: str, has_apostrophes: bool, chosen: str | None) -> Dialect:
    announced = _ANNOUNCED.match(sample)
    start = announced.end() if announced else 0
    rest = sample[start:]
    first = next((line for line in rest.splitlines() if line.strip()), "")
    quote = "'" if _SINGLE_QUOTED.fullmatch(first) else '"'
    unwrapped = _unwrapped(rest)
    delimiter = chosen or (announced[1] if announced else _detect_delimiter(unwrapped or rest, quote))
    return Dialect(delimiter, quote, start, unwrapped is not None, has_apostrophes and quote != "'")


def _sample(file: IO[str]) -> str:
    return "".join(file.readline(MAX_CELL_CHARACTERS) for _ in range(_SAMPLE_LINES))


def _has_apostrophes(path: Path, encoding: str) -> bool:
    with path.open(encoding=codec_of(encoding), newline="") as file:
        while text := file.read(1 << 20):
            if "'" in text and _APOSTROPHE.search(text):
                return True
    return False


def _without_apostrophes(row: Sequence[str]) -> list[str]:
    return [cell[1:] if cell.startswith(_MARKED) and not cell.endswith("'") else cell for cell in row]


def _rows(path: Path, encoding: str, dialect: Dialect) -> Rows:
    number = 0
    with path.open(encoding=codec_of(encoding), newline="") as file:
        file.read(dialect.announced)
        cut = _cut(file, dialect.delimiter, dialect.quote)
        if dialect.is_wrapped:
            cut = (
                next(iter(_cut([row[0]], dialect.delimiter, '"')), []) if len(row) == 1 else row
                for row in cut
            )
        try:
            for number, row in enumerate(cut, 1):
                if number > MAX_ROWS:
                    raise Unreadable("too_many_rows", f"The file has more than {MAX_ROWS:,} rows. Split it.")
                if len(row) > MAX_COLUMNS:
                    raise Unreadable("too_many_columns", f"Row {number} has more than {MAX_COLUMNS} columns.")
                yield number, _without_apostrophes(row) if dialect.has_apostrophes else row
        except csv.Error as fault:
            message = (
                f"Near row {number + 1} a quotation mark is opened and not closed. Repair it and try again."
            )
            raise Unreadable("broken_quotes", message) from fault


def open_delimited(path: Path, *, answers: Mapping[str, str]) -> Table:
    """Open a CSV file as a streamed table; answers may name its ``encoding`` and ``delimiter``."""
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    wanted = answers.get("encoding")
    encoding = chosen_encoding(path, wanted) if wanted else detect_encoding(path)
    chosen = answers.get("delimiter")
    if chosen is not None and chosen not in DELIMITERS:
        raise Unreadable("unknown_delimiter", f"“{chosen}” cannot separate the cells of a row.")
    try:
        with path.open(encoding=codec_of(encoding), newline="") as file:
            sample = _sample(file)
        dialect = _find_dialect(sample, _has_apostrophes(path, encoding), chosen)
    except csv.Error as fault:
        raise Unreadable(
            "broken_quotes", "A quotation mark is opened and not closed near the top."
        ) from fault
    return Table(
        kind="csv",
        encoding=encoding,
        delimiter=dialect.delimiter,
        rows=lambda: _rows(path, encoding, dialect),
    )
