"""Note who opened a review: nobody confirms a group unseen."""

from datetime import datetime

from grading.models import ReviewCase, ReviewLook
from rebattery.accounts.models import User


def look(*, case: ReviewCase, person: User, at: datetime) -> None:
    """Note that ``person`` opened ``case`` as it is now; a later look takes the place of an earlier one."""
    row = ReviewLook(case=case, person_id=person.pk, version=case.version, at=at)
    ReviewLook.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["case", "person_id"], update_fields=["version", "at"]
    )
