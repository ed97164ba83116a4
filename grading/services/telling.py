"""Tell suppliers the results of their packs: one digest per batch, not a mail per pack."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from grading.queries.results import RESULTS, BatchResults, results_between
from intake.domain.dispositions import SETTLES_AFTER
from rebattery.audit.standing import STEPS
from rebattery.audit.trail import first_younger_than, settled_before, this_transaction
from rebattery.notices.domain.topics import Topic
from rebattery.notices.models import Watermark
from rebattery.notices.services import News, notify

EVERY = timedelta(minutes=15)
"""A batch gets at most one digest in this time."""
_NAME = "results"


@transaction.atomic
def tell_results(*, at: datetime, every: timedelta = EVERY) -> int:
    """Tell the results since the last digest, when that is long enough ago; return how many batches.

    The mark of what is told moves in the same transaction, so nothing is told twice or left out. It is there
    since the database was made: what is graded before the first run is told as well. In a database that was
    restored into another server, whose transactions are counted anew, the first run only sets the mark.
    """
    mark = Watermark.objects.select_for_update(no_key=True).get(name=_NAME)
    if mark.at > at - every:
        return 0
    since, seen = mark.transaction_id, settled_before()  # asked behind the lock: it never goes back
    # What a reviewer may still take back is not told yet, nor is anything after it.
    held_back = first_younger_than(at=at - SETTLES_AFTER, codes=STEPS)
    until = seen if held_back is None else min(seen, held_back)
    mark.transaction_id, mark.at = until, at
    mark.save(update_fields=["transaction_id", "at"])
    found = results_between(since=since, until=until, seen=seen)
    return len(notify(news=[_news(batch, since) for batch in found], at=at))


@transaction.atomic
def take_results_as_told(*, at: datetime) -> None:
    """Let all that happened so far, in this transaction as well, be history that nobody is told."""
    mark = Watermark.objects.select_for_update(no_key=True).get(name=_NAME)
    mark.transaction_id, mark.at = this_transaction() + 1, at
    mark.save(update_fields=["transaction_id", "at"])


def _news(batch: BatchResults, since: int) -> News:
    total = sum(batch.counts.values())
    if total == 1:
        have = f"pack {batch.serial} has a result"
        text = f"Pack {batch.serial} of batch {batch.number} has a result: {next(iter(batch.counts))}."
    else:
        have = f"{total} packs have a result"
        parts = ", ".join(f"{count} {word}" for word, count in batch.counts.items())
        text = f"{have} in batch {batch.number}: {parts}."
    if RESULTS["pack.rejected"] in batch.counts:
        report = reverse("batch_rejects", args=[batch.batch_id])
        text += f" Each reject has its report: {settings.PUBLIC_URL}{report}"
    return News(
        topic=Topic.RESULTS,
        supplier_id=batch.supplier_id,
        subject_type="batch",
        subject_id=batch.batch_id,
        subject_label=batch.number,
        title=f"{batch.number}: {have}",
        text=text,
        path=reverse("batch", args=[batch.batch_id]),
        dedupe=f"results:{batch.batch_id}:{since}",
    )
