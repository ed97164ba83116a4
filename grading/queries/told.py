"""What suppliers read of the trail: nothing of a reviewer's step before it stands."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from intake.domain.dispositions import ANSWER, SETTLES_AFTER
from rebattery.accounts.models import User
from rebattery.audit.standing import standing
from rebattery.audit.trail import Entry, events_of_supplier, supplier_timeline

NEWS_SHOWN = 20


def told(entries: QuerySet[Any], *, viewer: User) -> QuerySet[Any]:
    """Keep the events that ``viewer`` may know of: for a supplier's people no step that can be taken back."""
    return standing(entries, after=SETTLES_AFTER, at_once=ANSWER) if viewer.is_supplier else entries


def news_for(*, viewer: User, since: datetime) -> list[Entry]:
    """Return the newest lines about a supplier's packs, batches and files, for one of its people."""
    theirs = events_of_supplier(supplier_id=viewer.supplier_id or 0, since=since)
    return supplier_timeline(told(theirs, viewer=viewer), limit=NEWS_SHOWN)
