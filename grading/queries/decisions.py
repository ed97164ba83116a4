"""Stored decisions: the current one, the history, the whole store."""

from collections.abc import Sequence

from django.db.models import QuerySet

from grading.models import Decision


def decisions_of(*, pack_id: int) -> QuerySet[Decision]:
    """Return a pack's decisions with their policies, the newest first."""
    return Decision.objects.filter(pack_id=pack_id).select_related("policy", "review").order_by("-id")


def current_decisions(*, pack_ids: Sequence[int]) -> dict[int, Decision]:
    """Return the decision in force for each of the packs that have one."""
    found = Decision.objects.filter(pack_id__in=pack_ids, superseded_by__isnull=True).select_related("policy")
    return {decision.pack_id: decision for decision in found}
