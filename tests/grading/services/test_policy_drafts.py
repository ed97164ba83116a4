"""Drafts: written by one person, published by another, told in the trail."""

from datetime import UTC, timedelta

import pytest
from django.db import IntegrityError, transaction

from grading.domain.policy import PolicyInvalid, policy_sha256, seed_document
from grading.models import Decision, PolicyVersion
from grading.queries.decisions import replayed_decisions
from grading.queries.policies import reports_on
from grading.services.decisions import grade_waiting
from grading.services.policy_drafts import (
    DraftChanged,
    DraftClosed,
    DraftNotProposed,
    EffectiveInPast,
    MessageMissing,
    NotTheAuthor,
    PersonNeeded,
    PublisherIsAuthor,
    ReportOfAnother,
    change_draft,
    discard_draft,
    propose_draft,
    publish_draft,
    start_draft,
    take_back_draft,
)
from rebattery.actor import SYSTEM
from rebattery.audit.models import Event
from rebattery.audit.record import ReasonMissing
from rebattery.audit.verify import verify
from tests.evidence import GRADED_AT, make_tested, publish_seed
from tests.factories import AT, balance, make_actor, make_person
from tests.grading.policy_drafting import make_draft, make_proposed, make_report, with_floor

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=1)


def told(draft, verb):
    return Event.objects.filter(event_type=f"policy_draft.{verb}", subject_id=draft.pk)


def published(
    draft,
    *,
    actor=None,
    effective_from=None,
    message="Stricter floors",
    at=LATER,
    revision=None,
    cited_report="",
):
    return publish_draft(
        draft_id=draft.pk,
        revision=revision or draft.revision,
        effective_from=effective_from,
        message=message,
        cited_report=cited_report,
        actor=actor or make_actor(make_person("administrator")),
        at=at,
    )


class TestStartDraft:
    def test_keeps_the_document_under_its_author(self):
        author = make_person("reviewer")
        draft = make_draft(author, floors=with_floor("30"))
        assert draft.document["floors"]["pack_percent"] == "30"
        assert (draft.author, draft.author_person_id, draft.revision) == (author.name, author.pk, 1)
        assert told(draft, "started").get().facts["source"] == "the default policy"
        balance()

    def test_refuses_an_unsound_document_with_every_fault(self):
        with pytest.raises(PolicyInvalid) as refused:
            make_draft(overlays=[{}], guard_band_pts="x", bands=seed_document()["bands"][1:])
        assert any("gap between" in fault for fault in refused.value.faults)
        assert any("guard_band_pts" in fault for fault in refused.value.faults)

    def test_needs_a_person(self):
        with pytest.raises(PersonNeeded):
            start_draft(document=seed_document(), source="a file", actor=SYSTEM, at=AT)


class TestChangeDraft:
    def change(self, draft, actor, *, revision=None, **changes):
        return change_draft(
            draft_id=draft.pk,
            revision=revision or draft.revision,
            document=draft.document | changes,
            part="the floors",
            actor=actor,
            at=LATER,
        )

    def test_raises_the_revision_and_tells_the_part(self):
        author = make_person("reviewer")
        changed = self.change(make_draft(author), make_actor(author), floors=with_floor("40"))
        assert (changed.revision, changed.updated_at) == (2, LATER)
        event = told(changed, "changed").get()
        assert event.facts["part"] == "the floors"
        assert event.after["document_sha256"] == policy_sha256(changed.document)
        assert not [said for said in verify() if said.startswith("policy_draft")]
        balance()

    def test_may_leave_it_unsound(self):
        author = make_person("reviewer")
        assert self.change(make_draft(author), make_actor(author), bands=[]).document["bands"] == []

    def test_of_nothing_tells_nothing(self):
        author = make_person("reviewer")
        draft = self.change(make_draft(author), make_actor(author))
        assert draft.revision == 1
        assert not told(draft, "changed").exists()

    def test_is_refused_to_others(self):
        with pytest.raises(NotTheAuthor):
            self.change(make_draft(), make_actor(make_person("administrator")), title="Mine")

    def test_is_refused_on_an_older_revision(self):
        author = make_person("reviewer")
        draft = make_draft(author)
        self.change(draft, make_actor(author), title="First")
        with pytest.raises(DraftChanged):
            self.change(draft, make_actor(author), revision=1, title="Second")

    def test_of_a_proposed_draft_is_writing_again(self):
        author = make_person("reviewer")
        changed = self.change(make_proposed(author), make_actor(author), title="Other")
        assert changed.state == "writing"


class TestProposeDraft:
    def test_refuses_an_unsound_draft(self):
        author = make_person("reviewer")
        draft = make_draft(author)
        changed = change_draft(
            draft_id=draft.pk,
            revision=1,
            document=draft.document | {"bands": []},
            part="the bands",
            actor=make_actor(author),
            at=AT,
        )
        with pytest.raises(PolicyInvalid):
            propose_draft(draft_id=draft.pk, revision=changed.revision, actor=make_actor(author), at=AT)

    def test_twice_tells_once(self):
        author = make_person("reviewer")
        draft = make_proposed(author)
        propose_draft(draft_id=draft.pk, revision=1, actor=make_actor(author), at=LATER)
        assert told(draft, "proposed").count() == 1
        balance()


