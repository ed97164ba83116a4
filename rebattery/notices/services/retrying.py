"""Start failed deliveries anew, because somebody mended the cause."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models.functions import Now

from rebattery.errors import RuleViolation
from rebattery.jobs import Job, enqueue
from rebattery.notices.models import FAILING, Delivery

MOST_AT_ONCE = 500


class NothingToRetry(RuleViolation):
    """Nothing here has failed and is still to be delivered."""

    code = "nothing_to_retry"


@transaction.atomic
def retry(*, delivery_ids: Sequence[int]) -> int:
    """Try failed and given-up deliveries again now, with all their attempts before them; return how many.

    What has been sent meanwhile, or is just being sent, stays as it is. Bookkeeping, so no event: every
    attempt is kept beside its delivery.

    :raises NothingToRetry: when none of them can be tried again.
    """
    failing = Delivery.objects.filter(
        pk__in=list(delivery_ids)[:MOST_AT_ONCE],
        state__in=FAILING,
        lease_token__isnull=True,
    )
    started = failing.update(state=Delivery.State.WAITING, attempts=0, next_attempt_at=Now())
    if not started:
        raise NothingToRetry
    enqueue(Job.DELIVER_NOTICES)
    return started
