"""Many things in few words: the first of them, and how many more."""

from collections.abc import Sequence

MOST = 5
"""Things that a sentence names."""


def named(names: Sequence[str], *, most: int = MOST) -> str:
    """Name the first of ``names``, with commas between, and count the rest."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def listed(sentences: Sequence[str], *, most: int = MOST) -> str:
    """Say the first of ``sentences``, and count the rest."""
    more = f" And {len(sentences) - most} more." if len(sentences) > most else ""
    return " ".join(sentences[:most]) + more