class TestTakeBackDraft:
    def test_lets_the_author_write_on(self):
        author = make_person("reviewer")
        draft = take_back_draft(draft_id=make_proposed(author).pk, actor=make_actor(author), at=LATER)
        assert draft.state == "writing"
        assert told(draft, "taken_back").exists()
        balance()


class TestDiscardDraft:
    def test_closes_it_with_a_reason(self):
        actor = make_actor(make_person("administrator"))
        draft = discard_draft(draft_id=make_draft().pk, reason="Overtaken", actor=actor, at=LATER)
        assert (draft.state, draft.closed_at) == ("discarded", LATER)
        assert told(draft, "discarded").get().reason == "Overtaken"
        balance()
        with pytest.raises(DraftClosed):
            published(draft)

    def test_needs_a_reason(self):
        with pytest.raises(ReasonMissing), transaction.atomic():
            discard_draft(draft_id=make_draft().pk, reason=" ", actor=make_actor(), at=LATER)


class TestPublishDraft:
    def test_makes_the_next_version_from_two_people(self):
        publish_seed()
        author, publisher = make_person("reviewer"), make_person("administrator")
        draft = make_proposed(author, floors=with_floor("30"))
        version = published(draft, actor=make_actor(publisher))
        draft.refresh_from_db()
        assert (version.code, version.version, version.effective_from) == ("seed-v1", 2, LATER)
        assert (version.author_person_id, version.published_by_person_id) == (author.pk, publisher.pk)
        assert (version.document["author"], version.document["approver"]) == (author.name, publisher.name)
        assert version.sha256 == policy_sha256(version.document)
        assert (draft.state, draft.became, version.message) == ("published", version, "Stricter floors")
        assert told(draft, "published").get().facts["sha256"] == version.sha256
        assert Event.objects.get(event_type="policy.published", subject_id=version.pk).reason
        balance()

    def test_is_refused_to_its_author(self):
        author = make_person("reviewer")
        with pytest.raises(PublisherIsAuthor):
            published(make_proposed(author), actor=make_actor(author))
        with pytest.raises(PublisherIsAuthor):
            published(make_proposed(), actor=SYSTEM)

    def test_is_refused_to_its_author_by_the_database_too(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            PolicyVersion.objects.create(
                code="x",
                version=1,
                document={},
                sha256="0",
                effective_from=AT,
                published_at=AT,
                published_by="A",
                published_by_person_id=5,
                author_person_id=5,
            )

    def test_waits_for_the_proposal(self):
        with pytest.raises(DraftNotProposed):
            published(make_draft())

    def test_is_refused_on_a_revision_nobody_read(self):
        with pytest.raises(DraftChanged):
            published(make_proposed(), revision=7)

    @pytest.mark.parametrize(
        ("before", "is_refused"), [(timedelta(microseconds=1), True), (timedelta(), False)]
    )
    def test_takes_no_moment_of_the_past(self, before, is_refused):
        draft = make_proposed()
        if is_refused:
            with pytest.raises(EffectiveInPast):
                published(draft, effective_from=LATER - before)
        else:
            assert published(draft, effective_from=LATER).effective_from == LATER.astimezone(UTC)

    def test_needs_a_message(self):
        with pytest.raises(MessageMissing):
            published(make_proposed(), message=" ")

    def test_cites_only_a_report_that_tried_this_document(self):
        live, draft, other = publish_seed(), make_proposed(), make_proposed(title="Another")
        own, strange = (make_report(live, row, sha) for row, sha in ((draft, "a" * 64), (other, "b" * 64)))
        with pytest.raises(ReportOfAnother):
            published(draft, cited_report=strange.sha256)
        version = published(draft, cited_report=own.sha256)
        assert version.cited_report == own.sha256
        assert list(reports_on(draft=draft)) == [own]

    def test_happens_once(self):
        draft = make_proposed()
        published(draft)
        with pytest.raises(DraftClosed):
            published(draft)

    @pytest.mark.rule(12)
    def test_changes_no_past_decision_and_grades_nothing_again(self):
        publish_seed()
        make_tested(3, soh="25")
        grade_waiting(actor=SYSTEM, now=lambda: GRADED_AT)
        before = list(Decision.objects.order_by("id").values())
        after = GRADED_AT + timedelta(days=1)
        version = published(make_proposed(floors=with_floor("30")), at=after)
        assert grade_waiting(actor=SYSTEM, now=lambda: after) == 0
        assert list(Decision.objects.order_by("id").values()) == before
        assert not [replayed for replayed in replayed_decisions() if replayed.differences]
        [pack] = make_tested(soh="25")
        grade_waiting(actor=SYSTEM, now=lambda: after)
        decision = Decision.objects.get(pack=pack)
        assert (decision.grade, decision.policy) == ("D", version)
