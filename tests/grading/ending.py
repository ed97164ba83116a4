"""Make grades that end, and let them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from grading.models import Decision, PolicyVersion
from grading.services.decisions import expire, grade_waiting
from grading.services.policies import publish
from intake.models import Pack
from rebattery.actor import SYSTEM
from tests.evidence import GRADED_AT, make_tested
from tests.grading.domain.packs import TERMS, changed_document

LAST_DAY = datetime(2027, 11, 20, 23, 59, tzinfo=UTC)
"""The end of the last day of a B by the policy of :func:`publish_terms`."""
DAY_AFTER = datetime(2027, 11, 21, 0, 1, tzinfo=UTC)


def publish_terms() -> PolicyVersion:
    """Publish a policy of which A counts for 6 months, B for 12, and C for ever."""
    document = changed_document(id="ending", grade_validity=TERMS)
    return publish(document=document, actor=SYSTEM, at=GRADED_AT - timedelta(days=1))


def graded(count: int = 1, **evidence: Any) -> list[Pack]:
    """Make packs with a grade: a B unless the evidence says otherwise."""
    packs = make_tested(count, **evidence)
    grade_waiting(actor=SYSTEM, now=lambda: GRADED_AT)
    return packs


def run_out(at: datetime = DAY_AFTER, **options: Any) -> int:
    """Let the grades run out that have ended at ``at``."""
    return expire(actor=SYSTEM, now=lambda: at, **options)


def current(pack: Pack) -> Decision:
    """Return the pack's last decision."""
    return Decision.objects.get(pack=pack, superseded_by=None)
