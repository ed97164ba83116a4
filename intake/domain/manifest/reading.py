"""What kind of file a supplier sent, and its rows if it is a table."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from intake.domain.manifest.problems import Unreadable

MAX_FILE_BYTES = 100_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 120
Cell = str | float
Rows = Iterator[tuple[int, Sequence[Cell]]]
_TEXT_NAMES = {".csv", ".txt", ".tsv"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FOREIGN = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed archive",
    b"7z\xbc\xaf": "a compressed archive",
    b"Rar!": "a compressed archive",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"<html": "a web page",
    b"<!doc": "a web page",
    b"<?xml": "an XML document",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table found in a file.

    rows: starts over at every call; yields (row number as the spreadsheet program shows it, cells).
    Cells are text, or numbers where the workbook stores numbers; dates arrive as ISO text.
    formulas: (row number, zero-based column) of cells that hold a formula.
    sheets: the names of all sheets, the hidden ones and those without a table included.
    """

    kind: str
    rows: Callable[[], Rows]
    sheet: str | None = None
    sheets: tuple[dict[str, object], ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    formulas: frozenset[tuple[int, int]] = frozenset()


def _refuse_foreign(head: bytes, file_name: str) -> None:
    if head.startswith(_OLE):
        if _ENCRYPTED in head:
            raise Unreadable(
                "password_protected", "The workbook is protected by a password. Save it without one."
            )
        raise Unreadable(
            "old_excel", "This is the old Excel format. Save it as .xlsx or CSV and send it again."
        )
    for magic, what in _FOREIGN.items():
        if head[: len(magic)].lower() == magic.lower():
            raise Unreadable("unknown_type", f"“{file_name}” is {what}, not a table. Send CSV or XLSX.")


def open_table(path: Path, *, file_name: str) -> Table:
    """Open the table in a CSV or XLSX file, judged by its content and its name.

    :raises Unreadable: when the file is not a table, or would harm the server.
    """
    size = path.stat().st_size
    if size == 0:
        raise Unreadable("empty", "The file is empty.")
    if size > MAX_FILE_BYTES:
        raise Unreadable("too_large", "The file is larger than 100 MB. Split it into several files.")
    suffix = Path(file_name).suffix.casefold()
    with path.open("rb") as file:
        head = file.read(1_048_576)
    if suffix in {".xlsm", ".xltm", ".xlam"}:
        raise Unreadable("macros", "Workbooks with macros are not accepted. Save it as .xlsx.")
    _refuse_foreign(head, file_name)
    is_zip = head.startswith(b"PK")
    if suffix not in _TEXT_NAMES | {".xlsx"}:
        raise Unreadable("unknown_type", f"“{file_name}” is neither CSV nor XLSX by its name.")
    if is_zip != (suffix == ".xlsx"):
        what = "a workbook" if is_zip else "not a workbook"
        raise Unreadable(
            "wrong_extension",
            f"“{file_name}” is {what} by its content, not what its name says."
            " Save it again from the program you made it with.",
        )
    # Each reader is imported on demand: a CSV needs no workbook reader, and the process must start fast.
    if is_zip:
        from intake.domain.manifest.workbook import open_workbook

        return open_workbook(path)
    from intake.domain.manifest.delimited import open_delimited

    return open_delimited(path)
