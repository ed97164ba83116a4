"""What kind of file a supplier sent, and its rows if it is a table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from intake.domain.manifest.files.cells import CellSet
from intake.domain.manifest.files.refusals import binary, with_macros
from intake.domain.manifest.problems import Unreadable

if TYPE_CHECKING:
    from intake.domain.manifest.files.sheets import Sheets

MAX_FILE_BYTES = 100_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 120
Cell = str | float
Rows = Iterator[tuple[int, Sequence[Cell]]]
NO_ANSWERS: Mapping[str, str] = MappingProxyType({})
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SUFFIXES = {
    ".csv": "text",
    ".txt": "text",
    ".tsv": "text",
    ".xlsx": "zip",
    ".ods": "zip",
    ".xls": "compound",
}
_MACRO_SUFFIXES = {".xlsm", ".xltm", ".xlam", ".xla"}
_FOREIGN = {
    b"%PDF": "a PDF",
    b"{\\rtf": "a text document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"BM": "a picture",
    b"II*\0": "a picture",
    b"MM\0*": "a picture",
    b"\x1f\x8b": "a compressed archive",
    b"7z\xbc\xaf": "a compressed archive",
    b"Rar!": "a compressed archive",
    b"BZh": "a compressed archive",
    b"\xfd7zXZ": "a compressed archive",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"SQLite format": "a database",
    b"<html": "a web page",
    b"<!doc": "a web page",
    b"<table": "a web page",
    b"<meta": "a web page",
    b"<?xml": "an XML document",
}
# Letters that may as well begin a CSV: only with a byte that no text holds are they what they seem.
_LIKE_TEXT = {b"BM", b"MZ", b"BZh"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table found in a file.

    kind: csv, xlsx, xls or ods.
    rows: starts over at every call; yields (row number as the spreadsheet program shows it, cells).
    Cells are text, or numbers where the workbook stores numbers; dates arrive as ISO text, errors as "#N/A".
    sheets: name, visible and score (fields its heading names) of every sheet, the hidden ones included.
    formulas: (row number, zero-based column) of cells that hold a formula; "" there: no stored result.
    percent_cells: cells that the workbook shows as a percentage: 0.82 stands for 82 %.
    hidden_rows, hidden_columns: those that hold something, by number and by index. ``rows`` yields them like
    all others, so that each can be accounted for; who reads on leaves them out unless told to import them.
    """

    kind: str
    rows: Callable[[], Rows]
    sheet: str | None = None
    sheets: tuple[dict[str, object], ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    formulas: CellSet = field(default_factory=CellSet)
    percent_cells: CellSet = field(default_factory=CellSet)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


def _family_of(head: bytes, file_name: str) -> str:
    """Tell by its first bytes whether a file is a zip archive, a compound file or else perhaps text."""
    if head.startswith(_OLE):
        return "compound"
    if head.startswith(b"PK"):
        return "zip"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")[:16].lower()
    for magic, what in _FOREIGN.items():
        if start.startswith(magic.lower()) and (magic not in _LIKE_TEXT or b"\0" in head):
            message = f"“{file_name}” is {what}, not a table. Send XLSX, XLS, ODS or CSV."
            raise Unreadable("unknown_type", message)
    return "text"


def _refuse_name(suffix: str, file_name: str) -> None:
    if suffix in _MACRO_SUFFIXES:
        raise with_macros()
    if suffix == ".xlsb":
        raise binary()
    if suffix not in _SUFFIXES:
        message = f"“{file_name}” is neither XLSX, XLS, ODS nor CSV by its name."
        raise Unreadable("unknown_type", message)


def wrong_extension(file_name: str, what: str) -> Unreadable:
    """Return the refusal of a file that is one thing by its name and another by its content."""
    return Unreadable(
        "wrong_extension",
        f"“{file_name}” is {what} by its content, not what its name says."
        " Save it again from the program you made it with.",
    )


def _kind_of(path: Path, file_name: str) -> str:
    """Return csv, xlsx, xls or ods, by a file's content and its name.

    :raises Unreadable: when the file is none of them by either.
    """
    size = path.stat().st_size
    if size == 0:
        raise Unreadable("empty", "The file is empty.")
    if size > MAX_FILE_BYTES:
        raise Unreadable("too_large", "The file is larger than 100 MB. Split it into several files.")
    suffix = Path(file_name).suffix.casefold()
    with path.open("rb") as file:
        head = file.read(4096)
    if suffix in _MACRO_SUFFIXES:
        _refuse_name(suffix, file_name)
    family = _family_of(head, file_name)
    if family == "compound":
        return "xls"  # its own reader tells one from other documents, and judges the name
    _refuse_name(suffix, file_name)
    if family == "zip":
        if _SUFFIXES[suffix] == "text":
            raise wrong_extension(file_name, "a workbook or an archive")
        from intake.domain.manifest.files.archive import kind_of

        kind = kind_of(path, file_name=file_name)
        if suffix != f".{kind}":
            raise wrong_extension(file_name, f"{kind.upper()}")
        return kind
    if _SUFFIXES[suffix] != "text":
        raise wrong_extension(file_name, "not a workbook")
    return "csv"


def _sheets_of(kind: str, path: Path, file_name: str) -> "Sheets":
    # Each reader is imported on demand: a CSV needs no workbook reader, and the process must start fast.
    if kind == "xls":
        from intake.domain.manifest.files import xls

        return xls.sheets_of(path, file_name=file_name)
    if kind == "ods":
        from intake.domain.manifest.files import ods

        return ods.sheets_of(path)
    from intake.domain.manifest.files import xlsx

    return xlsx.sheets_of(path)


def open_sheets(path: Path, *, file_name: str) -> "Sheets | None":
    """Yield what loads each sheet of an XLSX, XLS or ODS workbook; None for a text file, which has none.

    :raises Unreadable: when the file is not a table, or would harm the server.
    """
    kind = _kind_of(path, file_name)
    return None if kind == "csv" else _sheets_of(kind, path, file_name)


def open_table(path: Path, *, file_name: str, answers: Mapping[str, str] = NO_ANSWERS) -> Table:
    """Open the table in an XLSX, XLS, ODS or CSV file, judged by its content and its name.

    Of a workbook the sheet that an answer names, or the visible one with the best heading.

    answers: what a person said about the file: ``sheet``, ``encoding``, ``delimiter``; others are left alone.

    :raises Unreadable: when the file is not a table, or would harm the server.
    """
    kind = _kind_of(path, file_name)
    if kind == "csv":
        from intake.domain.manifest.files.delimited import open_delimited

        return open_delimited(path, answers=answers)
    from intake.domain.manifest.files.sheets import table_of

    return table_of(kind, _sheets_of(kind, path, file_name), answers)
