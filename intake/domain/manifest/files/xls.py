"""XLS workbooks of Excel 5 to 2003, taken out of their container before their values are read."""

from io import BytesIO
from pathlib import Path

from intake.domain.manifest.files.biff import inspect
from intake.domain.manifest.files.calamine import open_sheets
from intake.domain.manifest.files.compound import CompoundFile, wrap
from intake.domain.manifest.files.refusals import protected, with_macros
from intake.domain.manifest.files.sheets import SheetFacts, Sheets
from intake.domain.manifest.problems import Unreadable
from intake.domain.manifest.reading import wrong_extension

MAX_XLS_BYTES = 50_000_000  # a sheet has 65,536 rows at most; held several times while it is read
_ENCRYPTED = "EncryptedPackage"
_WORKBOOKS = ("Workbook", "Book", "WORKBOOK", "BOOK")
_OTHER_DOCUMENTS = {
    "WordDocument": "a Word document",
    "PowerPoint Document": "a presentation",
    "VisioDocument": "a drawing",
    "__properties_version1.0": "a mail",
}


def _workbook_in(streams: CompoundFile, file_name: str) -> str:
    """Return the name of the workbook's stream; refuse what is none, or not to be read."""
    if _ENCRYPTED in streams.names:
        raise protected()
    workbook = next((name for name in _WORKBOOKS if name in streams.names), None)
    if workbook is None:
        found = (what for name, what in _OTHER_DOCUMENTS.items() if name in streams.names)
        what = next(found, "not a workbook")
        message = f"“{file_name}” is {what} by its content. Send XLSX, XLS, ODS or CSV."
        raise Unreadable("unknown_type", message)
    if "_VBA_PROJECT_CUR" in streams.names:
        raise with_macros()
    return workbook


def sheets_of(path: Path, *, file_name: str) -> Sheets:
    """Yield what loads each worksheet of an old Excel workbook.

    :raises Unreadable: encrypted, with macros, damaged, another document, or by its name another format.
    """
    if path.stat().st_size > MAX_XLS_BYTES:
        raise Unreadable("too_large", "The old Excel file is larger than 50 MB. Save it as .xlsx or CSV.")
    data = path.read_bytes()
    try:
        streams = CompoundFile(data)
    except Unreadable:
        if _ENCRYPTED.encode("utf-16-le") in data:
            raise protected() from None
        raise
    name = _workbook_in(streams, file_name)
    if Path(file_name).suffix.casefold() != ".xls":
        raise wrong_extension(file_name, "an old Excel workbook (.xls)")
    stream = bytearray(streams.stream(name))
    del data, streams
    facts = inspect(stream)
    source = BytesIO(wrap("Workbook" if name.casefold() == "workbook" else "Book", bytes(stream)))

    def facts_of(index: int, _: str) -> SheetFacts:
        return facts[index] if index < len(facts) else SheetFacts()

    return open_sheets(facts_of, source)
