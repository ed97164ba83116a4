"""Publishing policies: immutable, hashed, without effect on the past."""

import copy
from datetime import timedelta

import pytest

from grading.domain.policy import PolicyInvalid, policy_sha256, seed_document
from grading.models import Decision, PolicyVersion
from grading.queries.decisions import replayed_decisions
from grading.queries.policies import NoPolicyInForce, policy_in_force
from grading.services.decisions import grade_waiting
from grading.services.policies import PolicyExists, publish
from rebattery.actor import SYSTEM
from rebattery.audit.models import Event
from tests.evidence import GRADED_AT, make_tested, publish_seed
from tests.factories import AT, balance

LATER = GRADED_AT + timedelta(days=1)


def stricter(version=2, effective_from="2026-11-21T00:00:00Z"):
    document = copy.deepcopy(seed_document())
    document |= {"version": version, "effective_from": effective_from}
    document["floors"] |= {"pack_percent": "30", "weakest_percent": "30"}
    return document


@pytest.mark.django_db
class TestPublish:
    def test_stores_the_document_with_its_hash(self):
        version = publish_seed()
        assert version.sha256 == policy_sha256(seed_document())
        assert PolicyVersion.objects.get().document == seed_document()
        event = Event.objects.get(event_type="policy.published")
        assert (event.subject_id, event.facts["sha256"]) == (version.pk, version.sha256)
        balance()

    def test_of_the_same_document_returns_the_first(self):
        assert publish_seed() == publish_seed()
        assert Event.objects.filter(event_type="policy.published").count() == 1

    def test_refuses_other_contents_under_the_same_version(self):
        publish_seed()
        with pytest.raises(PolicyExists, match="seed-v1 v1"):
            publish(document=stricter(version=1), actor=SYSTEM, at=AT)

    def test_refuses_an_unsound_document(self):
        with pytest.raises(PolicyInvalid):
            publish(document=seed_document() | {"bands": []}, actor=SYSTEM, at=AT)

    @pytest.mark.rule(12)
    def test_changes_no_past_decision(self):
        publish_seed()
        make_tested(3, soh="25")
        grade_waiting(actor=SYSTEM, now=lambda: GRADED_AT)
        before = list(Decision.objects.order_by("id").values())
        publish(document=stricter(), actor=SYSTEM, at=LATER)
        assert grade_waiting(actor=SYSTEM, now=lambda: LATER) == 0
        assert list(Decision.objects.order_by("id").values()) == before
        assert not [replayed for replayed in replayed_decisions() if replayed.differences]

    def test_decides_what_comes_after(self):
        publish_seed()
        publish(document=stricter(), actor=SYSTEM, at=LATER)
        [pack] = make_tested(soh="25")
        grade_waiting(actor=SYSTEM, now=lambda: LATER)
        assert Decision.objects.get(pack=pack).grade == "D"


@pytest.mark.django_db
class TestPolicyInForce:
    def test_is_the_latest_that_has_taken_effect(self):
        first = publish_seed()
        second = publish(document=stricter(), actor=SYSTEM, at=AT)
        assert policy_in_force(at=second.effective_from - timedelta(microseconds=1)) == first
        assert policy_in_force(at=second.effective_from) == second

    def test_is_missing_before_the_first(self):
        first = publish_seed()
        with pytest.raises(NoPolicyInForce):
            policy_in_force(at=first.effective_from - timedelta(seconds=1))
