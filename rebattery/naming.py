"""Many things in few words: how many, the first of them, and how many more."""

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


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, which takes an s for more than one: ``1 pack``, ``1,200 packs``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
