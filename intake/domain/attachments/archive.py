"""Open a zip that somebody sent: within limits, and believing nothing that it says of itself."""

import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from intake.domain.attachments.sniffing import ZIP_DAMAGE, Refused

MAX_MEMBERS = 1_000
MAX_MEMBER_BYTES = 100 * 1024 * 1024
MAX_INFLATED_BYTES = 500 * 1024 * 1024
MAX_RATIO = 100
RATIO_MATTERS_FROM_BYTES = 20 * 1024 * 1024
LONGEST_NAME = 300
_CHUNK = 1 << 18
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_OF_THE_SYSTEM = {".ds_store", "thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Member:
    """One file of the zip: where its bytes are now, or why it was left out."""

    name: str
    path: Path | None = None
    why: str = ""


def clean_name(name: str) -> str:
    """Return a name, its folders included, as harmless text of at most ``LONGEST_NAME`` characters."""
    parts = name.replace("\\", "/").split("/")
    kept = ("".join(ch if ch.isprintable() else " " for ch in part).strip() for part in parts)
    return "/".join(part for part in kept if part not in ("", "."))[-LONGEST_NAME:]


def members_of(path: Path, folder: Path) -> Iterator[Member | tuple[int, int]]:
    """Unpack the zip into ``folder`` under names of ours; between the members tell how many of how many.

    :raises Refused: when the whole zip is damaged, has too many members or unpacks to too much.
    """
    try:
        archive = zipfile.ZipFile(path)
    except ZIP_DAMAGE as fault:
        raise Refused("The zip is damaged. Make it again.") from fault
    with archive:
        files = [info for info in archive.infolist() if not info.is_dir()]
        if not files:
            raise Refused("The zip is empty.")
        if len(files) > MAX_MEMBERS:
            raise Refused(f"The zip holds {len(files):,} files; at most {MAX_MEMBERS:,}. Split it.")
        budget = _Budget(packed_bytes=max(1, path.stat().st_size))
        for number, info in enumerate(files, start=1):
            name = clean_name(info.filename) or f"file {number}"
            why = _reason_against(info)
            target = None if why else folder / f"{number:05}"
            if target is not None:
                why = _unpack(archive, info, target, budget)
            yield Member(name, why=why) if why else Member(name, target)
            yield number, len(files)


class _Budget:
    """How much may still come out of a zip."""

    def __init__(self, *, packed_bytes: int):
        by_ratio = max(RATIO_MATTERS_FROM_BYTES, packed_bytes * MAX_RATIO)
        self._left = min(MAX_INFLATED_BYTES, by_ratio)

    def spend(self, byte_count: int) -> None:
        self._left -= byte_count
        if self._left < 0:
            raise Refused("The zip unpacks to far more than we take. Split it into several.")


def _reason_against(info: zipfile.ZipInfo) -> str:
    parts = info.filename.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or parts[0].endswith(":"):
        return "Its name leads out of the zip."
    if "__MACOSX" in parts or parts[-1].casefold() in _OF_THE_SYSTEM:
        return "It is a file of the operating system, not a document."
    if info.flag_bits & 0x1:
        return "It is encrypted. Send it without a password."
    if stat.S_ISLNK(info.external_attr >> 16):
        return "It is a link, not a file."
    if info.compress_type not in _METHODS:
        return "It is packed in a way that we do not open."
    return ""


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, budget: _Budget) -> str:
    byte_count = 0
    try:
        with archive.open(info) as stream, target.open("wb") as out:
            # The sizes in the headers may lie, so the bytes themselves are counted.
            while chunk := stream.read(_CHUNK):
                budget.spend(len(chunk))
                byte_count += len(chunk)
                if byte_count > MAX_MEMBER_BYTES:
                    break
                out.write(chunk)
    except ZIP_DAMAGE:
        target.unlink(missing_ok=True)
        return "It is damaged in the zip."
    if byte_count > MAX_MEMBER_BYTES:
        target.unlink()
        return f"It is larger than {MAX_MEMBER_BYTES // 2**20} MB."
    return ""
