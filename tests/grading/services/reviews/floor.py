"""People who act on one pack in any order, asked after each step whether anybody judged their own work."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from grading.models import Decision, ReviewCase
from grading.queries.override_ends import obstacle_to_end, override_in_force
from grading.queries.review_queue import obstacles
from grading.queries.review_steps import MOVING
from grading.services import decisions, reviews
from grading.services.reviews.cases import Justification
from intake.domain.lifecycle import Move, Status
from intake.models import Manifest, Pack
from intake.services import inspections
from intake.services.lifecycle import move_packs
from rebattery.actor import SYSTEM
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation
from tests.evidence import (
    GRADED_AT,
    add_capacity,
    add_inspection,
    add_resistance,
    make_inspected,
    publish_seed,
)
from tests.factories import AT, balance, make_actor, make_instrument, make_person
from tests.grading.separating import Book
from tests.grading.services.reviews.acts import ANY_USE, WHY

WHO = st.sampled_from([0, 1, 2, 0, 1, 2, 3])
AT_WORK = st.sampled_from([3, 3, 2, 1, 0])
"""Often the hand of the warehouse, or nobody would be left to judge."""
SOH = st.sampled_from(["78", "78", "95"])
RATIO = st.sampled_from(["1.2", "2.6"])
STEPS = {"confirm": "confirm", "order_retest": "retest", "hold": "hold"}
MISTAKEN = Justification(code="set_by_mistake", text="The wrong pack")
Case = ReviewCase.State
UNDOABLE = (Case.OPEN, Case.OVERRIDE_REQUESTED, *MOVING)


class Floor(RuleBasedStateMachine):
    """Three reviewers and a hand of the warehouse with one pack, each doing whatever comes to mind."""

    seen_status = ""
    seen_case: ReviewCase | None = None
    hazards = drafts = 0

    @initialize(announced_by=AT_WORK, inspected_by=AT_WORK, measured_by=AT_WORK, soh=SOH)
    def begin(self, announced_by: int, inspected_by: int, measured_by: int, soh: str) -> None:
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.now = GRADED_AT
        publish_seed()
        roles = ("reviewer", "reviewer", "reviewer", "warehouse")
        self.people = [make_person(role, name=f"Person {n}") for n, role in enumerate(roles)]
        self.supplier = None
        self.instrument = make_instrument()
        [self.pack] = make_inspected(chemistry="NMC", by=self.people[inspected_by])
        self.book = Book(announced_by=self.people[announced_by].pk)
        manifest = self.pack.batch.manifest
        Manifest.objects.filter(pk=manifest.pk).update(file_name="announced.csv")
        told = Event(code="manifest.submitted", subject_id=manifest.pk, subject_label="file", after={})
        record(events=[told], actor=make_actor(self.people[announced_by]), at=AT)
        self.book.measured("inspection", self.people[inspected_by].pk)
        self.test(measured_by, soh, "1.2", is_last=True)

    def teardown(self) -> None:
        if hasattr(self, "transaction"):
            try:
                balance()
            finally:
                transaction.set_rollback(True)
                self.transaction.__exit__(None, None, None)

    def tick(self, seconds: int = 60) -> None:
        self.now += timedelta(seconds=seconds)

    @property
    def status(self) -> str:
        return Pack.objects.values_list("status", flat=True).get(pk=self.pack.pk)

    def look_around(self) -> None:
        """Read once after each step what the conditions of all rules ask."""
        self.seen_status, self.seen_case = self.status, self.case()

    def case(self) -> ReviewCase:
        found = ReviewCase.objects.filter(pack=self.pack).select_related("pack", "decision__policy")
        return found.order_by("-pk").first()

    def is_in(self, *states: str) -> bool:
        return self.seen_case is not None and self.seen_case.state in states

    def try_it(self, act: Callable[[], Any], why: str) -> bool:
        """Do it; it works where the page says nothing against it, and is refused where the page does."""
        try:
            with transaction.atomic():
                act()
        except RuleViolation as refused:
            assert why, f"the page allowed what the service refused: {refused}"
            return False
        assert not why, f"the service did what the page did not allow: {why}"
        return True

    # At the dock and at the bench.

    def on(self, *statuses: Status) -> bool:
        return self.seen_status in statuses

    @precondition(lambda self: self.on(Status.INSPECTED))
    @rule(who=AT_WORK, soh=SOH, ratio=RATIO, is_last=st.sampled_from([True, True, False]))
    def test(self, who: int, soh: str, ratio: str, is_last: bool) -> None:
        self.tick()
        person = self.people[who]
        moment = {"at": self.now, "measured_at": self.now, "instrument": self.instrument}
        add_capacity([self.pack], soh, by=person, **moment)
        add_resistance([self.pack], ratio, by=person, **moment)
        for kind in ("capacity", "resistance"):
            self.book.measured(kind, person.pk)
        if is_last:
            self.grade()

    @precondition(lambda self: self.on(Status.INSPECTED, Status.TESTED, Status.QUARANTINED))
    @rule()
    def grade(self) -> None:
        self.tick()
        if self.status == Status.INSPECTED:
            move_packs(pack_ids=[self.pack.pk], move=Move.COMPLETE_TESTS, actor=SYSTEM, at=self.now)
        if decisions.grade(pack_ids=[self.pack.pk], actor=SYSTEM, at=self.now):
            self.book.decided(Decision.objects.get(pack=self.pack, superseded_by=None).pk)

    @precondition(lambda self: self.on(Status.INSPECTED, Status.GRADED) and self.hazards < 1)
    @rule(who=AT_WORK)
    def find_hazard(self, who: int) -> None:
        self.tick()
        self.hazards += 1
        inspections.report_hazard(
            pack_ids=[self.pack.pk],
            codes=["venting"],
            note="",
            actor=make_actor(self.people[who]),
            at=self.now,
        )
        self.book.measured("inspection", self.people[who].pk)

    @precondition(lambda self: self.on(Status.QUARANTINED))
    @rule(who=WHO, again=AT_WORK)
    def reopen(self, who: int, again: int) -> None:
        self.tick()
        is_own = self.people[who].pk == self.book.standing["inspection"]
        why = "found it" if is_own else ""
        ids, actor = [self.pack.pk], make_actor(self.people[who])
        if self.try_it(
            lambda: inspections.reopen(pack_ids=ids, reason="Look again", actor=actor, at=self.now), why
        ):
            add_inspection([self.pack], "ok", by=self.people[again], at=self.now)
            self.book.measured("inspection", self.people[again].pk)
            move_packs(pack_ids=ids, move=Move.PASS_INSPECTION, actor=SYSTEM, at=self.now)

    # In review.

    @precondition(lambda self: self.is_in(Case.OPEN, Case.OVERRIDE_REQUESTED))
    @rule(who=WHO, step=st.sampled_from(["order_retest", *STEPS]))
    def step(self, who: int, step: str) -> None:
        self.tick()
        case, person = self.case(), self.people[who]
        seen = {case.pk: case.version}
        why = getattr(obstacles(case=case, viewer=person, at=self.now), STEPS[step])
        call: dict[str, Any] = {"why": WHY, "actor": make_actor(person), "at": self.now}
        if why == "Only reviewers decide.":
            return
        if step == "hold":
            until = self.now.date() + timedelta(days=3)
            self.try_it(lambda: reviews.hold(case_id=case.pk, version=case.version, until=until, **call), why)
        elif self.try_it(lambda: getattr(reviews, step)(cases=seen, **call), why):
            self.book.judged_by[case.decision_id].add(person.pk)

    @precondition(lambda self: self.is_in(Case.OPEN))
    @rule(who=WHO, grade=st.sampled_from("ABCD"))
    def ask(self, who: int, grade: str) -> None:
        self.tick()
        case, person = self.case(), self.people[who]
        why = obstacles(case=case, viewer=person, at=self.now).override
        if why == "Only reviewers decide." or grade == case.decision.grade:
            return
        ask = {"case_id": case.pk, "version": case.version, "grade": grade, "why": WHY, "scope": ANY_USE}
        self.try_it(
            lambda: reviews.override_request(**ask, actor=make_actor(person), at=self.now),
            why,
        )

    @precondition(lambda self: self.is_in(Case.OVERRIDE_REQUESTED))
    @rule(who=WHO, is_approved=st.booleans())
    def answer_override(self, who: int, is_approved: bool) -> None:
        self.tick()
        case, person = self.case(), self.people[who]
        why = obstacles(case=case, viewer=person, at=self.now).answer
        if why == "Only reviewers decide.":
            return
        answer = reviews.override_approve if is_approved else reviews.override_decline
        call = {"case_id": case.pk, "version": case.version, "why": WHY}
        done = self.try_it(lambda: answer(**call, actor=make_actor(person), at=self.now), why)
        if done and is_approved:
            made = Decision.objects.get(pack=self.pack, superseded_by=None)
            self.book.overridden(case.decision_id, made.pk, case.requested_by_person_id, person.pk)

    @precondition(lambda self: self.on(Status.GRADED, Status.REJECTED) and self.is_in(Case.OVERRIDDEN))
    @rule(who=WHO)
    def end_override(self, who: int) -> None:
        self.tick()
        person, override = self.people[who], override_in_force(pack_id=self.pack.pk)
        if override is None:
            return
        pack = Pack.objects.get(pk=self.pack.pk)
        why = obstacle_to_end(pack=pack, decision=override, person_id=person.pk)
        call = {"pack_id": pack.pk, "decision_id": override.pk, "why": MISTAKEN}
        if self.try_it(
            lambda: reviews.end_override(**call, actor=make_actor(person), at=self.now),
            why,
        ):
            assert person.pk not in self.book.rests_on[override.pk]
            self.book.decided(Decision.objects.get(pack=pack, superseded_by=None).pk)

    @precondition(lambda self: self.is_in(*UNDOABLE) and self.seen_case.version > 1)
    @rule(who=WHO, seconds=st.sampled_from([5, 31]))
    def undo(self, who: int, seconds: int) -> None:
        self.tick(seconds)
        case, person = self.case(), self.people[who]
        why = obstacles(case=case, viewer=person, at=self.now).undo
        actor = make_actor(person)
        act = {"case_id": case.pk, "version": case.version, "actor": actor, "at": self.now}
        if self.try_it(lambda: reviews.undo(**act), why):
            self.book.judged_by[case.decision_id].discard(person.pk)
            if case.state == Case.OVERRIDDEN:
                self.book.restored(case.decision_id, self.case().decision_id, person.pk)

    @invariant()
    def nobody_judged_their_own_work(self) -> None:
        if not hasattr(self, "pack"):
            return
        self.look_around()
        for case in ReviewCase.objects.filter(pack=self.pack):
            judges = {case.requested_by_person_id, case.closed_by_person_id} - {None}
            assert not judges & self.book.rests_on[case.decision_id]
            if case.state == Case.OVERRIDDEN:
                assert len(judges) == 2
