"""Packs by what happened to them since a day: the figures of the start page and the lists behind them."""

from datetime import date, datetime

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from intake.models import Pack
from rebattery.audit.trail import events
from rebattery.dates import begin_of

MOVES = {
    "announced": "pack.announced",
    "received": "pack.received",
    "inspected": "pack.inspected",
    "tested": "pack.tested",
    "graded": "pack.graded",
    "graded_again": "pack.graded_again",
    "ran_out": "pack.grade_ended",
    "sent_to_review": "pack.sent_to_review",
    "quarantined": "pack.quarantined",
    "rejected": "pack.rejected",
}
"""What can happen to a pack, as addresses name it, and the event that tells of it."""
MOVE_WORDS = {
    "announced": "announced",
    "received": "received",
    "inspected": "passed inspection",
    "tested": "tested",
    "graded": "graded",
    "graded_again": "graded again by request",
    "ran_out": "whose grade ran out",
    "sent_to_review": "sent to review",
    "quarantined": "quarantined",
    "rejected": "rejected",
}
_TAKEN_BACK = ("graded_again", "ran_out")
"""What takes a grade back: the one that follows is not counted as graded too."""


def count_moved(*, since: datetime) -> dict[str, int]:
    """Return to how many packs each of ``MOVES`` happened since a moment; every pack counts once.

    One taken back since then, by request or because its grade ran out, counts as that, not as graded.
    """
    found = events().filter(subject_type="pack", at__gte=since, event_type__in=MOVES.values()).order_by()
    # By pack first: asking for each event what else happened to its pack takes seconds on a large day.
    happened = {f"is_{move}": BoolOr(Q(event_type=code)) for move, code in MOVES.items()}
    counted = {move: Q(**{f"is_{move}": True}) for move in MOVES}
    counted["graded"] &= Q(**{f"is_{move}": False for move in _TAKEN_BACK})
    packs = found.values("subject_id").annotate(**happened)
    return packs.aggregate(**{move: Count("subject_id", filter=asked) for move, asked in counted.items()})


def packs_moved(packs: QuerySet[Pack], *, move: str, since: date) -> QuerySet[Pack]:
    """Keep the packs to which ``move``, a key of ``MOVES``, happened on a day (UTC) or later.

    :raises KeyError: for anything else.
    """
    midnight = begin_of(since)
    found = events().filter(subject_type="pack", event_type=MOVES[move], at__gte=midnight)
    if move == "graded":
        found = found.filter(~_taken_back(midnight))
    return packs.filter(pk__in=found.order_by().values("subject_id"))


def _taken_back(since: datetime) -> Exists:
    """Return whether the pack of the event of the outer query was taken back for a new grade."""
    same = events().filter(subject_type="pack", subject_id=OuterRef("subject_id"), at__gte=since)
    return Exists(same.filter(event_type__in=[MOVES[move] for move in _TAKEN_BACK]))
