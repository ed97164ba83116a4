"""What comes to the floor from outside and above: disputes, bad instruments, other policies."""

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
)

from grading.domain.policy import seed_document
from grading.models import Decision, Dispute, InstrumentDeclaration, PolicyDraft
from grading.queries.declarations import acts_on_declaration
from grading.queries.disputes import obstacle_to_answer
from grading.services.declarations import approve_declaration, propose_declaration
from grading.services.disputes import answer_dispute, open_dispute
from grading.services.disputes.answering import AnswerRefused, OwnWork
from grading.services.policy_drafts import propose_draft, publish_draft, start_draft
from intake.domain.lifecycle import Status
from intake.domain.separation import Judging, why_not
from rebattery.errors import RuleViolation
from tests.factories import AT, make_actor, make_person
from tests.grading.services.reviews.floor import WHO, Floor


class House(Floor):
    """The floor, with suppliers who dispute, instruments that go bad and policies that change."""

    disputed = declared = ""
    approvals = 0

    def look_around(self) -> None:
        super().look_around()
        if self.disputed != "closed":
            states = Dispute.objects.values_list("state", flat=True)
            self.disputed = "" if not states else "open" if "open" in states else "closed"
        self.declared = InstrumentDeclaration.objects.values_list("state", flat=True).first() or ""

    @precondition(lambda self: self.on(Status.GRADED, Status.REJECTED) and not self.disputed)
    @rule()
    def dispute(self) -> None:
        self.tick()
        self.supplier = self.supplier or make_person("supplier", supplier=self.pack.supplier)
        decision = Decision.objects.filter(pack=self.pack, superseded_by=None, suspended_by=None).first()
        try:
            with transaction.atomic():
                open_dispute(
                    pack_id=self.pack.pk,
                    decision_id=decision.pk if decision else 0,
                    comment="No.",
                    uploads=(),
                    actor=make_actor(self.supplier),
                    at=self.now,
                )
        except RuleViolation:
            return

    @precondition(lambda self: self.disputed == "open")
    @rule(who=WHO, outcome=st.sampled_from(["upheld", "rejected"]))
    def answer_dispute(self, who: int, outcome: str) -> None:
        self.tick()
        waiting = Dispute.objects.filter(pack=self.pack, state="open").select_related("decision", "pack")
        found = waiting.earliest("pk")
        person = self.people[who]
        why = obstacle_to_answer(dispute=found, viewer=person)
        if why == "Only reviewers answer.":
            return
        try:
            with transaction.atomic():
                answer_dispute(
                    dispute_id=found.pk, outcome=outcome, text="So.", actor=make_actor(person), at=self.now
                )
        except OwnWork:
            assert why
        except (AnswerRefused, RuleViolation):
            assert not why
        else:
            book, decision = self.book, found.decision_id
            assert not why
            assert person.pk not in book.rests_on[decision] | book.judged_by[decision]

    @precondition(lambda self: not self.declared)
    @rule(who=WHO)
    def propose_declaration(self, who: int) -> None:
        self.tick()
        propose_declaration(
            instrument_id=self.instrument.pk,
            channel_id=None,
            since_at=AT,
            reason="The shunt",
            actor=make_actor(self.people[who]),
            at=self.now,
        )

    @precondition(lambda self: self.declared == "proposed" and self.approvals < 2)
    @rule(who=WHO)
    def approve_declaration(self, who: int) -> None:
        self.tick()
        self.approvals += 1
        found, person = InstrumentDeclaration.objects.get(), self.people[who]
        why = why_not(Judging.DECLARATION, person.pk, acts_on_declaration(declaration=found))
        call = {"declaration_id": found.pk, "actor": make_actor(person), "at": self.now}
        if self.try_it(lambda: approve_declaration(**call), why):
            self.book.thrown_out()

    @precondition(lambda self: self.drafts < 1)
    @rule(writes=WHO, publishes=WHO)
    def write_policy(self, writes: int, publishes: int) -> None:
        self.tick()
        self.drafts += 1
        author, publisher = (make_actor(self.people[who]) for who in (writes, publishes))
        draft = start_draft(document=seed_document(), source="the seed", actor=author, at=self.now)
        propose_draft(draft_id=draft.pk, revision=1, actor=author, at=self.now)
        self.try_it(
            lambda: publish_draft(
                draft_id=draft.pk, revision=1, effective_from=None, message="Go", actor=publisher, at=self.now
            ),
            "wrote it" if writes == publishes else "",
        )

    @invariant()
    def nobody_approved_what_they_proposed(self) -> None:
        if not (self.declared or self.drafts):
            return
        for draft in PolicyDraft.objects.exclude(became=None).select_related("became"):
            assert draft.became.published_by_person_id != draft.author_person_id
        for declared in InstrumentDeclaration.objects.filter(state="done"):
            assert declared.settled_by_person_id != declared.proposed_by_person_id
            assert declared.settled_by_person_id not in declared.measured_by_person_ids
