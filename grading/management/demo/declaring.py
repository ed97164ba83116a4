"""Instruments of the demo that were declared bad, with what followed."""

from datetime import datetime, timedelta
from decimal import Decimal

from grading.management.demo import measuring, watching
from grading.management.demo.timeline import Year
from grading.models import DeclaredPack, InstrumentDeclaration
from grading.services.declarations import (
    approve_declaration,
    propose_declaration,
    refuse_declaration,
    withdraw_declaration,
)

_DAY = timedelta(days=1)
_TOUCHED = 9 * _DAY
SHUNT_SLIPPED = "Its shunt was found loose: currents of the last days cannot be trusted."
LEAD_WORN = "A lead was worn through; four wires were three."
ITEMS = {"CYC-2": "REF-PACK", "IRT-2": "REF-R"}


def plan(year: Year) -> None:
    """Let two instruments be declared bad, and two proposals come to nothing."""
    evening = year.ends_at - timedelta(hours=3)
    year.later(evening - 52 * _DAY, declare_bad, "CYC-2", SHUNT_SLIPPED)
    year.later(evening - 36 * _DAY, declare_bad, "IRT-2", LEAD_WORN)
    year.later(evening - 25 * _DAY, propose_in_vain)


def declare_bad(year: Year, at: datetime, code: str, reason: str) -> None:
    """Declare an instrument bad with the consent of a reviewer, bring it back, and measure again."""
    proposed = _propose(year, at, code, reason)
    year.later(at + timedelta(minutes=30), approve, proposed.pk)
    for place, who in enumerate(("warehouse2", "reviewer")):
        year.later(at + timedelta(hours=9, minutes=20 * place), bring_back, code, who)
    year.later(at + timedelta(hours=15), measure_again, proposed.pk)


def approve(year: Year, at: datetime, declaration_id: int) -> None:
    """Let a reviewer agree; all that follows happens with it."""
    approve_declaration(declaration_id=declaration_id, actor=year.who("reviewer2"), at=at)


def bring_back(year: Year, at: datetime, code: str, who: str) -> None:
    """Let the mended instrument pass a check, by one of the two people whom that takes."""
    watching.check(year, code, ITEMS[code], Decimal("0.02"), at, who)


def measure_again(year: Year, at: datetime, declaration_id: int) -> None:
    """Measure with other instruments what was sent back."""
    packs = DeclaredPack.objects.filter(declaration_id=declaration_id).values_list("pack_id", flat=True)
    measuring.measure_elsewhere(year, at, list(packs))


def propose_in_vain(year: Year, at: datetime) -> None:
    """Have one proposal refused and another withdrawn."""
    refused = _propose(year, at, "CYC-1", "It reads lower than CYC-2.")
    refuse_declaration(
        declaration_id=refused.pk,
        reason="Both passed their checks; the packs differ.",
        actor=year.who("reviewer"),
        at=at,
    )
    withdrawn = _propose(year, at, "IRT-1", "Its display flickers.")
    withdraw_declaration(
        declaration_id=withdrawn.pk,
        reason="The display's cable was loose; the values are sound.",
        actor=year.who("warehouse2"),
        at=at,
    )


def _propose(year: Year, at: datetime, code: str, reason: str) -> InstrumentDeclaration:
    return propose_declaration(
        instrument_id=year.instruments[code],
        channel_id=None,
        since_at=at - _TOUCHED,
        reason=reason,
        actor=year.who("warehouse2"),
        at=at,
    )
