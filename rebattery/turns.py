"""Let one transaction at a time do what must not be done twice at once."""

from django.db import connection


def await_turn(name: str) -> None:
    """Wait until no other transaction does what ``name`` says; others then wait for the end of this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"rebattery {name}"])
