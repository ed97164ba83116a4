"""Notices, who they go to, and how each delivery went."""

from typing import Any

from django.db import models
from django.db.models import Q

from rebattery.accounts.models import User
from rebattery.notices.domain.topics import LABELS, Topic


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, viewer: User) -> "NoticeQuerySet":
        """Keep what ``viewer`` may see: a supplier's people see notices to their own supplier only."""
        return self.filter(supplier_id=viewer.supplier_id) if viewer.is_supplier else self


class Notice(models.Model):
    """One piece of news for one supplier; never changed."""

    # Suppliers live above this app, so they are named lazily, never imported.
    supplier = models.ForeignKey(
        "intake.Supplier", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    topic = models.CharField(max_length=40, choices=[(topic.value, label) for topic, label in LABELS.items()])
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=300)
    title = models.CharField(max_length=300)
    text = models.TextField()
    path = models.CharField(max_length=300)
    """Page of the thing, without host."""
    created_at = models.DateTimeField()
    dedupe = models.CharField(max_length=200, unique=True)
    """The same news twice has the same key and is told once."""

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["supplier", "id"])]

    def __str__(self) -> str:
        return self.title


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def visible_to(self, viewer: User) -> "EndpointQuerySet":
        """Keep what ``viewer`` may see: a supplier's people see their own webhooks only."""
        return self.filter(supplier_id=viewer.supplier_id) if viewer.is_supplier else self


class Endpoint(models.Model):
    """A supplier's address that takes notices as webhooks."""

    supplier = models.ForeignKey("intake.Supplier", on_delete=models.PROTECT, related_name="+")
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=100)
    """Signs what we send, so we need it in full; shown to its owner once."""
    topics = models.JSONField()
    """Codes of the topics that it takes."""
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = EndpointQuerySet.as_manager()

    def __str__(self) -> str:
        return self.url.partition("?")[0]

    @property
    def topic_labels(self) -> list[str]:
        return [LABELS[Topic(topic)] for topic in self.topics]


class Preference(models.Model):
    """The topics that a person wants no mail about."""

    person = models.OneToOneField(User, on_delete=models.PROTECT, related_name="+")
    muted = models.JSONField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"notices of person {self.person_id}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, viewer: User) -> "DeliveryQuerySet":
        """Keep what ``viewer`` may see: a supplier's people see deliveries to their own supplier only."""
        return self.filter(notice__supplier_id=viewer.supplier_id) if viewer.is_supplier else self


class Delivery(models.Model):
    """One notice on its way to one recipient. Bookkeeping: the row is the queue."""

    class Channel(models.TextChoices):
        MAIL = "mail", "Mail"
        WEBHOOK = "webhook", "Webhook"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed, will be tried again"
        GIVEN_UP = "given_up", "Given up"

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel)
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    endpoint = models.ForeignKey(
        Endpoint, null=True, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    address = models.CharField(max_length=500)
    """As it was when the notice was made; a webhook's without its query."""
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.IntegerField(default=0)
    """Since the last time that a person started it."""
    next_attempt_at = models.DateTimeField()
    """While a worker sends: when another may take over."""
    lease_token = models.UUIDField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    last_code = models.IntegerField(null=True)
    """What a webhook answered last."""
    sent_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(channel="mail", person__isnull=False, endpoint__isnull=True)
                | Q(channel="webhook", person__isnull=True, endpoint__isnull=False),
                name="delivery_goes_to_a_person_or_an_endpoint",
            ),
            models.UniqueConstraint(fields=["notice", "person"], name="delivery_once_per_person"),
            models.UniqueConstraint(fields=["notice", "endpoint"], name="delivery_once_per_endpoint"),
        ]
        indexes = [
            # Mails come first: a webhook that does not answer holds up nobody's mail.
            models.Index(
                fields=["channel", "next_attempt_at", "id"],
                condition=Q(state__in=("waiting", "failed")),
                name="delivery_due",
            ),
            models.Index(
                fields=["id"], condition=Q(state__in=("failed", "given_up")), name="delivery_failing"
            ),
            models.Index(fields=["endpoint", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.channel} to {self.address}"

    @property
    def may_retry(self) -> bool:
        """Whether a person may start it anew now."""
        return self.state in FAILING and self.lease_token is None


FAILING = (Delivery.State.FAILED, Delivery.State.GIVEN_UP)
"""States of what has not reached its recipient by the last attempt."""


class Attempt(models.Model):
    """One try to deliver, with what came of it."""

    class Outcome(models.TextChoices):
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        LOST = "lost", "Ended without a result"

    delivery: Any = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.SENDING)
    code = models.IntegerField(null=True)
    error = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.outcome}"


class Watermark(models.Model):
    """How far in the trail a digest has told; the next one starts there."""

    name = models.CharField(max_length=40, unique=True)
    transaction_id = models.BigIntegerField()
    """The first transaction that is not told yet."""
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} before transaction {self.transaction_id}"
