"""A supplier's webhooks: add, change, renew the secret, test."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse

from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation
from rebattery.jobs import Job, enqueue
from rebattery.notices.domain.addresses import shown, url_fault
from rebattery.notices.domain.signing import secret_of
from rebattery.notices.domain.topics import CHOICES, Topic
from rebattery.notices.models import Delivery, Endpoint, Notice
from rebattery.turns import await_turn

MOST_ENDPOINTS = 5
_SECRET_BYTES = 32


class AddressRefused(RuleViolation):
    """We cannot send to this address."""

    code = "address_refused"


class TopicUnknown(RuleViolation):
    """Choose at least one topic of the list."""

    code = "topic_unknown"


class TooManyEndpoints(RuleViolation):
    """A supplier has at most five webhooks in use; switch one off first."""

    code = "too_many_endpoints"


class EndpointIsOff(RuleViolation):
    """This webhook is switched off; switch it on first."""

    code = "endpoint_is_off"


class TestIsWaiting(RuleViolation):
    """A test is on its way already."""

    code = "test_is_waiting"


@dataclass(frozen=True)
class NewSecret:
    """A webhook with its secret, which is shown this once."""

    endpoint: Endpoint
    secret: str


@transaction.atomic
def add_endpoint(
    *, supplier_id: int, url: str, topics: Sequence[str], actor: Actor, at: datetime
) -> NewSecret:
    """Add a webhook that takes notices of ``topics``.

    :raises AddressRefused: when ``url`` is none that we may call.
    :raises TopicUnknown: when ``topics`` is empty or names none of ours.
    :raises TooManyEndpoints: when the supplier has enough.
    """
    _check(url, topics)
    _lock_supplier(supplier_id)
    _require_room(supplier_id)
    endpoint = Endpoint.objects.create(
        supplier_id=supplier_id, url=url, secret=_new_secret(), topics=sorted(set(topics)), created_at=at
    )
    after = {"address": shown(url), "topics": endpoint.topics, "is_active": True}
    _record("endpoint.added", endpoint, actor, at, after=after)
    return NewSecret(endpoint, endpoint.secret)


@transaction.atomic
def change_endpoint(
    *, endpoint_id: int, url: str, topics: Sequence[str], is_active: bool, actor: Actor, at: datetime
) -> Endpoint:
    """Change where a webhook leads, what it takes, and whether it is in use; no change writes nothing.

    :raises AddressRefused: when ``url`` is none that we may call.
    :raises TopicUnknown: when ``topics`` is empty or names none of ours.
    :raises TooManyEndpoints: when it would be one too many in use.
    """
    _check(url, topics)
    _lock_supplier(Endpoint.objects.values_list("supplier_id", flat=True).get(pk=endpoint_id))
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)
    if is_active and not endpoint.is_active:
        _require_room(endpoint.supplier_id)
    wanted = {"url": url, "topics": sorted(set(topics)), "is_active": is_active}
    before = {name: getattr(endpoint, name) for name in wanted}
    changed = [name for name, value in wanted.items() if value != before[name]]
    if changed:
        for name in changed:
            setattr(endpoint, name, wanted[name])
        endpoint.save(update_fields=changed)
        told = [_told({name: values[name] for name in changed}) for values in (before, wanted)]
        _record("endpoint.changed", endpoint, actor, at, before=told[0], after=told[1])
    return endpoint


@transaction.atomic
def renew_secret(*, endpoint_id: int, actor: Actor, at: datetime) -> NewSecret:
    """Give a webhook a new secret; the old one signs nothing from now on."""
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)
    endpoint.secret = _new_secret()
    endpoint.save(update_fields=["secret"])
    # The trail never forgets and many read it, so it says that the secret changed and not to what.
    _record("endpoint.secret_changed", endpoint, actor, at, after={})
    return NewSecret(endpoint, endpoint.secret)


@transaction.atomic
def send_test(*, endpoint_id: int, at: datetime) -> Delivery:
    """Send a test notice to one webhook alone and return its delivery.

    :raises EndpointIsOff: when the webhook is switched off.
    :raises TestIsWaiting: when a test of it has not been sent yet.
    """
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)
    if not endpoint.is_active:
        raise EndpointIsOff
    if endpoint.deliveries.filter(notice__topic=Topic.TEST, state=Delivery.State.WAITING).exists():
        raise TestIsWaiting
    notice = Notice.objects.create(
        supplier_id=endpoint.supplier_id,
        topic=Topic.TEST,
        subject_type="endpoint",
        subject_id=endpoint.pk,
        subject_label=str(endpoint)[:300],
        title="Test of your webhook",
        text="Somebody of your company pressed the button that sends this test.",
        path=reverse("endpoint", args=[endpoint.pk]),
        created_at=at,
        dedupe=f"test:{endpoint.pk}:{secrets.token_hex(8)}",
    )
    delivery = Delivery.objects.create(
        notice=notice,
        channel=Delivery.Channel.WEBHOOK,
        endpoint=endpoint,
        address=str(endpoint),
        next_attempt_at=Now(),
    )
    enqueue(Job.DELIVER_NOTICES)
    return delivery


def _check(url: str, topics: Sequence[str]) -> None:
    if fault := url_fault(url, may_stay_inside=settings.WEBHOOKS_MAY_STAY_INSIDE):
        raise AddressRefused(fault, fields={"url": fault})
    if not topics or not set(topics) <= {topic for topic, _ in CHOICES}:
        raise TopicUnknown(fields={"topics": "Choose at least one."})


def _lock_supplier(supplier_id: int) -> None:
    # Two people who add at the same moment count one after the other.
    await_turn(f"webhooks of supplier {supplier_id}")


def _require_room(supplier_id: int) -> None:
    if Endpoint.objects.filter(supplier_id=supplier_id, is_active=True).count() >= MOST_ENDPOINTS:
        raise TooManyEndpoints


def _new_secret() -> str:
    return secret_of(secrets.token_bytes(_SECRET_BYTES))


def _told(values: Mapping[str, object]) -> dict[str, object]:
    # Not under the column's name: the trail is checked against the tables, and leaves the query out.
    address = {"address": shown(str(values["url"]))} if "url" in values else {}
    return {name: value for name, value in values.items() if name != "url"} | address


def _record(
    code: str,
    endpoint: Endpoint,
    actor: Actor,
    at: datetime,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object],
) -> None:
    event = Event(
        code=code,
        subject_id=endpoint.pk,
        subject_label=str(endpoint),
        supplier_id=endpoint.supplier_id,
        before=before,
        after=after,
    )
    record(events=[event], actor=actor, at=at)
