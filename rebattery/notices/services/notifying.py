"""Write a notice and its deliveries in the transaction of what it is about; nothing is sent here."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import connection, transaction

from rebattery.jobs import Job, enqueue
from rebattery.notices.domain.topics import Topic


@dataclass(frozen=True, kw_only=True)
class News:
    """One thing to tell one supplier, in words that name nobody of ours."""

    topic: Topic
    supplier_id: int
    subject_type: str
    subject_id: int
    subject_label: str
    title: str
    """One line: the subject of the mail."""
    text: str
    path: str
    """Page of the thing, starting with a slash."""
    dedupe: str
    """Key under which this is told once, such as ``batch_closed:12``."""


@transaction.atomic
def notify(*, news: Sequence[News], at: datetime) -> list[int]:
    """Tell suppliers each of ``news``: one delivery per person and webhook that wants the topic.

    Call it in the transaction of the change itself. What has the same ``dedupe`` as an earlier notice
    is not told again. Returns the keys of the notices that are new.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NOTICES, {"news": json.dumps([_row(item) for item in news]), "at": at})
        made = [notice_id for (notice_id,) in cursor.fetchall()]
        if made:
            cursor.execute(_DELIVERIES, {"made": made})
    if made:
        enqueue(Job.DELIVER_NOTICES)
    return made


def _row(item: News) -> dict[str, object]:
    # A file's name may hold anything; the subject of a mail is one line.
    return asdict(item) | {"title": _line(item.title), "subject_label": _line(item.subject_label)}


def _line(text: str) -> str:
    clean = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return clean if len(clean) <= 300 else f"{clean[:299]}…"


_NOTICES = """
    INSERT INTO notices_notice (supplier_id, topic, subject_type, subject_id, subject_label, title, text,
                                path, dedupe, created_at)
    SELECT supplier_id, topic, subject_type, subject_id, subject_label, title, text, path, dedupe, %(at)s
    FROM jsonb_to_recordset(%(news)s::jsonb)
         AS n (supplier_id bigint, topic text, subject_type text, subject_id bigint, subject_label text,
               title text, text text, path text, dedupe text)
    ORDER BY dedupe
    ON CONFLICT (dedupe) DO NOTHING RETURNING id
"""
_DELIVERIES = """
    INSERT INTO notices_delivery (notice_id, channel, person_id, endpoint_id, address, state, attempts,
                                  next_attempt_at, last_error)
    SELECT n.id, 'mail', u.id, NULL, u.email, 'waiting', 0, statement_timestamp(), ''
    FROM notices_notice n
    JOIN accounts_user u ON u.supplier_id = n.supplier_id AND u.is_active
    LEFT JOIN notices_preference p ON p.person_id = u.id
    WHERE n.id = ANY(%(made)s) AND NOT coalesce(jsonb_exists(p.muted, n.topic), false)
    UNION ALL
    SELECT n.id, 'webhook', NULL, e.id, split_part(e.url, '?', 1), 'waiting', 0, statement_timestamp(), ''
    FROM notices_notice n
    JOIN notices_endpoint e ON e.supplier_id = n.supplier_id AND e.is_active
    WHERE n.id = ANY(%(made)s) AND jsonb_exists(e.topics, n.topic)
    ORDER BY 1, 3, 4
"""
