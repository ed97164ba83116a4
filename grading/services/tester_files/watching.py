"""Take files in from a folder that testers write to: only whole ones, and nothing in it is ever touched."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from grading.models import TesterFile
from grading.services.tester_files.accepting import accept
from rebattery.actor import Actor
from rebattery.errors import RuleViolation

log = logging.getLogger(__name__)
STANDS_STILL = timedelta(seconds=30)
_TEMPORARY = (".tmp", ".part", ".partial", ".crdownload", ".lock", "~")


@dataclass(frozen=True)
class Sight:
    """A file as it was seen: when its size and time last were others, and whether it was taken."""

    size: int
    modified_ns: int
    since: datetime
    is_done: bool = False


@dataclass
class Watched:
    """What is known of a folder between two looks; a lost one only costs reading the files once more."""

    sights: dict[str, Sight] = field(default_factory=dict)


@dataclass(frozen=True)
class Taken:
    """What became of one file of the folder."""

    path: Path
    file: TesterFile | None = None
    is_new: bool = False
    refused: str = ""


def look(
    *, folder: Path, watched: Watched, actor: Actor, at: datetime, still: timedelta = STANDS_STILL
) -> list[Taken]:
    """Take in every file that stood still since an earlier look, ``still`` ago or more.

    Size and time of change must both be the same at two looks: a copy may keep the time of its original,
    and a writer may leave the size. A file that changes afterwards is another file. What was taken before,
    by its SHA-256, is not taken twice. A file that cannot be read stops none of the others.
    """
    taken = []
    seen: dict[str, Sight] = {}
    for path in _files(folder):
        name = str(path.relative_to(folder))
        try:
            stat = path.stat()
        except OSError:
            continue  # it was moved away between the listing and now
        before = watched.sights.get(name)
        if before is None or (before.size, before.modified_ns) != (stat.st_size, stat.st_mtime_ns):
            seen[name] = Sight(stat.st_size, stat.st_mtime_ns, at)
            continue
        seen[name] = before
        if before.is_done or not stat.st_size or at - before.since < still:
            continue
        result = _take(path, actor, at)
        if result is not None:
            seen[name] = Sight(before.size, before.modified_ns, before.since, is_done=True)
            taken.append(result)
    watched.sights = seen
    return taken


def _files(folder: Path) -> Iterator[Path]:
    """Yield the plain files below ``folder``; hidden and half-written ones, and links, are not followed."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if any(part.startswith((".", "~$")) for part in parts) or path.name.lower().endswith(_TEMPORARY):
            continue
        if not path.is_symlink() and path.is_file():
            yield path


def _take(path: Path, actor: Actor, at: datetime) -> Taken | None:
    """Return what became of the file; None when it could not be opened now, so that it is tried again."""
    try:
        with path.open("rb") as content:
            file, is_new = accept(
                file_name=path.name, content=content, source=TesterFile.Source.WATCH, actor=actor, at=at
            )
    except RuleViolation as refused:
        log.warning("%s was not taken from the watched folder: %s", path, refused.message)
        return Taken(path, refused=refused.message)
    except OSError as exc:
        log.warning("%s cannot be opened now: %s", path, exc.strerror)
        return None
    return Taken(path, file=file, is_new=is_new)
