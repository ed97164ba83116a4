"""Rejected packs, and what takes them out of the house."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from grading.models import ReviewCase
from grading.services import decisions, dispositions, reviews
from grading.services.dispositions import Consignment
from grading.services.reviews.cases import Justification
from intake.domain.dispositions import OrderKind
from intake.models import DispositionOrder, Pack, WasteCode, WasteOperator
from intake.services import inspections
from intake.services.waste import add_operator, add_waste_code
from rebattery.accounts.models import User
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from tests.evidence import GRADED_AT, make_inspected, make_reviews
from tests.factories import make_actor, make_person

REJECTED_AT = GRADED_AT + timedelta(hours=1)
ORDERED_AT = REJECTED_AT + timedelta(hours=1)
LEFT_AT = ORDERED_AT + timedelta(hours=1)
RIGHT = Justification(code="policy_right", text="Seen.")


def make_rejected(count: int = 1, **pack: Any) -> list[Pack]:
    """Make packs that a policy rejected and a reviewer confirmed; publish the policy before."""
    reviewer = make_actor(make_person(Role.REVIEWER))
    cases = make_reviews(count, **pack)
    for case in cases:
        reviews.confirm(cases={case.pk: case.version}, why=RIGHT, actor=reviewer, at=REJECTED_AT)
    return list(Pack.objects.filter(pk__in=[case.pack_id for case in cases]).order_by("pk"))


def make_quarantined(code: str = "heating", *, by: User | None = None) -> list[Pack]:
    """Make a pack in quarantine that the policy has judged and no reviewer has seen."""
    [pack] = make_inspected()
    inspections.report_hazard(
        pack_ids=[pack.pk], codes=[code], note="", actor=make_actor(by or make_person()), at=GRADED_AT
    )
    decisions.grade(pack_ids=[pack.pk], actor=SYSTEM, at=GRADED_AT)
    return list(Pack.objects.filter(pk=pack.pk))


def make_operator(**values: Any) -> WasteOperator:
    known = {
        "name": "Recycling Works",
        "permit_number": f"P-{WasteOperator.objects.count() + 1}",
        "permit_valid_until": date(2027, 1, 1),
        "country": "DE",
        "address": "Werkstr. 1",
    }
    return add_operator(values=known | values, actor=make_actor(), at=REJECTED_AT)


def make_code(code: str = "16 06 99*", **values: Any) -> WasteCode:
    """Make a code that is no real one: it applies always."""
    return add_waste_code(code=code, values=values, actor=make_actor(), at=REJECTED_AT)


def back(address: str = "Rampe 2, Bremen", **more: Any) -> Consignment:
    return Consignment(kind=OrderKind.RETURN, address=address, **more)


def to_recycling(**more: Any) -> Consignment:
    values = {"operator_id": more.pop("operator_id", None) or make_operator().pk}
    values["waste_code_id"] = more.pop("waste_code_id", None) or make_code().pk
    return Consignment(kind=OrderKind.RECYCLING, **values, **more)


def send_off(
    packs: Sequence[Pack],
    consignment: Consignment | None = None,
    *,
    by: User | None = None,
    at: Any = ORDERED_AT,
) -> DispositionOrder:
    return dispositions.order(
        pack_ids=[pack.pk for pack in packs],
        consignment=consignment or back(),
        reason="Nothing to be done with it",
        actor=make_actor(by or make_person(Role.REVIEWER)),
        at=at,
    )


def hand_over(order: DispositionOrder, *, document: str = "CMR-7", **more: Any) -> DispositionOrder:
    ticked = list(order.lines.filter(state="ordered").values_list("pack_id", flat=True))
    values = {
        "order_id": order.pk,
        "version": order.version,
        "ticked": ticked,
        "document_number": document,
        "actor": make_actor(make_person(Role.WAREHOUSE)),
        "at": LEFT_AT,
    }
    return dispositions.hand_over(**values | more)


def disposition_objects() -> dict[str, int]:
    """Make an order with its operator and its code, for whoever asks for every page."""
    consignment = to_recycling()
    order = send_off(make_rejected(), consignment)
    return {
        "order_id": order.pk,
        "operator_id": order.operator_id or 0,
        "waste_code_id": order.waste_code_id or 0,
    }


def review_of(pack: Pack) -> ReviewCase:
    return ReviewCase.objects.get(pack=pack)
