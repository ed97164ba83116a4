"""Files of one layout: those whose heading is the same, so that an answer about its columns serves again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from intake.domain.manifest.corrections import Corrections
from intake.domain.manifest.reading import Cell

Layouts = Mapping[str, Mapping[str, str]]
"""Hash of a heading to the answers remembered about its columns."""


def layout_sha256(heading: Sequence[Cell]) -> str:
    """Return the hash of the cells of a heading, in their order; blanks at its end do not count."""
    cells = [str(cell) for cell in heading]
    while cells and not cells[-1].strip():
        cells.pop()
    return hashlib.sha256(json.dumps(cells, ensure_ascii=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is remembered of a layout.

    sha256: of the heading.    used: the answers that stand, because the file has no answer of its own.
    """

    sha256: str
    used: Mapping[str, str]


def with_remembered(
    heading: Sequence[Cell], corrections: Corrections, layouts: Layouts
) -> tuple[Corrections, Remembered]:
    """Return the corrections of a file with the answers remembered of its layout; its own answers win."""
    sha256 = layout_sha256(heading)
    own = corrections.answers
    used = {name: value for name, value in layouts.get(sha256, {}).items() if name not in own}
    return replace(corrections, answers=used | dict(own)), Remembered(sha256, used)
