"""Rows that read otherwise to some people."""

from typing import Any, TypeVar

from django.db.models import QuerySet

Rows = TypeVar("Rows", bound=QuerySet[Any])


def read_as(rows: Rows, **columns: Any) -> Rows:
    """Let ``columns`` of the rows be what these expressions say: on the rows, in filters, orders and counts.

    Django refuses to annotate under the name of a column. What reads a row need not know that it differs from
    what is stored, and cannot forget it: so the query is told directly. The rows are to be read, not saved.
    """
    found = rows.all()
    for name, expression in columns.items():
        found.query.add_annotation(expression, name)
    return found
