"""A look into a workbook's zip archive before any reader that trusts it may touch it."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from intake.domain.manifest.problems import Unreadable
from intake.domain.manifest.reading import MAX_COLUMNS, MAX_ROWS

MAX_MEMBERS = 200
MAX_INFLATED_BYTES = 100_000_000
MAX_RATIO = 100
RATIO_MATTERS_FROM_BYTES = 5_000_000
MAX_FORMULAS = 10_000
_CHUNK = 1 << 18
_OVERLAP = 512  # longer than any cell's opening tag, so that one cut by a chunk is still seen whole
_ENTITY = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_REFERENCE = re.compile(
    rb"""<(?:\w+:)?(?:c|row|dimension|mergeCell)\b[^>]*?\b(?:r|ref)\s*=\s*["']([^"'<>]{0,64})["']"""
)
_CELL = re.compile(rb"([A-Za-z]{0,9})([0-9]{0,12})")
# Only what may break a limit is looked at one by one: seven digits, six from 2xxxxx, columns past DP.
_SUSPECT = re.compile(
    rb"""\b(?:r|ref)\s*=\s*["'][^"']*?(?:[A-Za-z]{3}|[Dd][Q-Zq-z]|[E-Ze-z][A-Za-z]|[0-9]{7}|[2-9][0-9]{5}|&)"""
)
_FORMULA = re.compile(
    rb"""<(?:\w+:)?c\b[^>]*?\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["'][^>]*>\s*<(?:\w+:)?f\b"""
)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(slots=True)
class Archive:
    """What the look into the archive found: the formula cells of each sheet, by the sheet's name."""

    formulas: dict[str, frozenset[tuple[int, int]]] = field(default_factory=dict)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _refuse_far_reference(reference: bytes) -> None:
    if b"&" in reference:
        raise Unreadable("broken_workbook", "The workbook is damaged: a cell address is not readable.")
    for corner in reference.replace(b"$", b"").split(b":"):
        found = _CELL.fullmatch(corner.strip())
        if found and (_column_number(found[1]) > MAX_COLUMNS or int(found[2] or 0) > MAX_ROWS):
            where = corner.decode("ascii", "replace")
            raise Unreadable(
                "too_many_cells",
                f"A sheet claims cells as far as {where}: more than {MAX_ROWS:,} rows or "
                f"{MAX_COLUMNS} columns. Copy the filled cells to a new workbook.",
            )


def _scan_sheet(chunk: bytes, formulas: set[tuple[int, int]]) -> None:
    if _SUSPECT.search(chunk):
        for found in _REFERENCE.finditer(chunk):
            _refuse_far_reference(found[1])
    for found in _FORMULA.finditer(chunk):
        if len(formulas) < MAX_FORMULAS:
            formulas.add((int(found[2]), _column_number(found[1]) - 1))


def _inflate(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _scan(archive: zipfile.ZipFile, packed_bytes: int) -> dict[str, set[tuple[int, int]]]:
    """Inflate every member once, counting real bytes, for sizes in the headers may lie."""
    total = 0
    formulas: dict[str, set[tuple[int, int]]] = {}
    for member in archive.infolist():
        found = formulas.setdefault(member.filename, set())
        is_xml = member.filename.casefold().endswith((".xml", ".rels"))
        is_sheet = is_xml and "worksheets/" in member.filename
        tail = b""
        for chunk in _inflate(archive, member):
            total += len(chunk)
            if total > MAX_INFLATED_BYTES or (
                total > RATIO_MATTERS_FROM_BYTES and total > MAX_RATIO * packed_bytes
            ):
                raise Unreadable(
                    "zip_bomb", "The workbook unpacks to far more than a manifest can hold. Split it."
                )
            window = tail + chunk
            if is_xml and (
                _ENTITY.search(window) or window[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in chunk
            ):
                raise Unreadable(
                    "broken_workbook", "The workbook holds XML that no spreadsheet program writes."
                )
            if is_sheet:
                _scan_sheet(window, found)
            tail = window[-_OVERLAP:]
    return formulas


def _sheet_paths(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the archive path of each sheet by its name."""
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 (no DTD: scanned)
    target = {node.get("Id"): node.get("Target", "") for node in relations}
    workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 (no DTD: scanned)
    paths = {}
    for node in workbook.iter():
        if node.tag.endswith("}sheet"):
            path = target.get(node.get(_RELATION), "").lstrip("/")
            paths[node.get("name", "")] = path if path.startswith("xl/") else f"xl/{path}"
    return paths


def _refuse_foreign_members(names: list[str]) -> None:
    if len(names) > MAX_MEMBERS:
        raise Unreadable("zip_bomb", f"The workbook holds {len(names):,} parts; {MAX_MEMBERS} is the limit.")
    if any(name.casefold().endswith("vbaproject.bin") for name in names):
        raise Unreadable("macros", "Workbooks with macros are not accepted. Save it as .xlsx.")
    if "xl/workbook.xml" not in names:
        raise Unreadable(
            "unknown_type", "The file is an archive, but not an Excel workbook. Send CSV or XLSX."
        )


def inspect(path: Path) -> Archive:
    """Check the archive against every limit, reading it whole but keeping nothing of it.

    :raises Unreadable: too many members, bytes or cells, macros, DTDs, damage, or not a workbook.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_foreign_members(archive.namelist())
            formulas = _scan(archive, max(1, path.stat().st_size))
            paths = _sheet_paths(archive)
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, EOFError, OSError, ValueError) as fault:
        raise Unreadable(
            "broken_workbook", "The workbook is damaged. Open it, save it again and send that."
        ) from fault
    except (NotImplementedError, RuntimeError) as fault:
        raise Unreadable(
            "password_protected", "The workbook is encrypted or packed in an unknown way."
        ) from fault
    except Exception as fault:
        if type(fault).__module__ == "zlib":
            raise Unreadable("broken_workbook", "The workbook is damaged. Save it again.") from fault
        raise
    return Archive({name: frozenset(formulas.get(part, ())) for name, part in paths.items()})
