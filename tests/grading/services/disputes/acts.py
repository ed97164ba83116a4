"""Disputing and answering, in one line each."""

from datetime import datetime
from typing import Any

from grading.models import Decision, Dispute
from grading.services.disputes import answer_dispute, open_dispute
from intake.models import Pack
from rebattery.accounts.models import User
from rebattery.accounts.roles import Role
from tests.factories import make_actor, make_person
from tests.grading.cast import LATER


def decision_of(pack: Pack) -> Decision:
    return Decision.objects.get(pack=pack, superseded_by__isnull=True)


def owner_of(pack: Pack) -> User:
    return make_person(Role.SUPPLIER, supplier=pack.supplier)


def dispute(
    pack: Pack,
    comment: str = "Our own test says 84 %.",
    *,
    decision_id: int | None = None,
    actor: Any = None,
    uploads: Any = (),
    at: datetime = LATER,
) -> Dispute:
    return open_dispute(
        pack_id=pack.pk,
        decision_id=decision_of(pack).pk if decision_id is None else decision_id,
        comment=comment,
        uploads=uploads,
        actor=actor or make_actor(owner_of(pack)),
        at=at,
    )


def answer(
    found: Dispute, actor: Any, *, outcome: str = "upheld", text: str = "We measure again."
) -> Dispute:
    return answer_dispute(dispute_id=found.pk, outcome=outcome, text=text, actor=actor, at=LATER)
