"""Tell from a tester file's name and from what it says about itself which pack it measured."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from intake.domain.attachments.matching import Match, Serials

MOST_CANDIDATES = 20
_TELLING = ("serial", "barcode", "battery_id", "cell_id", "test_name", "name", "comment", "remark")
"""What a file's head may write the pack's serial into."""


def match_file(*, file_name: str, heads: Sequence[Mapping[str, Any]], serials: Iterable[str]) -> Match:
    """Return the one serial that the name and the heads of the tests agree on, or all that they may mean.

    :param heads: what each test of the file says about itself.
    :param serials: those of the packs that it could be.
    """
    known = Serials(serials)
    told = [known.named_in(file_name)]
    told += [known.named_in(text) for head in heads for text in _texts(head)]
    found = sorted({match.serial for match in told if match.serial})
    if len(found) == 1:
        return Match(found[0])
    doubtful = sorted({serial for match in told for serial in match.candidates})
    return Match(candidates=(found or doubtful)[:MOST_CANDIDATES])


def _texts(head: Mapping[str, Any]) -> list[str]:
    # A slash would be taken for a folder.
    named = (str(head[name]) for name in _TELLING if head.get(name) not in (None, ""))
    return [text.replace("/", " ")[:300] for text in named]
