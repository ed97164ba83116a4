"""The filter of packs that the figures of the start page lead to: what happened to them, and since when."""

from datetime import date

from django.db.models import QuerySet

from grading.queries.moves import MOVE_WORDS, packs_moved
from intake.models import Pack
from rebattery.dates import day_in_words
from rebattery.ui.listing import Filter


def _moved(packs: QuerySet[Pack], text: str) -> QuerySet[Pack]:
    """Keep the packs that a text such as ``graded-2026-11-22`` tells of; any other keeps none."""
    found = _read(text)
    return packs_moved(packs, move=found[0], since=found[1]) if found else packs.none()


def _words(text: str) -> str:
    found = _read(text)
    return f"{MOVE_WORDS[found[0]]} since {day_in_words(found[1])}, 00:00 UTC" if found else text


def _read(text: str) -> tuple[str, date] | None:
    move, _, day = text.partition("-")
    try:
        return (move, date.fromisoformat(day)) if move in MOVE_WORDS else None
    except ValueError:
        return None


OF_MOVES = Filter(key="moved", label="Packs", apply=_moved, is_linked=True, words=_words)
