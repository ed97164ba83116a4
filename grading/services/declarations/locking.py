"""The two locks by which recording a result and declaring its instrument bad keep out of each other's way."""

from collections.abc import Iterable

from django.db import connection


def hold_instruments(*, instrument_ids: Iterable[int]) -> None:
    """Keep the instruments from being declared bad until the transaction ends; many may hold at once.

    To be called behind the locks of the packs and before what speaks against the instruments is read: an
    approval under way is waited for, and then seen.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM grading_instrument WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE",
            [sorted(instrument_ids)],
        )


def freeze_instrument(*, instrument_id: int) -> None:
    """Wait for all that is being recorded with the instrument, and let nothing more be until the end.

    Packs are locked before it, never after: a recorder holds its packs while it waits here.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM grading_instrument WHERE id = %s FOR UPDATE", [instrument_id])
