"""What a supplier reads of steps that can be taken back for a moment: nothing until they stand."""

from datetime import timedelta

from django.db.models import Case, CharField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Now

from rebattery.audit.models import Event

STEPS = ("pack.accepted", "pack.rejected", "pack.sent_to_retest")
"""Moves of a pack that a reviewer can take back for a moment."""
UNDO = "pack.review_undone"
"""It takes back the step before it."""


def standing(entries: QuerySet[Event], *, after: timedelta, at_once: str) -> QuerySet[Event]:
    """Leave out the steps that may still be taken back, and those that were, with their taking back.

    :param after: how long a step needs to stand.
    :param at_once: coded reason of steps that the supplier was told with, which stand at once.
    """
    later = Event.objects.filter(
        subject_type="pack",
        subject_id=OuterRef("subject_id"),
        event_type__in=(*STEPS, UNDO),
        pk__gt=OuterRef("pk"),
    )
    following = Coalesce(Subquery(later.order_by("pk").values("event_type")[:1]), Value(""))
    # The trail is asked for what follows a step only, which few of a pack's events are.
    of_steps = Case(When(event_type__in=STEPS, then=following), default=Value(""), output_field=CharField())
    found = entries.alias(following=of_steps)
    return found.exclude(_fresh(after, at_once)).exclude(Q(event_type=UNDO) | Q(following=UNDO))


def state_before_step(*, since: str, after: timedelta, at_once: str) -> Subquery:
    """Return the state from which a step moved a pack that may still be taken back; null where none did.

    :param since: column of the pack that says since when it is in its state.
    """
    steps = Event.objects.filter(
        _fresh(after, at_once), subject_type="pack", subject_id=OuterRef("pk"), at=OuterRef(since)
    )
    states = steps.order_by("-pk").annotate(state=KeyTextTransform("status", "before")).values("state")
    return Subquery(states[:1], output_field=CharField())


def moment_before_step(*, after: timedelta, at_once: str) -> Subquery:
    """Return since when a pack is in its state, if no step is counted that may still be taken back."""
    moves = Event.objects.filter(subject_type="pack", subject_id=OuterRef("pk"), after__has_key="status")
    settled = moves.exclude(_fresh(after, at_once)).order_by("-pk")
    return Subquery(settled.values("at")[:1])


def _fresh(after: timedelta, at_once: str) -> Q:
    return Q(event_type__in=STEPS, at__gt=Now() - after) & ~Q(reason_code=at_once)
