"""The demo's year: an audit has the grades of one supplier's packs confirmed."""

from datetime import datetime, timedelta

from grading.management.demo.fleet import SOURCES
from grading.management.demo.timeline import Year
from grading.models import GradingRun
from grading.queries.packs import graded
from grading.queries.policies import policy_in_force
from grading.queries.regrading import newest_decision_id, regradable
from grading.services import regrading
from intake.models import Pack

_DAY = timedelta(days=1)
_REASON, _WORDS = "audit", "The insurer's audit asks to confirm every B of this supplier."


def plan(year: Year) -> None:
    """Let a reviewer have packs graded again, and the worker carry it out, a month and a half ago."""
    year.later(year.ends_at - 45 * _DAY - timedelta(hours=10), _order)


def _order(year: Year, at: datetime) -> None:
    code = SOURCES[0].code
    packs = graded(Pack.objects.filter(supplier__code=code), "B")
    seen = newest_decision_id()
    run = regrading.order(
        packs=regradable(packs=packs, seen=seen, at=at),
        title=f"Grade: B, Supplier code: {code}",
        policy_id=policy_in_force(at=at).pk,
        seen=seen,
        reason_code=_REASON,
        reason=_WORDS,
        actor=year.who("reviewer"),
        at=at,
    )
    year.later(at + timedelta(seconds=20), _carry_out, run)


def _carry_out(year: Year, at: datetime, run: GradingRun) -> None:
    regrading.run(grading_run_id=run.pk, actor=year.task("Grading"), now=lambda: at)
