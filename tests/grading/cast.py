"""One pack in every state that a page must show, with words in it that its supplier must never read."""

from collections.abc import Callable
from datetime import timedelta

from grading.models import ReviewCase
from grading.services import decisions, reviews
from grading.services.reviews.cases import Justification
from intake.domain.lifecycle import Move
from intake.models import Pack
from intake.services import inspections, receiving
from intake.services.lifecycle import move_packs
from rebattery.accounts.models import User
from rebattery.actor import SYSTEM
from tests.evidence import (
    GRADED_AT,
    add_capacity,
    add_resistance,
    finish_again,
    make_inspected,
    make_reviews,
    make_tested,
)
from tests.factories import AT, make_actor, make_pack, make_person

SECRET = "Vertraulich"
"""Stands in every staff name, internal note and reviewer's word."""
WHY = Justification(code="policy_right", text=f"{SECRET}, in the words of the reviewer")
LATER = GRADED_AT + timedelta(hours=1)
STANDING = LATER - timedelta(minutes=1)
"""What a reviewer did then cannot be taken back any more ``LATER``."""


def staff(role: str = "warehouse") -> User:
    return make_person(role, name=f"{SECRET} {role}")


def announced() -> Pack:
    return make_pack()


def declared_damaged() -> Pack:
    return make_pack(ddr_status="damaged", declared={"flood": True})


def received() -> Pack:
    pack = make_pack()
    receiving.receive(batch_id=pack.batch_id, code=pack.serial, nonce=None, actor=make_actor(staff()), at=AT)
    return pack


def missing() -> Pack:
    pack = make_pack()
    receiving.close_batch(batch_id=pack.batch_id, actor=make_actor(staff()), at=AT)
    return pack


def withdrawn() -> Pack:
    pack = make_pack()
    move_packs(pack_ids=[pack.pk], move=Move.WITHDRAW, actor=SYSTEM, at=AT, reason="Sold elsewhere")
    return pack


def inspected() -> Pack:
    return make_inspected(by=staff())[0]


def quarantined() -> Pack:
    pack = received()
    inspections.report_hazard(
        pack_ids=[pack.pk],
        codes=["venting"],
        note=f"{SECRET} note",
        actor=make_actor(staff()),
        at=AT + timedelta(hours=1),
    )
    return pack


def tested() -> Pack:
    return make_tested(by=staff())[0]


def graded() -> Pack:
    pack = make_tested(by=staff())[0]
    decisions.grade(pack_ids=[pack.pk], actor=SYSTEM, at=GRADED_AT)
    return pack


def in_review() -> Pack:
    return make_reviews(soh="15", by=staff())[0].pack


def held() -> Pack:
    return make_reviews(soh=None, by=staff())[0].pack


def rejected() -> Pack:
    [case] = make_reviews(soh="15", by=staff())
    reviews.confirm(cases={case.pk: case.version}, why=WHY, actor=make_actor(staff("reviewer")), at=STANDING)
    return case.pack


def override_requested() -> Pack:
    [case] = make_reviews(soh=None, by=staff())
    _ask(case)
    return case.pack


def overridden() -> Pack:
    """Make a hold that two people turned into a C."""
    [case] = make_reviews(soh=None, by=staff())
    _ask(case)
    case.refresh_from_db()
    reviews.override_approve(
        case_id=case.pk, version=case.version, why=WHY, actor=make_actor(staff("reviewer")), at=STANDING
    )
    return case.pack


def measured_again() -> Pack:
    """Make a reject that a retest turned into a B: every result and decision has a successor."""
    [case] = make_reviews(soh="15", by=staff())
    reviewer = make_actor(staff("reviewer"))
    reviews.order_retest(cases={case.pk: case.version}, why=WHY, actor=reviewer, at=LATER)
    add_capacity([case.pack], "74", by=staff(), note=f"{SECRET} note")
    add_resistance([case.pack], "1.1", by=staff(), note=f"{SECRET} note")
    finish_again([case.pack])
    decisions.grade(pack_ids=[case.pack_id], actor=SYSTEM, at=LATER)
    return case.pack


def _ask(case: ReviewCase) -> None:
    reviews.override_request(
        case_id=case.pk,
        version=case.version,
        grade="C",
        why=WHY,
        scope=reviews.Scope(
            code="customer", note=f"{SECRET} customer", expires_on=(LATER + timedelta(days=90)).date()
        ),
        actor=make_actor(staff("reviewer")),
        at=LATER,
    )


STATES: dict[str, Callable[[], Pack]] = {
    made.__name__: made
    for made in (
        announced,
        declared_damaged,
        received,
        missing,
        withdrawn,
        inspected,
        quarantined,
        tested,
        graded,
        in_review,
        held,
        rejected,
        override_requested,
        overridden,
        measured_again,
    )
}
