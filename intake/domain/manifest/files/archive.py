"""A workbook's zip archive, unpacked within limits before any reader that trusts it may touch it."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

from intake.domain.manifest.files.refusals import binary, broken, with_macros
from intake.domain.manifest.problems import Unreadable

MAX_MEMBERS = 200
MAX_INFLATED_BYTES = 200_000_000  # 100,000 rows of 20 columns with long numbers take half of it
MAX_PART_BYTES = 16_000_000  # of a part that is held whole: styles, relations
MAX_RATIO = 100
RATIO_MATTERS_FROM_BYTES = 5_000_000
_CHUNK = 1 << 18
_OVERLAP = 64
_DAMAGE = (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, KeyError, EOFError, OSError, ValueError)
_ENTITY = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ODS_TYPES = (
    b"application/vnd.oasis.opendocument.spreadsheet",
    b"application/vnd.oasis.opendocument.spreadsheet-template",
)
_OTHER_DOCUMENTS = {
    "word/": "a Word document",
    "ppt/": "a presentation",
    "AndroidManifest.xml": "a program",
    "META-INF/MANIFEST.MF": "a program",
    "Index/": "a Numbers document",
}


class Package:
    """The parts of an opened archive; whatever is unpacked counts against the limits."""

    def __init__(self, zipped: zipfile.ZipFile, packed_bytes: int):
        self._zip = zipped
        self._packed_bytes = max(1, packed_bytes)
        self._inflated: dict[str, int] = {}
        self._done: set[str] = set()
        self.names = zipped.namelist()
        if len(self.names) > MAX_MEMBERS:
            message = f"The workbook holds {len(self.names):,} parts; {MAX_MEMBERS} is the limit."
            raise Unreadable("zip_bomb", message)
        if len({name.casefold() for name in self.names}) < len(self.names):
            raise broken()  # which of the two a reader takes is anybody's guess

    def chunks(self, name: str) -> Iterator[bytes]:
        """Unpack a part piece by piece, counting real bytes, for sizes in the headers may lie.

        What the headers admit counts beforehand: a bomb that says so is not unpacked at all.

        :raises Unreadable: beyond the limits, or when XML holds what no spreadsheet program writes.
        """
        is_xml = name.casefold().endswith((".xml", ".rels"))
        tail = b""
        size = 0
        self._count(name, self._zip.getinfo(name).file_size)
        with self._zip.open(name) as stream:
            while chunk := stream.read(_CHUNK):
                is_first = size == 0
                size += len(chunk)
                self._count(name, size)
                is_xml = is_xml or (is_first and chunk.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<")
                if is_xml:
                    if is_first and chunk[:2] in (b"\xff\xfe", b"\xfe\xff"):
                        raise broken("The workbook holds XML that no spreadsheet program writes.")
                    window = tail + chunk
                    if b"\0" in chunk or (b"<!" in window and _ENTITY.search(window)):
                        raise broken("The workbook holds XML that no spreadsheet program writes.")
                    tail = window[-_OVERLAP:]
                yield chunk
        self._done.add(name)

    def _count(self, name: str, size: int) -> None:
        # A part that is read twice counts once.
        self._inflated[name] = max(size, self._inflated.get(name, 0))
        total = sum(self._inflated.values())
        is_ratio_odd = total > MAX_RATIO * self._packed_bytes
        if total > MAX_INFLATED_BYTES or (is_ratio_odd and total > RATIO_MATTERS_FROM_BYTES):
            raise Unreadable(
                "zip_bomb", "The workbook unpacks to far more than a manifest can hold. Split it."
            )

    def part(self, name: str) -> bytes:
        """Return a small part whole, empty when it is missing."""
        if name not in self.names:
            return b""
        content = bytearray()
        for chunk in self.chunks(name):
            content += chunk
            if len(content) > MAX_PART_BYTES:
                raise Unreadable("zip_bomb", "A part of the workbook is larger than any workbook needs.")
        return bytes(content)

    def tree(self, name: str) -> ElementTree.Element:
        """Return the parsed XML of a small part; it holds no DTD.

        :raises KeyError: when the part is missing.
        """
        if name not in self.names:
            raise KeyError(name)
        return ElementTree.fromstring(self.part(name))  # noqa: S314 (no DTD: refused while unpacking)

    def unpack_rest(self) -> None:
        """Unpack every part that nobody read, so that the limits hold for the whole archive."""
        for name in self.names:
            if name not in self._done:
                for _ in self.chunks(name):
                    pass


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """Open the archive of a workbook.

    :raises Unreadable: too many members or bytes, DTDs, damage, encryption.
    """
    try:
        with zipfile.ZipFile(path) as zipped:
            yield Package(zipped, path.stat().st_size)
    except (NotImplementedError, RuntimeError) as fault:
        raise Unreadable(
            "password_protected", "The workbook is encrypted or packed in an unknown way."
        ) from fault
    except _DAMAGE as fault:
        raise broken() from fault


def kind_of(path: Path, *, file_name: str) -> str:
    """Tell whether an archive is an ``xlsx`` or an ``ods`` workbook.

    :raises Unreadable: when it is another document, or would run macros.
    """
    with opened(path) as package:
        names = package.names
        folded = [name.casefold() for name in names]
        has_macro_sheets = any(name.startswith("xl/macrosheets/") for name in folded)
        if has_macro_sheets or any(name.endswith("vbaproject.bin") for name in folded):
            raise with_macros()
        if "xl/workbook.xml" in names:
            return "xlsx"
        if "xl/workbook.bin" in names:
            raise binary()
        mimetype = package.part("mimetype").strip()
        if "content.xml" in names and (mimetype in _ODS_TYPES or not mimetype):
            return "ods"
    what = "an archive"
    if "content.xml" in names:
        what = "an OpenDocument file"
    for part, document in _OTHER_DOCUMENTS.items():
        if any(name.startswith(part) for name in names):
            what = document
    raise Unreadable("unknown_type", f"“{file_name}” is {what}, not a workbook. Send XLSX, XLS, ODS or CSV.")
