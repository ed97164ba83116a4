"""Which topics a person wants mail about."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from rebattery.accounts.models import User
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.notices.domain.topics import CHOICES
from rebattery.notices.models import Preference


@transaction.atomic
def choose_topics(*, person: User, topics: Sequence[str], actor: Actor, at: datetime) -> Preference | None:
    """Send ``person`` mail about ``topics`` and no others; the same choice again writes nothing.

    Kept is what is unwanted, so that a topic that comes later is told to everybody. Returns None while
    the person has never chosen and wants all.
    """
    User.objects.select_for_update(no_key=True).get(pk=person.pk)  # two tabs choose one after the other
    muted = sorted({topic for topic, _ in CHOICES} - set(topics))
    kept = Preference.objects.filter(person=person).first()
    if muted == (kept.muted if kept else []):
        return kept
    before = {"muted": kept.muted, "changed_at": kept.changed_at} if kept else None
    preference = kept or Preference(person=person)
    preference.muted, preference.changed_at = muted, at
    preference.save()
    event = Event(
        code="notice_preference.changed",
        subject_id=preference.pk,
        subject_label=person.name,
        before=before,
        after={"muted": muted, "changed_at": at},
        facts={"wanted": len(CHOICES) - len(muted), "topics": len(CHOICES)},
    )
    record(events=[event], actor=actor, at=at)
    return preference
