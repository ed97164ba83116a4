"""The read side of the trail: stories of a subject in sentences, and one event in full."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from string import Formatter
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from rebattery.audit.events import EVENTS
from rebattery.audit.models import Event
from rebattery.dates import day_in_words
from rebattery.numbers import read_key


@dataclass(frozen=True)
class Entry:
    """One line of a timeline."""

    id: int
    at: datetime
    sentence: str
    actor: str
    actor_kind: str
    event_type: str
    subject_type: str
    subject_id: int
    subject_label: str
    pack_id: int | None
    reason: str
    """Why, in the author's words, where the sentence does not say it; told to a supplier who wrote it."""
    reason_code: str
    changes: list[tuple[str, Any, Any]]
    """Column, value before, value after."""
    request_id: str
    job_id: str


class _Sentence(Formatter):
    """Fills a sentence: a fact that is not there is a question mark, ``{packs:pack}`` counts the noun
    after its number, ``{day!d}`` shows a day as pages do."""

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return kwargs.get(str(key), "?")

    def convert_field(self, value: Any, conversion: Any) -> Any:
        return _day(value) if conversion == "d" else super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        noun = f" {format_spec}" if format_spec else ""
        return f"{value}{noun}{'s' if noun and str(value) != '1' else ''}"


_SENTENCE = _Sentence()


def _day(text: Any) -> str:
    """Return a day that a fact holds, such as 2026-11-22, as pages show days: 22 Nov 2026."""
    try:
        day = date.fromisoformat(str(text))
    except ValueError:
        return str(text)
    return day_in_words(day)


def entry_of(event: Event, *, for_supplier: bool = False) -> Entry:
    """Return ``event`` as a readable line; a supplier's line names nobody and gives no internals.

    A reason that the supplier's own people gave is theirs to read (see :func:`with_authors`); ours is not.
    """
    event_type = EVENTS[event.event_type]
    template = event_type.supplier_sentence if for_supplier else event_type.sentence
    own = {"actor": event.actor_label, "subject": event.subject_label, "reason": event.reason}
    before, after = event.before or {}, event.after or {}
    is_kept_back = for_supplier and not getattr(event, "is_by_supplier", False)
    is_said = is_kept_back or "{reason}" in template
    changes = [] if for_supplier else [(key, before.get(key), after.get(key)) for key in {**before, **after}]
    return Entry(
        id=event.pk,
        at=event.at,
        sentence=_SENTENCE.vformat(template, (), {**event.facts, **own}),
        actor="" if for_supplier else event.actor_label,
        actor_kind=event.actor_kind,
        event_type=event.event_type,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        subject_label=event.subject_label,
        pack_id=event.subject_id if event.subject_type == "pack" else event.pack_id,
        reason="" if is_said else event.reason,
        reason_code="" if for_supplier else event.reason_code,
        changes=changes,
        request_id="" if for_supplier else event.request_id,
        job_id="" if for_supplier else event.job_id,
    )


def events_of_pack(*, pack_id: int) -> QuerySet[Event]:
    """Return a pack's whole story with its authors, oldest first: its own events and those that name it."""
    own = Q(subject_type="pack", subject_id=pack_id)
    about = Q(pack_id=pack_id) & ~Q(subject_type="pack")
    return with_authors(Event.objects.filter(own | about).order_by("id"))


def with_authors(entries: QuerySet[Event]) -> QuerySet[Event]:
    """Add ``is_by_supplier``: whether a person of the supplier whom the event concerns did it."""
    theirs = get_user_model().objects.filter(pk=OuterRef("person_id"), supplier=OuterRef("supplier_id"))
    return entries.annotate(is_by_supplier=Exists(theirs))


def events_of(*, subject_type: str, subject_id: int) -> QuerySet[Event]:
    """Return the events about one row, oldest first."""
    return Event.objects.filter(subject_type=subject_type, subject_id=subject_id).order_by("id")


def latest_events(*, subject_type: str, subject_ids: Sequence[int], codes: Sequence[str] = ()) -> list[Event]:
    """Return the last event about each of the rows, or the last of ``codes``, in no order; one query."""
    found = Event.objects.filter(subject_type=subject_type, subject_id__in=subject_ids)
    if codes:
        found = found.filter(event_type__in=codes)
    return list(found.order_by("subject_id", "-id").distinct("subject_id"))


def events_after(*, event_id: int, pack_id: int) -> list[Event]:
    """Return what the trail tells of a pack after an event, oldest first."""
    return list(events_of_pack(pack_id=pack_id).filter(pk__gt=event_id))


