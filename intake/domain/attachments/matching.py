"""Tell from a file's name of which pack it is."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

_LONGEST_SERIAL = 40
_WORD = re.compile(r"[A-Z0-9]+")
_SEPARATOR = re.compile(r"[^A-Z0-9]+")


@dataclass(frozen=True)
class Match:
    """What a name says: one serial, none, or several that it may mean."""

    serial: str | None = None
    candidates: list[str] = field(default_factory=list)


class Serials:
    """The serials of a batch, to be found in names; built once for many names."""

    def __init__(self, serials: Iterable[str]):
        self._by_letters: dict[str, list[str]] = defaultdict(list)
        for serial in serials:
            self._by_letters[_SEPARATOR.sub("", _folded(serial))].append(serial)

    def named_in(self, name: str) -> Match:
        """Return the pack that a file's name means; its folders count only where the name says nothing.

        Case and separators do not matter, but a serial begins and ends where a word does: ``1234`` is not
        in ``IMG1234``. A serial inside a longer one is not meant; two side by side are ambiguous.
        """
        path = PurePosixPath(name)
        folders = [part for part in reversed(path.parts[:-1]) if part not in ("/", "..")]
        for place in (path.name, *folders, name):
            if found := self._in(place):
                return Match(found[0]) if len(found) == 1 else Match(candidates=found)
        return Match()

    def _in(self, text: str) -> list[str]:
        folded = _folded(text)
        spans = [
            (start, end, letters) for start, end, letters in _runs(folded) if letters in self._by_letters
        ]
        outermost = [
            (start, end, letters)
            for start, end, letters in spans
            if not any(s <= start and end <= e and (s, e) != (start, end) for s, e, _ in spans)
        ]
        found: dict[str, None] = {}
        for start, end, letters in outermost:
            serials = self._by_letters[letters]
            literal = [serial for serial in serials if _folded(serial) == folded[start:end]]
            found |= dict.fromkeys(literal or serials)
        return sorted(found)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper()


def _runs(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield every run of neighbouring words that may be a serial: its place, and its letters and digits."""
    words = list(_WORD.finditer(text))
    for first, word in enumerate(words):
        letters = ""
        for last in words[first:]:
            letters += last.group()
            if len(letters) > _LONGEST_SERIAL:
                break
            yield word.start(), last.end(), letters
