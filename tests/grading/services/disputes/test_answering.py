"""A reviewer who had no part in a result answers its dispute."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from grading.models import Decision, Dispute, ReviewCase
from grading.services import decisions, reviews
from grading.services.disputes.answering import AnswerRefused, OwnWork
from intake.models import Pack
from rebattery.actor import SYSTEM
from rebattery.audit.models import Event
from rebattery.errors import RuleViolation
from rebattery.notices.models import Notice
from tests.evidence import GRADED_AT, finish_again, make_inspected, make_reviews, make_tested, publish_seed
from tests.factories import balance, make_actor, make_person
from tests.grading import cast
from tests.grading.services.disputes.acts import answer, dispute
from tests.grading.services.reviews.acts import WHY, approve, ask, seen


@pytest.fixture
def policy(db):
    return publish_seed()


@pytest.fixture
def ann(db):
    return make_actor(make_person("reviewer", name="Ann"))


def quarantined() -> Pack:
    [pack] = make_inspected(safety="damaged")
    decisions.grade(pack_ids=[pack.pk], actor=SYSTEM, at=GRADED_AT)
    return pack


def rejected_for_damage() -> Pack:
    pack = quarantined()
    case = ReviewCase.objects.get(pack=pack)
    reviews.confirm(cases=seen([case]), why=WHY, actor=make_actor(make_person("reviewer")), at=GRADED_AT)
    return pack


class TestUpheld:
    @pytest.mark.parametrize(
        ("made", "status", "remedy", "move"),
        [
            (cast.graded, "inspected", "retest", "pack.sent_to_retest"),
            (cast.in_review, "inspected", "retest", "pack.sent_to_retest"),
            (cast.held, "inspected", "retest", "pack.sent_to_retest"),
            (cast.rejected, "inspected", "retest", "pack.sent_to_retest"),
            (cast.overridden, "inspected", "retest", "pack.sent_to_retest"),
            (quarantined, "received", "inspection", "pack.reopened"),
            (rejected_for_damage, "received", "inspection", "pack.reopened"),
        ],
        ids=lambda value: getattr(value, "__name__", value),
    )
    def test_sends_the_pack_back(self, policy, ann, made, status, remedy, move):
        pack = made()
        found = answer(dispute(pack), ann)

        pack.refresh_from_db()
        assert (found.state, found.remedy, pack.status) == ("upheld", remedy, status)
        told = list(
            Event.objects.filter(actor_label="Ann").order_by("id").values_list("event_type", flat=True)
        )
        assert told[-2:] == [move, "dispute.upheld"]
        balance()

    def test_settles_the_review_of_the_same_decision(self, policy, ann):
        pack = cast.held()
        answer(dispute(pack), ann)

        assert ReviewCase.objects.get(pack=pack).state == "retest_ordered"

    def test_orders_nothing_twice(self, policy, ann):
        [case] = make_reviews(soh=None)
        found = dispute(case.pack)
        reviews.order_retest(
            cases=seen([case]), why=WHY, actor=make_actor(make_person("reviewer")), at=GRADED_AT
        )
        before = Event.objects.filter(event_type="pack.sent_to_retest").count()

        assert answer(found, ann).remedy == "under_way"
        assert Event.objects.filter(event_type="pack.sent_to_retest").count() == before
        balance()

    def test_changes_nothing_once_a_newer_decision_stands(self, policy, ann):
        [case] = make_reviews(soh="74", ratio=None)
        found = dispute(case.pack)
        approve(ask(case, make_actor(make_person("reviewer"))), make_actor(make_person("reviewer")))

        assert answer(found, ann).remedy == "superseded"
        case.pack.refresh_from_db()
        assert case.pack.status == "graded"

    def test_waits_while_an_override_waits(self, policy, ann):
        [case] = make_reviews()
        found = dispute(case.pack)
        ask(case, make_actor(make_person("reviewer", name="Ben")))

        with pytest.raises(RuleViolation, match="Ben asked for an override first"), transaction.atomic():
            answer(found, ann)
        assert Dispute.objects.get().state == "open"


class TestRejected:
    def test_changes_nothing_but_the_dispute(self, policy, ann):
        pack = cast.rejected()
        found = answer(dispute(pack), ann, outcome="rejected", text="The log shows 76 %.")

        pack.refresh_from_db()
        assert (found.state, found.answer, found.remedy, pack.status) == (
            "rejected", "The log shows 76 %.", "", "rejected",
        )  # fmt: skip
        assert Event.objects.filter(actor_label="Ann").values_list("event_type", flat=True).get() == (
            "dispute.rejected"
        )
        balance()

    def test_may_be_disputed_anew(self, policy, ann):
        pack = cast.rejected()
        answer(dispute(pack), ann, outcome="rejected")

        assert dispute(pack).state == "open"


class TestNotice:
    @pytest.mark.parametrize(
        ("outcome", "words"), [("upheld", "a retest is ordered"), ("rejected", "the result stands")]
    )
    def test_tells_the_supplier_once_without_a_name(self, policy, ann, outcome, words):
        pack = cast.graded()
        answer(dispute(pack), ann, outcome=outcome, text="See the log.")

        notice = Notice.objects.get(topic="dispute_answered")
        assert (notice.supplier_id, notice.subject_label) == (pack.supplier_id, pack.serial)
        assert words in notice.text and "See the log." in notice.text
        assert "Ann" not in notice.title + notice.text


class TestRefused:
    @pytest.mark.parametrize("text", ["", "  "])
    def test_without_words(self, policy, ann, text):
        with pytest.raises(AnswerRefused):
            answer(dispute(cast.graded()), ann, text=text)

    @pytest.mark.parametrize("outcome", ["", "open", "perhaps"])
    def test_without_an_outcome(self, policy, ann, outcome):
        with pytest.raises(AnswerRefused):
            answer(dispute(cast.graded()), ann, outcome=outcome)

    def test_by_nobody(self, policy):
        with pytest.raises(AnswerRefused, match="Only a person"):
            answer(dispute(cast.graded()), SYSTEM)

    @pytest.mark.rule(22)
    def test_after_another_answer(self, policy, ann):
        found = dispute(cast.graded())
        answer(found, ann, outcome="rejected")

        with pytest.raises(AnswerRefused, match="Ann answered first"):
            answer(found, make_actor(make_person("reviewer")))


class TestWhoMayAnswer:
    """A table: each part that a person can have in a result, and whether they may answer for it."""

    @pytest.mark.rule(4)
    @pytest.mark.parametrize(
        ("part", "may"),
        [
            ("measured", False),
            ("confirmed", False),
            ("asked for the override", False),
            ("approved the override", False),
            ("declined an override", True),
            ("ordered the retest before", True),
            ("none", True),
        ],
    )
    @pytest.mark.parametrize("kind", ["user", "token"])
    def test_depends_on_their_part(self, policy, part, may, kind):
        person = make_person("reviewer")
        pack = made_with_part(part, person)
        actor = replace(make_actor(person), kind=kind)
        found = dispute(pack)

        if may:
            assert answer(found, actor).state == "upheld"
            return
        for outcome in ("upheld", "rejected"):
            with pytest.raises(OwnWork, match="yourself"), transaction.atomic():
                answer(found, actor, outcome=outcome)
        assert Dispute.objects.get(pk=found.pk).state == "open"

    @pytest.mark.rule(4)
    def test_is_told_by_the_database_too(self, policy, ann):
        found = answer(dispute(cast.rejected()), ann)

        assert found.barred_person_ids
        with pytest.raises(IntegrityError, match="dispute_not_of_own_work"), transaction.atomic():
            Dispute.objects.filter(pk=found.pk).update(answered_by_person_id=found.barred_person_ids[0])


def made_with_part(part: str, person) -> Pack:
    own, other = make_actor(person), make_actor(make_person("reviewer"))
    if part == "measured":
        pack = make_tested(by=person)[0]
        decisions.grade(pack_ids=[pack.pk], actor=SYSTEM, at=GRADED_AT)
        return pack
    [case] = make_reviews(by=make_person("warehouse"))
    if part == "confirmed":
        reviews.confirm(cases=seen([case]), why=WHY, actor=own, at=GRADED_AT)
    elif part == "asked for the override":
        approve(ask(case, own), other)
    elif part == "approved the override":
        approve(ask(case, other), own)
    elif part == "declined an override":
        case = ask(case, other)
        reviews.override_decline(case_id=case.pk, version=case.version, why=WHY, actor=own, at=GRADED_AT)
    elif part == "ordered the retest before":
        reviews.order_retest(cases=seen([case]), why=WHY, actor=own, at=GRADED_AT)
        finish_again([case.pack])
        decisions.grade(pack_ids=[case.pack_id], actor=SYSTEM, at=GRADED_AT)
        assert Decision.objects.filter(pack=case.pack).count() == 2
    return case.pack
