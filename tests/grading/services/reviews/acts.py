"""What the review tests do to a case."""

from grading.models import ReviewCase
from grading.services.reviews import (
    Scope,
    look,
    override_approve,
    override_decline,
    override_request,
)
from grading.services.reviews.cases import Justification
from intake.models import Pack
from rebattery.accounts.models import User
from tests.evidence import (
    GRADED_AT,
)

ANY_USE = Scope(code="any_use")
WHY = Justification(code="policy_right", text="Seen the pack")


def seen(cases):
    return {case.pk: case.version for case in cases}


def status_of(case):
    return Pack.objects.get(pk=case.pack_id).status


def fresh(case):
    return ReviewCase.objects.get(pk=case.pk)


def ask(case, actor, to="C", scope=ANY_USE, at=GRADED_AT):
    return override_request(
        case_id=case.pk, version=case.version, grade=to, why=WHY, scope=scope, actor=actor, at=at
    )


def approve(case, actor, at=GRADED_AT):
    return override_approve(case_id=case.pk, version=case.version, why=WHY, actor=actor, at=at)


def decline(case, actor):
    return override_decline(case_id=case.pk, version=case.version, why=WHY, actor=actor, at=GRADED_AT)


def open_all(cases, actor):
    """Let the person open each of the reviews."""
    person = User.objects.get(pk=actor.person_id)
    for case in cases:
        look(case=case, person=person, at=GRADED_AT)
