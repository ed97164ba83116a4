"""What may become of packs that nobody will use: back to the supplier, or to recycling."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from intake.domain.chemistry import Chemistry
from intake.domain.lifecycle import TRANSITIONS, Move, Status

MOST_PACKS = 500
"""Packs of one order: what a truck takes, and what a person can still tick off."""
SETTLES_AFTER = timedelta(seconds=60)
"""So long a reviewer can take a step back, and it may still be committing: until then nothing leaves, and no
supplier is told."""
ANSWER = "dispute"
"""Coded reason of a step that answers a dispute: its supplier was told with it, so that it stands at once."""


class LegalStatus(StrEnum):
    """What a pack is in law; why there are two words and not five stands in docs/decisions/0011."""

    PRODUCT = "product"
    WASTE = "waste"


class OrderKind(StrEnum):
    """Where the packs of an order go."""

    RETURN = "return"
    RECYCLING = "recycling"


class OrderState(StrEnum):
    """How far an order has come."""

    ORDERED = "ordered"
    HANDED_OVER = "handed_over"
    CANCELLED = "cancelled"


class PackState(StrEnum):
    """How far an order has come for one pack."""

    ORDERED = "ordered"
    HANDED_OVER = "handed_over"
    RELEASED = "released"


KIND_WORDS = {OrderKind.RETURN: "Return to the supplier", OrderKind.RECYCLING: "Recycling"}
PREFIXES = {OrderKind.RETURN: "RT", OrderKind.RECYCLING: "RC"}
MOVES = {OrderKind.RETURN: Move.HAND_BACK, OrderKind.RECYCLING: Move.RECYCLE}
_SOURCES = {kind: TRANSITIONS[move].sources for kind, move in MOVES.items()}
ORDERABLE = frozenset().union(*_SOURCES.values())
"""States of packs that some order can take."""


def is_settled(*, since: datetime, at: datetime) -> bool:
    """Return whether what happened at ``since`` cannot be taken back any more."""
    return at >= since + SETTLES_AFTER


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What an order asks of one pack."""

    status: Status
    is_settled: bool
    has_open_review: bool = False
    is_own_work: bool = False
    """The person who orders inspected or measured it, and no reviewer has looked at it."""
    has_open_dispute: bool = False
    other_order: str = ""
    """Number of the order that has the pack already."""
    hazards: tuple[str, ...] = ()


def obstacle(kind: OrderKind, pack: Standing) -> str:
    """Return why a pack cannot be ordered away, as the end of a sentence; empty when it can."""
    if pack.other_order:
        return f"is in order {pack.other_order} already"
    if pack.status not in _SOURCES[kind]:
        if pack.status is Status.QUARANTINED:
            return "is in quarantine and does not go back: only to recycling"
        return f"is {pack.status.value.replace('_', ' ')} and not rejected"
    if pack.has_open_dispute:
        return "is disputed: answer its supplier first"
    if pack.has_open_review and pack.status is not Status.QUARANTINED:
        return "waits for a reviewer"
    if pack.is_own_work:
        return "was inspected or measured by you: another person orders it away"
    if not pack.is_settled:
        return "was decided on just now: wait until that cannot be taken back"
    if pack.status is Status.QUARANTINED and not pack.hazards:
        return "is in quarantine and no hazard is on record: inspect it first"
    return ""


def legal_status_after(kind: OrderKind, now: LegalStatus) -> LegalStatus:
    """Return what an order makes of a pack: who discards makes waste, who gives back leaves it as it is."""
    return LegalStatus.WASTE if kind is OrderKind.RECYCLING else now


def code_applies(*, applies_from: date | None, applies_until: date | None, on: date) -> bool:
    """Return whether a waste code applies on a day; both ends belong to its time."""
    return (applies_from is None or applies_from <= on) and (applies_until is None or on <= applies_until)


@dataclass(frozen=True)
class TransportClass:
    """How a pack travels on the road. Source of each part: DOMAIN 2.5."""

    code: str
    label: str
    rule: str
    packing: str
    """Not confirmed: from memory, the safety adviser decides."""
    marking: str = ""
    is_damaged: bool = False


