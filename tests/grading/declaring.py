"""Instruments that measured packs and are then declared bad."""

from datetime import datetime, timedelta
from typing import Any

from grading.models import Instrument, InstrumentDeclaration
from grading.queries.declarations import declarations
from grading.services import decisions
from grading.services.declarations import approve_declaration, propose_declaration
from intake.models import Pack
from rebattery.accounts.models import User
from rebattery.actor import SYSTEM
from tests.evidence import GRADED_AT, TESTED_AT, add_capacity, add_resistance, finish_again, make_inspected
from tests.factories import make_actor, make_instrument, make_person

SINCE = TESTED_AT - timedelta(hours=1)
PROPOSED_AT = GRADED_AT + timedelta(hours=1)
APPROVED_AT = GRADED_AT + timedelta(hours=2)
WHY = "The shunt reads 3 % low"


def make_measured(
    count: int = 1,
    *,
    with_: Instrument,
    other: Instrument | None = None,
    soh: str = "74",
    by: User | None = None,
    is_graded: bool = True,
    test: dict[str, Any] | None = None,
    **pack: Any,
) -> list[Pack]:
    """Make packs whose capacity ``with_`` measured and whose resistance ``other`` measured, graded or not."""
    packs = make_inspected(count, **{"chemistry": "LFP"} | pack)
    add_capacity(packs, soh, by=by, instrument=with_, **test or {})
    add_resistance(packs, "1.2", instrument=other or make_instrument(kind=Instrument.Kind.IR_TESTER))
    finish_again(packs)
    if is_graded:
        decisions.grade(pack_ids=[pack.pk for pack in packs], actor=SYSTEM, at=GRADED_AT)
    return list(Pack.objects.filter(pk__in=[pack.pk for pack in packs]).order_by("pk"))


def propose(instrument: Instrument, *, by: User | None = None, **fields: Any) -> InstrumentDeclaration:
    values = {"channel_id": None, "since_at": SINCE, "reason": WHY, "at": PROPOSED_AT}
    made = propose_declaration(
        instrument_id=instrument.pk,
        actor=make_actor(by or make_person("warehouse", name="Otto")),
        **values | fields,
    )
    return declarations().get(pk=made.pk)


def approve(
    declaration: InstrumentDeclaration, *, by: User | None = None, at: datetime = APPROVED_AT, **more: Any
) -> InstrumentDeclaration:
    actor = make_actor(by or make_person("reviewer", name="Rita"))
    approve_declaration(declaration_id=declaration.pk, actor=actor, at=at, **more)
    return declarations().get(pk=declaration.pk)
