"""The delivery note of an order, as a paper that goes along."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from grading.queries.dispositions import Line, lines_of, orders
from intake.models import DispositionOrder
from rebattery.accounts.guards import requires
from rebattery.accounts.roles import Capability
from rebattery.ui.pdf import pdf_response, typeset
from rebattery.ui.templatetags.words import NOTHING, utc

REMARKS = (
    "The transport classes follow from inspection and chemistry. Packing instructions are not confirmed: the"
    " dangerous goods safety adviser decides.",
)
SIGNATURES = ("Handed over: date, name, signature", "Taken over: date, name, signature")


@require_safe
@requires(Capability.VIEW_INTERNAL)
def disposition_note(request: HttpRequest, order_id: int) -> HttpResponse:
    order = get_object_or_404(orders(), pk=order_id)
    kept = [line for line in lines_of(order=order) if line.row.state != "released"]
    document = {
        "title": f"Delivery note {order.number}",
        "issuer": "ReBattery",
        "footer": f"Delivery note {order.number}",
        "facts": _facts(order),
        "packs": [_row(line) for line in kept],
        "remarks": [*filter(None, [order.transport_remark]), *REMARKS],
        "signatures": SIGNATURES,
    }
    at = order.ended_at or order.ordered_at
    content = typeset(sheet="delivery_note", document=document, at=at, pictures=settings.FILES_ROOT)
    return pdf_response(name=order.number, content=content)


def _facts(order: DispositionOrder) -> list[list[str]]:
    to = order.consignee
    facts = [
        ["What", order.get_kind_display()],
        ["State", order.get_state_display()],
        ["To", f"{to['name']} ({to['country']})" if to.get("country") else to["name"]],
        ["Address", to["address"]],
        ["Ordered", utc(order.ordered_at)],
        ["Packs", str(order.pack_count)],
    ]
    if order.operator_id:
        facts.insert(4, ["Permit", f"{to['permit_number']}, valid until {to['permit_valid_until']}"])
    if order.waste_code:
        facts.append(["Waste code", str(order.waste_code)])
    if order.document_number:
        facts.append(["Paper", order.document_number])
    return facts


def _row(line: Line) -> list[str]:
    pack, travels = line.row.pack, line.transport
    return [
        pack.serial,
        "; ".join(line.row.hazards) or NOTHING,
        pack.chemistry,
        f"{travels.label}. {travels.rule}",
        travels.packing,
        travels.marking or NOTHING,
    ]
