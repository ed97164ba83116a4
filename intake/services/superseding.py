"""Rows that take the place of others: the old one points to its successor before that may be inserted."""

from collections.abc import Mapping

from django.db import connection, models


def new_keys(*, model: type[models.Model], count: int) -> list[int]:
    """Reserve ``count`` keys for rows that are not inserted yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            # The name of the sequence is looked up once, not for every key.
            "SELECT nextval(s.name) FROM generate_series(1, %s),"
            " (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) s",
            [count, model._meta.db_table],
        )
        return [key for (key,) in cursor.fetchall()]


def point_to_successors(*, model: type[models.Model], successors: Mapping[int, int]) -> None:
    """Let rows point to those that take their place; one query for any number.

    :param successors: key of each old row to the key of the new one.
    """
    if not successors:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {model._meta.db_table} SET superseded_by_id = r.new"  # noqa: S608 (a table of ours)
            " FROM unnest(%s::bigint[], %s::bigint[]) AS r(old, new) WHERE id = r.old",
            [list(successors), list(successors.values())],
        )
