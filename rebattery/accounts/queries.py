"""People and tokens as their pages list them."""

from django.db.models import QuerySet

from rebattery.accounts.models import ApiToken, User
from rebattery.audit.trail import Entry, entry_of, events_of


def people() -> QuerySet[User]:
    """Return everybody with their supplier, by name."""
    return User.objects.select_related("supplier").order_by("name", "pk")


def story_of(*, person: User) -> list[Entry]:
    """Return what was done about a person, oldest first."""
    return [entry_of(event) for event in events_of(subject_type="person", subject_id=person.pk)]


def tokens_of(*, person: User) -> QuerySet[ApiToken]:
    """Return a person's tokens, newest first."""
    return ApiToken.objects.filter(user=person).order_by("-pk")