def people_behind_events(
    *, subject_type: str, subject_ids: Sequence[int], codes: Sequence[str]
) -> dict[int, set[int]]:
    """Return, by row, which people an event of ``codes`` about it names as its authors; one query."""
    found: dict[int, set[int]] = {}
    told = Event.objects.filter(subject_type=subject_type, subject_id__in=subject_ids, event_type__in=codes)
    for subject_id, person_id in told.values_list("subject_id", "person_id").order_by().distinct():
        if person_id is not None:
            found.setdefault(subject_id, set()).add(person_id)
    return found


def story_of(*, subject_type: str, subject_id: int) -> list[Entry]:
    """Return the lines of the events about one row, newest first."""
    told = events_of(subject_type=subject_type, subject_id=subject_id)
    return [entry_of(event) for event in told.reverse()]


def ids_about(*, subject_type: str, subject_ids: Sequence[int], codes: Sequence[str]) -> list[int]:
    """Return the ids of the events of ``codes`` about several rows, in no order."""
    found = Event.objects.filter(subject_type=subject_type, subject_id__in=subject_ids, event_type__in=codes)
    return list(found.order_by().values_list("pk", flat=True)) if subject_ids else []


def events() -> QuerySet[Event]:
    """Return the whole trail, newest first; filter and page it before reading."""
    return Event.objects.order_by("-id")


def is_told(event: Event) -> bool:
    """Return whether the supplier of what ``event`` is about may read it."""
    return bool(EVENTS[event.event_type].supplier_sentence)


def supplier_timeline(entries: QuerySet[Event], *, limit: int | None = None) -> list[Entry]:
    """Return the lines of ``entries`` that the supplier may read, at most ``limit``."""
    told = [code for code, event_type in EVENTS.items() if event_type.supplier_sentence]
    found = with_authors(entries.filter(event_type__in=told))[:limit]
    return [entry_of(event, for_supplier=True) for event in found]


def event_or_none(*, event_id: int) -> Event | None:
    """Return one event in full, or None."""
    return Event.objects.filter(pk=event_id).first()


def in_transaction(entries: QuerySet[Event], text: str) -> QuerySet[Event]:
    """Keep the events that were committed together in the transaction of this number."""
    number = read_key(text)
    return entries.none() if number is None else entries.filter(transaction_id=number)


def committed_with(event: Event, *, most: int) -> tuple[list[Event], int]:
    """Return ``event`` among its neighbors of the same transaction, newest first, and their true count."""
    found = Event.objects.filter(transaction_id=event.transaction_id)
    newer = list(found.filter(pk__gt=event.pk).order_by("pk")[:most])
    older = list(found.filter(pk__lte=event.pk).order_by("-pk")[: max(most - most // 2, most - len(newer))])
    return [*reversed(newer[: most - len(older)]), *older], found.count()


def events_of_supplier(*, supplier_id: int, since: datetime) -> QuerySet[Event]:
    """Return what happened to what is theirs, newest first; a batch's line stands for its announced packs."""
    theirs = Event.objects.filter(supplier_id=supplier_id, at__gte=since).order_by("-id")
    return theirs.exclude(event_type="pack.announced")


def settled_before() -> int:
    """Return the number of a transaction before which every transaction has ended.

    Ids and times of events are given before their commit, so neither tells what may still appear; this does.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (number,) = cursor.fetchone()
    return int(number)


def this_transaction() -> int:
    """Return the number of the transaction that is open, which all its events bear."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (number,) = cursor.fetchone()
    return int(number)


LATEST_OF_EACH = """
    SELECT DISTINCT ON (subject_id) subject_id, event_type, transaction_id
    FROM (
        SELECT subject_id, event_type, transaction_id, id,
               lead(event_type) OVER (PARTITION BY subject_id ORDER BY id) AS next
        FROM audit_event
        WHERE transaction_id >= %(since)s AND transaction_id < %(seen)s
          AND subject_type = %(subject_type)s AND event_type = ANY(%(codes)s)) spanned
    WHERE event_type <> %(undo)s AND next IS DISTINCT FROM %(undo)s
    ORDER BY subject_id, id DESC
"""
"""SQL of the newest event of each subject in a span of transactions, to be joined by sets of it.

An event of the type ``undo`` takes back the one of ``codes`` before it, and neither counts.
"""


def first_younger_than(*, at: datetime, codes: Sequence[str]) -> int | None:
    """Return the lowest transaction number of events of ``codes`` after ``at``, None when there are none."""
    found = Event.objects.filter(at__gt=at, event_type__in=codes)
    return found.aggregate(first=Min("transaction_id"))["first"]


def events_about(*, subjects: Mapping[str, Sequence[int]]) -> QuerySet[Event]:
    """Return the events about rows of several tables: ``subjects`` maps a subject type to its keys."""
    of_any = [Q(subject_type=name, subject_id__in=keys) for name, keys in subjects.items() if keys]
    return Event.objects.filter(reduce(or_, of_any)) if of_any else Event.objects.none()
