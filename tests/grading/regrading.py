"""Packs that stand graded, and orders to grade them again."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from grading.domain.columnar.thresholds import with_thresholds
from grading.domain.policy import seed_document
from grading.models import GradingRun, PolicyVersion
from grading.queries.policies import in_force_or_none
from grading.queries.regrading import newest_decision_id
from grading.services import decisions, regrading
from grading.services.policies import publish
from intake.domain.lifecycle import Move
from intake.models import Pack
from intake.services.lifecycle import move_packs
from rebattery.accounts.models import User
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from tests.evidence import GRADED_AT, make_tested
from tests.factories import make_actor, make_person

ORDERED_AT = GRADED_AT + timedelta(hours=1)
REGRADED_AT = ORDERED_AT + timedelta(minutes=1)
STRICTER_AT = GRADED_AT + timedelta(minutes=30)


def make_graded(count: int = 1, **evidence: Any) -> list[Pack]:
    """Make packs with a decision, by default LFP packs that are graded B."""
    packs = make_tested(count, **evidence)
    decisions.grade(pack_ids=[pack.pk for pack in packs], actor=SYSTEM, at=GRADED_AT)
    return list(choose(packs).order_by("pk"))


def publish_stricter() -> PolicyVersion:
    """Publish a policy by which a SOH of 74 % is a C instead of a B."""
    document = with_thresholds(seed_document(), {"soh-LFP-60": Decimal(75)}) | {"version": 2}
    return publish(document=document, actor=SYSTEM, at=STRICTER_AT)


def choose(packs: Sequence[Pack]) -> QuerySet[Pack]:
    return Pack.objects.filter(pk__in=[pack.pk for pack in packs])


def order(chosen: Sequence[Pack], *, by: User | None = None, **changes: Any) -> GradingRun:
    """Order the packs to be graded again by the policy in force, as a reviewer would."""
    at = changes.get("at", ORDERED_AT)
    version = in_force_or_none(at=at)
    values: dict[str, Any] = {
        "packs": choose(chosen),
        "title": "Packs that were ticked",
        "policy_id": version.pk if version else 0,
        "seen": newest_decision_id(),
        "reason_code": "newer_policy",
        "reason": "Version 2 is in force",
        "actor": make_actor(by or make_person(Role.REVIEWER)),
        "at": at,
    }
    return regrading.order(**values | changes)


@transaction.atomic
def decide_since(packs: Sequence[Pack]) -> None:
    """Decide on the packs anew beside an order: it will leave them as they are."""
    ids = [pack.pk for pack in packs]
    facts = {"policy": "the policy in force"}
    move_packs(pack_ids=ids, move=Move.REGRADE, actor=SYSTEM, at=ORDERED_AT, reason="Mended", facts=facts)
    decisions.grade(pack_ids=ids, actor=SYSTEM, at=ORDERED_AT)


def carry_out(run: GradingRun, **options: Any) -> GradingRun:
    regrading.run(grading_run_id=run.pk, actor=SYSTEM, now=lambda: REGRADED_AT, **options)
    run.refresh_from_db()
    return run