_CLASSES = (
    TransportClass("normal", "Lithium-ion batteries", "UN 3480, class 9", "P903 or LP903"),
    TransportClass(
        "waste_disposal",
        "Lithium batteries for disposal or recycling",
        "Special provision 377",
        "P909",
        "LITHIUM BATTERIES FOR DISPOSAL / RECYCLING",
    ),
    TransportClass(
        "damaged_defective",
        "Damaged or defective",
        "Special provision 376, not by air",
        "P908 or LP904",
        "DAMAGED/DEFECTIVE LITHIUM ION BATTERIES",
        True,
    ),
    TransportClass(
        "critical",
        "Damaged and liable to react dangerously",
        "Special provision 376, not by air",
        "P911 or LP906, or as the authority approves",
        "DAMAGED/DEFECTIVE LITHIUM ION BATTERIES",
        True,
    ),
    TransportClass("sodium_ion", "Sodium-ion batteries", "UN 3551 or UN 3552", "as the safety adviser says"),
    TransportClass(
        "sodium_ion_damaged",
        "Sodium-ion batteries, damaged or defective",
        "UN 3551 or UN 3552, special provision 376",
        "as the safety adviser says",
        is_damaged=True,
    ),
    TransportClass(
        "other", "Neither lithium nor sodium, or unknown", "as the safety adviser says", "as well"
    ),
    TransportClass(
        "other_damaged",
        "Neither lithium nor sodium, or unknown; damaged",
        "as the safety adviser says",
        "as well",
        is_damaged=True,
    ),
)
TRANSPORT = {row.code: row for row in _CLASSES}
_NO_LITHIUM = (Chemistry.NIMH, Chemistry.PB, Chemistry.NICD, Chemistry.UNKNOWN)


def transport_class_of(*, kind: OrderKind, chemistry: Chemistry, safety: str) -> TransportClass:
    """Return how a pack travels.

    :param safety: worst finding of its inspection, or of its supplier's word: ok, damaged or critical.
    """
    is_damaged = safety in ("damaged", "critical")
    if chemistry is Chemistry.NA_ION:
        return TRANSPORT["sodium_ion_damaged" if is_damaged else "sodium_ion"]
    if chemistry in _NO_LITHIUM:
        return TRANSPORT["other_damaged" if is_damaged else "other"]
    if is_damaged:
        return TRANSPORT["critical" if safety == "critical" else "damaged_defective"]
    return TRANSPORT["waste_disposal" if kind is OrderKind.RECYCLING else "normal"]


def declared_safety(ddr_status: str) -> str:
    """Return what a supplier's own word makes of a pack that nobody has inspected."""
    return {"none": "ok", "critical": "critical"}.get(ddr_status, "damaged")


@dataclass(frozen=True)
class ShippedCode:
    """A waste code that comes with ReBattery."""

    code: str
    applies_from: date | None
    applies_until: date | None
    is_confirmed: bool
    note: str


_CHANGE = date(2026, 11, 9)
"""From this day on Delegated Decision (EU) 2025/934 applies."""
_OLD = "Earlier practice, by Member State. From memory: read it in the list that applied."
_NEW = "Added by Delegated Decision (EU) 2025/934. Its words are still to be read in the list."
SHIPPED_CODES = (
    ShippedCode("16 01 21*", None, _CHANGE - timedelta(days=1), False, _OLD),
    ShippedCode("16 06 05", None, _CHANGE - timedelta(days=1), False, _OLD),
    ShippedCode("16 06 06*", None, _CHANGE - timedelta(days=1), False, _OLD),
    ShippedCode("20 01 42*", _CHANGE, None, True, _NEW),
    ShippedCode("20 01 43*", _CHANGE, None, True, _NEW),
)
"""What we know of the list. The new number for lithium batteries of vehicles in sub-chapter 16 06 is not
among it: nobody here has read it yet, and an administrator adds it."""
