"""The only writer of the trail, for one event or for a million."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from rebattery.actor import Actor
from rebattery.audit.events import EVENTS
from rebattery.errors import RuleViolation


class ReasonMissing(RuleViolation):
    """Say why: this change needs a reason."""

    code = "reason_missing"


@dataclass(frozen=True, kw_only=True)
class Event:
    """One change of one row, told in the words of ``EVENTS[code]``."""

    code: str
    subject_id: int
    subject_label: str
    pack_id: int | None = None
    """The pack whose story this belongs to, when the subject is not the pack itself."""
    supplier_id: int | None = None
    before: Mapping[str, Any] | None = None
    """Changed columns as they were; None for a new row."""
    after: Mapping[str, Any] | None = None
    """Changed columns as they are now, named as in the table."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    reason_code: str = ""
    reason: str = ""


_COLUMNS = (
    "at, event_type, subject_type, subject_id, subject_label, pack_id, supplier_id, actor_kind, actor_id,"
    " person_id, actor_label, reason_code, reason, before, after, facts, request_id, job_id"
)


def record(*, events: Iterable[Event], actor: Actor, at: datetime) -> None:
    """Append ``events`` to the trail inside the caller's transaction.

    :raises ReasonMissing: when an event that a person must justify has no reason.
    """
    _require_transaction()
    with connection.cursor() as cursor, cursor.copy(f"COPY audit_event ({_COLUMNS}) FROM STDIN") as copy:
        for event in events:
            copy.write_row(_row(event, actor, at))


def record_rows(
    *,
    code: str,
    actor: Actor,
    at: datetime,
    rows: str,
    params: Mapping[str, Any],
    reason_code: str = "",
    reason: str = "",
) -> int:
    """Append one event for each row of the SQL query ``rows`` and return how many.

    This is the fast way for sets: the rows never travel to Python. ``rows`` is text of ours, never of
    a user; it yields ``subject_id, subject_label, pack_id, supplier_id, before, after, facts`` (the last
    three as jsonb) and takes its values from ``params``.

    :raises ReasonMissing: when ``code`` needs a reason and there is none.
    """
    _require_transaction()
    event_type = EVENTS[code]
    _require_reason(code, reason)
    sql = (
        f"INSERT INTO audit_event ({_COLUMNS}) SELECT %(at)s, %(code)s, %(subject_type)s, r.subject_id,"
        " r.subject_label, r.pack_id, r.supplier_id, %(actor_kind)s, %(actor_id)s, %(person_id)s,"
        " %(actor_label)s, %(reason_code)s, %(reason)s, r.before, r.after, r.facts, %(request_id)s,"
        " %(job_id)s"
        f" FROM ({rows}) AS r"
    )
    values: dict[str, Any] = {
        "at": at,
        "code": code,
        "subject_type": event_type.subject,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "person_id": actor.person_id,
        "actor_label": actor.label,
        "reason_code": reason_code,
        "reason": reason,
        "request_id": actor.request_id,
        "job_id": actor.job_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, {**params, **values})
        return cursor.rowcount


_PLAIN = frozenset({str, int, bool, type(None)})


def plain(value: Any) -> Any:
    """Return ``value`` as JSON can hold it exactly: decimals and times as text, never as floats."""
    if type(value) in _PLAIN:  # nearly all there is, and asking what else it may be costs most
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def _row(event: Event, actor: Actor, at: datetime) -> tuple[Any, ...]:
    event_type = EVENTS[event.code]
    _require_reason(event.code, event.reason)
    return (
        at,
        event.code,
        event_type.subject,
        event.subject_id,
        event.subject_label,
        event.pack_id,
        event.supplier_id,
        actor.kind,
        actor.id,
        actor.person_id,
        actor.label,
        event.reason_code,
        event.reason,
        _json(event.before),
        _json(event.after),
        _json(event.facts) or "{}",
        actor.request_id,
        actor.job_id,
    )


def _json(values: Mapping[str, Any] | None) -> str | None:
    return None if values is None else json.dumps(plain(values), ensure_ascii=False)


def _require_reason(code: str, reason: str) -> None:
    if EVENTS[code].needs_reason and not reason.strip():
        raise ReasonMissing(fields={"reason": "Say why."})


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "A trail event belongs to the transaction of its change."
        )
