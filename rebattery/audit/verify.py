"""Check the trail against the tables it tells about, and its guards against what they should be."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

TRIGGERS = ("audit_insert", "audit_update", "audit_delete", "audit_no_truncate")
TRAIL_TRIGGERS = {
    "audit_event": ("audit_note_events", "audit_no_change", "audit_no_truncate"),
    "audit_ledger": ("audit_balance",),
}
FORBIDDEN_RIGHTS = ("UPDATE", "DELETE", "TRUNCATE")


def verify() -> Iterator[str]:
    """Yield one sentence for each gap found; nothing when the trail holds.

    Checks that every guard stands, that the application's role cannot change the trail, that every
    row of a guarded table was announced by an event, that no event tells of a row that is not there,
    and that each row still holds what its last event says. Memory does not grow with the trail.
    """
    yield from _missing_guards()
    yield from _excess_rights()
    for table, subject_type in guarded_tables():
        yield from _rows_without_event(table, subject_type)
        yield from _events_without_row(table, subject_type)
        yield from _rows_that_differ(table, subject_type)


def guarded_tables() -> list[tuple[str, str]]:
    """Return table name and subject type of every guarded table."""
    return [
        (str(t), str(s)) for t, s in _rows("SELECT table_name, subject_type FROM audit_guarded ORDER BY 1")
    ]


def event_count() -> int:
    """Return how many events the trail holds."""
    return int(str(next(_rows("SELECT count(*) FROM audit_event"))[0]))


def _missing_guards() -> Iterator[str]:
    wanted = TRAIL_TRIGGERS | {table: TRIGGERS for table, _ in guarded_tables()}
    enabled = set(
        _rows(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE c.relnamespace = 'public'::regnamespace AND t.tgenabled = 'A'"
        )
    )
    for table, names in wanted.items():
        for name in names:
            if (table, name) not in enabled:
                yield f"The guard {name} of {table} is missing or not always on."


def _excess_rights() -> Iterator[str]:
    for right in FORBIDDEN_RIGHTS:
        sql = "SELECT has_table_privilege('rb_app', 'audit_event', %s)"
        if any(held for (held,) in _rows(sql, [right])):
            yield f"The application's role may {right} the trail."


def _rows_without_event(table: str, subject_type: str) -> Iterator[str]:
    sql = (
        f"SELECT t.id FROM {_quoted(table)} t WHERE NOT EXISTS (SELECT FROM audit_event e"
        " WHERE e.subject_type = %s AND e.subject_id = t.id)"
    )
    for (key,) in _rows(sql, [subject_type]):
        yield f"{subject_type} {key} stands in {table}, but no event tells of it."


def _events_without_row(table: str, subject_type: str) -> Iterator[str]:
    sql = (
        "SELECT DISTINCT e.subject_id FROM audit_event e WHERE e.subject_type = %s"
        f" AND NOT EXISTS (SELECT FROM {_quoted(table)} t WHERE t.id = e.subject_id)"
    )
    for (key,) in _rows(sql, [subject_type]):
        yield f"Events tell of {subject_type} {key}, but {table} has no such row."


def _rows_that_differ(table: str, subject_type: str) -> Iterator[str]:
    # The newest event that names a column says what the column must hold now. Numbers compare as
    # numbers and times as times, because the trail keeps both as text.
    sql = f"""
        WITH told AS (
            SELECT DISTINCT ON (e.subject_id, a.key) e.subject_id, a.key, a.value #>> '{{}}' AS told, e.id
            FROM audit_event e, jsonb_each(e.after) a
            WHERE e.subject_type = %s AND a.key <> ALL(%s)
              AND jsonb_typeof(a.value) NOT IN ('object', 'array')
            ORDER BY e.subject_id, a.key, e.id DESC
        )
        SELECT told.subject_id, told.key, told.told, held.held, told.id
        FROM told
        JOIN {_quoted(table)} t ON t.id = told.subject_id
        CROSS JOIN LATERAL (SELECT to_jsonb(t) ->> told.key AS held, to_jsonb(t) ? told.key AS known) held
        WHERE held.known AND held.held IS DISTINCT FROM told.told
          AND NOT coalesce(
              CASE
                  WHEN held.held ~ '^-?[0-9]+(\\.[0-9]+)?$' AND told.told ~ '^-?[0-9]+(\\.[0-9]+)?$'
                      THEN held.held::numeric = told.told::numeric
                  WHEN held.held ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T'
                      AND told.told ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}'
                      THEN held.held::timestamptz = told.told::timestamptz
              END, false)
    """
    for key, column, told, held, event_id in _rows(sql, [subject_type, _silent_columns(table)]):
        yield f"{subject_type} {key}: {column} is {held!r}, but event {event_id} says {told!r}."


def _silent_columns(table: str) -> list[str]:
    """Return the columns that change without an event; an early event may still have told of them."""
    sql = (
        "SELECT encode(tgargs, 'escape') FROM pg_trigger"
        " WHERE tgname = 'audit_update' AND tgrelid = %s::regclass"
    )
    found = next(_rows(sql, [_quoted(table)]), None)  # a missing guard is another finding
    return [column for column in str(found[0]).split("\\000")[1:] if column] if found else []


def _quoted(table: str) -> str:
    return connection.ops.quote_name(table)


def _rows(sql: str, params: list[Any] | None = None) -> Iterator[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or [])
        while chunk := cursor.fetchmany(2_000):
            yield from chunk
