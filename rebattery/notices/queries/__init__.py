"""Notices and their deliveries as pages show them."""

from django.db.models import Count, Q, QuerySet

from rebattery.accounts.models import User
from rebattery.notices.domain.topics import CHOICES
from rebattery.notices.models import FAILING, Attempt, Delivery, Endpoint, Notice, Preference


def notices_for(*, viewer: User) -> QuerySet[Notice]:
    """Return the notices that ``viewer`` may see, with supplier and deliveries."""
    return Notice.objects.visible_to(viewer).select_related("supplier").prefetch_related("deliveries")


def told_about(notices: QuerySet[Notice], text: str) -> QuerySet[Notice]:
    """Keep the notices whose title or subject contains ``text``."""
    return notices.filter(Q(title__icontains=text) | Q(subject_label__icontains=text))


def with_delivery(notices: QuerySet[Notice], state: str) -> QuerySet[Notice]:
    """Keep the notices with a delivery in ``state``."""
    return notices.filter(pk__in=Delivery.objects.filter(state=state).values("notice_id"))


def deliveries_of(*, notice: Notice) -> QuerySet[Delivery]:
    """Return how a notice went to each recipient, with every attempt."""
    return notice.deliveries.prefetch_related("tries").select_related("person", "endpoint").order_by("pk")


def deliveries_for(*, viewer: User) -> QuerySet[Delivery]:
    """Return the deliveries that ``viewer`` may see."""
    return Delivery.objects.visible_to(viewer).select_related("notice__supplier")


def failing_for(*, viewer: User) -> QuerySet[Delivery]:
    """Return the deliveries that failed and have not succeeded since."""
    return deliveries_for(viewer=viewer).filter(state__in=FAILING)


def endpoints_for(*, viewer: User) -> QuerySet[Endpoint]:
    """Return the webhooks that ``viewer`` may see, with how many of their deliveries fail now."""
    failing = Count("deliveries", filter=Q(deliveries__state__in=FAILING))
    return Endpoint.objects.visible_to(viewer).annotate(failing_count=failing).order_by("-is_active", "pk")


def last_tries(*, endpoint: Endpoint, limit: int) -> QuerySet[Attempt]:
    """Return the newest attempts to reach a webhook, with the notice each was about."""
    tries = Attempt.objects.filter(delivery__endpoint=endpoint).select_related("delivery__notice")
    return tries.order_by("-pk")[:limit]


def wanted_topics(*, person: User) -> list[str]:
    """Return the topics that a person gets mail about."""
    kept = Preference.objects.filter(person=person).first()
    return [topic for topic, _ in CHOICES if kept is None or topic not in kept.muted]
