"""Whatever people do with orders: a pack is in one at a time, and is what its papers say."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from grading.services import dispositions
from intake.domain.dispositions import OrderKind
from intake.models import DispositionOrder, DispositionPack, Pack
from rebattery.errors import RuleViolation
from tests.evidence import publish_seed
from tests.factories import balance, make_actor, make_supplier
from tests.grading.sending_off import ORDERED_AT, Consignment, make_code, make_operator, make_rejected

STEPS = 40


class Office:
    """Somebody who orders, takes out, cancels and hands over at random."""

    def __init__(self, seed: int):
        self.chance = Random(seed)
        supplier = make_supplier()
        self.packs = make_rejected(3, supplier=supplier) + make_rejected(
            2, supplier=supplier, received_as="waste"
        )
        self.operator, self.code = make_operator(), make_code()
        self.at, self.done, self.refused = ORDERED_AT, Counter(), 0

    def act(self) -> None:
        self.at += timedelta(minutes=1)
        step = self.chance.choice([self.order, self.order, self.release, self.cancel, self.hand_over])
        try:
            step()
        except RuleViolation:
            self.refused += 1
        else:
            self.done[step.__name__] += 1

    @property
    def who(self):
        return {"actor": make_actor(), "at": self.at}

    def order(self) -> None:
        chosen = self.chance.sample(self.packs, self.chance.randint(1, 3))
        kind = self.chance.choice(list(OrderKind))
        consignment = Consignment(
            kind=kind,
            address="Ramp",
            operator_id=self.operator.pk if kind is OrderKind.RECYCLING else None,
            waste_code_id=self.code.pk,
        )
        dispositions.order(
            pack_ids=[pack.pk for pack in chosen], consignment=consignment, reason="x", **self.who
        )

    def release(self) -> None:
        chosen = self.chance.sample([pack.pk for pack in self.packs], self.chance.randint(1, 2))
        dispositions.release(**self.some_order(), pack_ids=chosen, reason="x", **self.who)

    def cancel(self) -> None:
        dispositions.cancel(**self.some_order(), reason="x", **self.who)

    def hand_over(self) -> None:
        some = self.some_order()
        lines = DispositionPack.objects.filter(order_id=some["order_id"], state="ordered")
        ticked = list(lines.values_list("pack_id", flat=True))
        if len(self.packs) - len(ticked) < 3 and self.chance.random() < 0.8:
            ticked = ticked[1:]  # a pack forgotten, so that the story does not end at once
        dispositions.hand_over(**some, ticked=ticked, document_number="D", **self.who)

    def some_order(self) -> dict[str, int]:
        orders = list(DispositionOrder.objects.order_by("pk"))
        if not orders:
            raise RuleViolation("There is none.")
        order = self.chance.choice(orders)
        return {"order_id": order.pk, "version": order.version - self.chance.choice([0, 0, 0, 1])}


def assert_sound() -> None:
    kept = DispositionPack.objects.exclude(state="released").select_related("order", "pack")
    assert max(Counter(kept.values_list("pack_id", flat=True)).values(), default=0) <= 1
    of_pack = {line.pack_id: line for line in kept}
    for pack in Pack.objects.all():
        line = of_pack.get(pack.pk)
        is_gone = line is not None and line.state == "handed_over"
        is_recycled = line is not None and line.order.kind == OrderKind.RECYCLING
        assert (pack.status != "rejected") == is_gone
        assert (pack.legal_status == "waste") == (pack.received_as == "waste" or is_recycled)
    for order in DispositionOrder.objects.all():
        states = set(order.lines.values_list("state", flat=True))
        assert ("ordered" in states) == order.is_open
        assert order.pack_count == order.lines.exclude(state="released").count()


@pytest.mark.parametrize("seed", range(4))
def test_a_pack_is_in_one_order_and_is_what_its_papers_say(db, seed):
    publish_seed()
    office = Office(seed)

    for _ in range(STEPS):
        office.act()
        assert_sound()

    balance()
    assert office.done["order"] and office.refused
