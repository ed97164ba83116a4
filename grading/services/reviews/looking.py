"""Note who opened a review: nobody confirms a group unseen."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, OuterRef, Subquery

from grading.models import ReviewCase, ReviewLook
from rebattery.accounts.models import User


def look(*, case: ReviewCase, person: User, at: datetime) -> None:
    """Note that ``person`` opened ``case`` as it is now; a later look takes the place of an earlier one."""
    row = ReviewLook(case=case, person_id=person.pk, version=case.version, at=at)
    ReviewLook.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["case", "person_id"], update_fields=["version", "at"]
    )


def still_seen(*, case_ids: Sequence[int]) -> None:
    """Let whoever saw the reviews before a step that was taken back have seen them as they are now.

    The step and its taking back counted their versions up by one each, and left them as they were.
    """
    versions = ReviewCase.objects.filter(pk=OuterRef("case")).values("version")
    before = Subquery(versions.annotate(before=F("version") - 2).values("before"))
    ReviewLook.objects.filter(case__in=case_ids, version=before).update(version=Subquery(versions))
