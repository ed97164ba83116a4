"""Send what is due, one delivery at a time, so that a killed worker loses none and repeats at most one."""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest, Now

from rebattery.jobs import Job, send
from rebattery.notices.domain.pauses import MAX_ATTEMPTS, OTHERS_WAIT, pause_after
from rebattery.notices.domain.signing import signed_headers
from rebattery.notices.models import Attempt, Delivery
from rebattery.notices.services.mailing import mail
from rebattery.notices.services.posting import TIMEOUT_S, NotDelivered, post

MOST_PER_RUN = 25
"""With every one of them running into its time limit a run still ends before Celery would end it."""
_ENDED = "The sending ended without a result each time."
_LOST = "The worker ended before it could keep the result; the message may have arrived."
_State, _Outcome = Delivery.State, Attempt.Outcome


@dataclass(frozen=True)
class Claim:
    """The right to send one delivery until its lease lapses."""

    delivery: Delivery
    token: uuid.UUID
    attempt: Attempt
    is_exhausted: bool


def deliver_due() -> int:
    """Send what is due, mails first, and return how many deliveries were tried.

    Safe to call at any time by any number of workers. Nothing is sent inside a transaction: a delivery
    is claimed and its attempt written, then sent, then its result written behind the claim's fence. A
    worker killed between the last two is the one case in which a message goes out twice, with the same
    id both times.
    """
    tried = 0
    while tried < MOST_PER_RUN and (claim := claim_next()):
        _send(claim)
        tried += 1
    if tried == MOST_PER_RUN:
        sweep()
    return tried


def sweep() -> bool:
    """Nudge a worker when something is due, and return whether the broker took it."""
    due = Delivery.objects.filter(state__in=(_State.WAITING, _State.FAILED), next_attempt_at__lte=Now())
    return due.exists() and send(Job.DELIVER_NOTICES)


@transaction.atomic
def claim_next() -> Claim | None:
    """Lease the next delivery that is due and open its attempt, or return None."""
    token = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM, {"token": token, "lease": settings.LEASE_SECONDS + TIMEOUT_S, "most": MAX_ATTEMPTS}
        )
        row = cursor.fetchone()
    if row is None:
        return None
    delivery = Delivery.objects.select_related("notice", "person", "endpoint").get(pk=row[0])
    Attempt.objects.filter(delivery=delivery, outcome=_Outcome.SENDING).update(
        outcome=_Outcome.LOST, error=_LOST
    )
    attempt = Attempt.objects.create(delivery=delivery, at=row[1])
    return Claim(delivery, token, attempt, delivery.attempts > MAX_ATTEMPTS)


def _send(claim: Claim) -> None:
    try:
        code = _sent(claim)
    except NotDelivered as exc:
        _settle_failure(claim, exc)
    else:
        _settle_success(claim, code)


def _sent(claim: Claim) -> int | None:
    delivery = claim.delivery
    if claim.is_exhausted:
        raise NotDelivered(_ENDED, is_final=True)
    if delivery.endpoint is None:
        if delivery.person is None or not delivery.person.is_active:
            raise NotDelivered("The person may no longer sign in; no mail was sent.", is_final=True)
        mail(delivery)
        return None
    if not delivery.endpoint.is_active:
        raise NotDelivered("The webhook was switched off; nothing was sent.", is_final=True)
    body = payload_of(delivery)
    headers = signed_headers(
        secret=delivery.endpoint.secret,
        message_id=f"msg_{delivery.pk}",
        timestamp=int(claim.attempt.at.timestamp()),
        body=body,
    )
    kind = {"content-type": "application/json", "user-agent": "ReBattery-Webhooks/1"}
    return post(url=delivery.endpoint.url, body=body, headers=kind | headers)


def payload_of(delivery: Delivery) -> bytes:
    """Return what a webhook gets: the same bytes for each attempt."""
    notice = delivery.notice
    told = {
        "type": f"notice.{notice.topic}",
        "timestamp": _plain(notice.created_at),
        "data": {
            "id": notice.pk,
            "topic": notice.topic,
            "title": notice.title,
            "text": notice.text,
            "url": settings.PUBLIC_URL + notice.path,
            "subject_type": notice.subject_type,
            "subject_id": notice.subject_id,
            "subject_label": notice.subject_label,
        },
    }
    return json.dumps(told, ensure_ascii=False).encode()


@transaction.atomic
def _settle_success(claim: Claim, code: int | None) -> None:
    Attempt.objects.filter(pk=claim.attempt.pk).update(outcome=_Outcome.SENT, code=code, error="")
    Delivery.objects.filter(pk=claim.delivery.pk, lease_token=claim.token).update(
        state=_State.SENT, lease_token=None, last_error="", last_code=code, sent_at=Now()
    )


@transaction.atomic
def _settle_failure(claim: Claim, failure: NotDelivered) -> None:
    why = str(failure).replace("\0", "\ufffd")[:500]
    Attempt.objects.filter(pk=claim.attempt.pk).update(outcome=_Outcome.FAILED, code=failure.code, error=why)
    delivery = claim.delivery
    pause = None if failure.is_final else pause_after(min(delivery.attempts, MAX_ATTEMPTS))
    after = {"lease_token": None, "last_error": why, "last_code": failure.code}
    ours = Delivery.objects.filter(pk=delivery.pk, lease_token=claim.token)
    if pause is None:
        ours.update(state=_State.GIVEN_UP, attempts=min(delivery.attempts, MAX_ATTEMPTS), **after)
        return
    ours.update(state=_State.FAILED, next_attempt_at=Now() + pause, **after)
    if delivery.endpoint_id:
        _let_others_wait(delivery, delivery.endpoint_id)


def _let_others_wait(delivery: Delivery, endpoint_id: int) -> None:
    """Keep a webhook that does not answer from costing each of its messages the full time limit."""
    others = Delivery.objects.filter(
        endpoint_id=endpoint_id,
        state__in=(_State.WAITING, _State.FAILED),
        lease_token__isnull=True,
    )
    soon = Greatest(F("next_attempt_at"), Now() + OTHERS_WAIT)
    others.exclude(pk=delivery.pk).update(next_attempt_at=soon)


def _plain(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


_CLAIM = """
    WITH due AS (
        SELECT id FROM notices_delivery
        WHERE state IN ('waiting', 'failed') AND next_attempt_at <= statement_timestamp()
        ORDER BY channel, next_attempt_at, id LIMIT 1
        FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE notices_delivery d
    SET attempts = least(d.attempts + 1, %(most)s + 1), lease_token = %(token)s,
        next_attempt_at = statement_timestamp() + make_interval(secs => %(lease)s)
    FROM due WHERE d.id = due.id RETURNING d.id, statement_timestamp()
"""
