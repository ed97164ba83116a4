"""The shape of an auditable event and of its sentences."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EventType:
    """One kind of change. The sentences are templates over actor, subject, reason and facts.

    ``{packs:pack}`` counts: "1 pack", "2 packs"; ``{day!d}`` shows a day as pages do: "22 Nov 2026".
    """

    code: str
    subject: str
    """Subject type of the guarded table whose row changed."""
    sentence: str
    supplier_sentence: str = ""
    """What the pack's supplier may read; empty means that this event is internal."""
    needs_reason: bool = False
