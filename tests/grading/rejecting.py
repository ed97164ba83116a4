"""Packs that a decision rejects, and one that two people saved."""

from datetime import timedelta
from typing import Any

from grading.models import ReviewCase
from grading.services import decisions, reviews
from intake.models import Pack
from intake.services import inspections
from rebattery.actor import SYSTEM
from tests.evidence import GRADED_AT, make_tested
from tests.factories import make_actor, make_person
from tests.grading import cast


def reject(days: int = 0, **evidence: Any) -> Pack:
    """Make a pack that the policy rejects, by default NMC with an SOH not above 80 %."""
    [pack] = make_tested(**{"chemistry": "NMC", "soh": "78"} | evidence)
    return _graded(pack, days)


def found(*codes: str, days: int = 0) -> Pack:
    """Make a pack in quarantine with these hazards, graded."""
    pack = cast.received()
    inspections.report_hazard(
        pack_ids=[pack.pk], codes=codes, note="", actor=make_actor(cast.staff()), at=GRADED_AT
    )
    return _graded(pack, days)


def overridden(pack: Pack, grade: str = "C") -> Pack:
    """Let two people set another grade against the reject of ``pack``."""
    case = ReviewCase.objects.get(pack=pack, state="open")
    cast._ask(case)
    case.refresh_from_db()
    second = make_actor(make_person("reviewer"))
    reviews.override_approve(case_id=case.pk, version=case.version, why=cast.WHY, actor=second, at=cast.LATER)
    return pack


def _graded(pack: Pack, days: int) -> Pack:
    decisions.grade(pack_ids=[pack.pk], actor=SYSTEM, at=GRADED_AT + timedelta(days=days))
    return pack
