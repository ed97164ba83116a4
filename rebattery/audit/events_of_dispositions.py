"""Auditable events of packs that leave the house: orders, operators, waste codes."""

from rebattery.audit.event_type import EventType

OF_DISPOSITIONS = (
    EventType("waste_operator.created", "waste_operator", "{actor} added the waste operator {subject}."),
    EventType(
        "waste_operator.changed",
        "waste_operator",
        "{actor} changed the waste operator {subject}: {reason}",
        needs_reason=True,
    ),
    EventType("waste_code.created", "waste_code", "{actor} added the waste code {subject}."),
    EventType(
        "waste_code.changed",
        "waste_code",
        "{actor} changed the waste code {subject}: {reason}",
        needs_reason=True,
    ),
    EventType(
        "disposition.ordered",
        "disposition",
        "{actor} ordered {packs:pack} away to {consignee} by {subject}: {reason}",
        needs_reason=True,
    ),
    EventType(
        "disposition.handed_over",
        "disposition",
        "{actor} handed {packs:pack} of {subject} over to {consignee}, document {document}.",
    ),
    EventType(
        "disposition.released",
        "disposition",
        "{actor} took {packs:pack} out of {subject}: {reason}",
        needs_reason=True,
    ),
    EventType(
        "disposition.cancelled", "disposition", "{actor} cancelled {subject}: {reason}", needs_reason=True
    ),
    EventType("disposition_pack.added", "disposition_pack", "{subject} came into {order}."),
    EventType("disposition_pack.handed_over", "disposition_pack", "{subject} left by {order}."),
    EventType("disposition_pack.released", "disposition_pack", "{subject} was taken out of {order}."),
    EventType("review.overtaken", "review", "The review was closed: the pack went to recycling by {order}."),
    EventType(
        "pack.return_ordered",
        "pack",
        "{actor} ordered the pack back to its supplier by {order}.",
        "It is to go back to you by order {order}.",
    ),
    EventType(
        "pack.recycling_ordered",
        "pack",
        "{actor} ordered the pack to recycling by {order}; it is waste, code {waste_code}.",
        "It is to be recycled by order {order}; it is waste from now on, code {waste_code}.",
    ),
    EventType(
        "pack.order_withdrawn",
        "pack",
        "{actor} took the pack out of {order}: {reason}",
        "Order {order} does not count for it any more.",
        needs_reason=True,
    ),
    EventType(
        "pack.returned",
        "pack",
        "{actor} handed the pack over to go back to its supplier: {order}, document {document}.",
        "On its way back to you: order {order}, document {document}.",
    ),
    EventType(
        "pack.recycled",
        "pack",
        "{actor} handed the pack over to recycling: {order}, document {document}.",
        "Sent to recycling: order {order}, document {document}.",
    ),
)
