"""Every stored decision follows from its evidence and its policy."""

from datetime import date

import pytest
from django.core.management import call_command

from grading.domain.canonical import sha256_of
from grading.models import Decision, ReviewCase
from grading.queries.decisions import current_decisions, decisions_of, replayed_decisions
from grading.services.decisions import expire, grade_waiting
from grading.services.reviews import Scope, override_approve, override_request
from grading.services.reviews.cases import Justification
from rebattery.actor import SYSTEM
from tests.evidence import GRADED_AT, make_inspected, make_tested, publish_seed
from tests.factories import make_actor, make_person
from tests.grading.ending import DAY_AFTER, publish_terms
from tests.grading.ending import graded as endings

WHY = Justification(code="engineering", text="Looks better than it measures")


def graded(sohs, ratios, chemistries):
    """Grade a pack for each combination, one of them overridden, and some that their inspection decides."""
    publish_seed()
    made = [
        make_tested(soh=soh, ratio=ratio, chemistry=chemistry)[0]
        for soh in sohs
        for ratio in ratios
        for chemistry in chemistries
    ]
    made += (
        make_inspected(safety="critical") + make_inspected(safety="damaged") + make_inspected(safety="odd")
    )
    grade_waiting(actor=SYSTEM, now=lambda: GRADED_AT)
    case = ReviewCase.objects.filter(rule="NMC_SOH_NOT_ABOVE_80", pack__status="in_review").first()
    ann, ben = (make_actor(make_person("reviewer")) for _ in range(2))
    override_request(
        case_id=case.pk,
        version=1,
        grade="C",
        why=WHY,
        scope=Scope(code="any_use"),
        actor=ann,
        at=GRADED_AT,
    )
    override_approve(case_id=case.pk, version=2, why=WHY, actor=ben, at=GRADED_AT)
    return made


@pytest.fixture
def packs(db):
    """Some packs, one overridden, one that failed."""
    return graded((None, "60", "80"), (None, "1.2"), ("LFP", "NMC"))


@pytest.fixture
def packs_of_every_kind(db):
    """Packs of every kind of verdict, one overridden, one that failed."""
    sohs = (None, "15", "19.9999", "20", "59.9999", "60", "80", "80.0001", "104.5")
    return graded(
        sohs, (None, "1.2", "1.5", "2.0"), ("LFP", "LMFP", "NMC", "LMO", "NA_ION", "UNKNOWN", "NIMH")
    )


class TestReplayedDecisions:
    @pytest.mark.rule(11)
    def test_come_out_as_they_are_stored(self, packs_of_every_kind):
        replayed = list(replayed_decisions())
        assert len(replayed) == len(packs_of_every_kind) + 1
        assert [item for item in replayed if item.differences] == []
        assert {item.kind for item in replayed} == {"policy", "override", "failed"}

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"grade": "A"}, "grade 'A', now"),
            ({"route": "hold"}, "route 'hold', now"),
            ({"warranty": {}}, "warranty {}, now"),
            ({"path": []}, "path [], now"),
            ({"valid_until": date(2026, 1, 31)}, "valid_until 2026-01-31, now None"),
            ({"remeasure_from": date(2026, 1, 31)}, "remeasure_from 2026-01-31, now None"),
            ({"evidence": {"soh_percent": "99"}}, "the evidence does not have its SHA-256"),
            ({"policy_sha256": "0" * 64}, "no policy has the SHA-256"),
        ],
    )
    def test_show_what_was_changed_behind_our_back(self, packs, change, said):
        from grading.queries.decisions import _differences

        decision = Decision.objects.filter(grade="B").select_related("policy").first()
        version = decision.policy
        for name, value in change.items():
            setattr(decision, name, value)
        found = list(_differences(decision, version if "policy_sha256" not in change else None))
        assert any(said in text for text in found)

    def test_from_before_paths_were_kept_still_replay(self, packs):
        from grading.queries.decisions import _differences

        for decision in Decision.objects.filter(kind="policy").select_related("policy"):
            assert decision.path[0]["rule"] and decision.path[-1]["state"] != "passed"
            decision.path = None
            assert list(_differences(decision, decision.policy)) == []

    def test_under_terms_replay_before_and_after_they_ran_out(self, db):
        publish_terms()
        best, good, lasting = endings(soh="85"), endings(soh="74"), endings(soh="40")
        expire(actor=SYSTEM, now=lambda: DAY_AFTER)
        replayed = list(replayed_decisions())
        assert [item.differences for item in replayed] == [()] * 5
        assert {item.pack_id for item in replayed} == {pack.pk for pack in (*best, *good, *lasting)}

    def test_from_before_ages_were_kept_end_nothing(self, db):
        from grading.queries.decisions import _differences

        publish_terms()
        endings(soh="74")
        decision = Decision.objects.select_related("policy").get()
        del decision.evidence["soh_age_months"], decision.evidence["soh_measured_on"]
        decision.evidence_sha256 = sha256_of(decision.evidence)
        decision.valid_until, decision.path = None, decision.path[:-1]
        assert list(_differences(decision, decision.policy)) == []

    def test_command_prints_the_count(self, packs, capsys):
        call_command("replay_decisions")
        again = Decision.objects.filter(kind="policy").count()
        said = capsys.readouterr().out
        assert said.startswith(f"{again} decisions judged again, 1 overrides traced to their base,")
        assert "1 failures skipped: 0 differences." in said


class TestCurrentDecisions:
    def test_are_those_in_force(self, packs):
        ids = [pack.pk for pack in packs]
        found = current_decisions(pack_ids=ids)
        assert set(found) == set(ids)
        assert all(decision.superseded_by_id is None for decision in found.values())

    def test_of_one_pack_come_newest_first(self, packs):
        override = Decision.objects.get(kind="override")
        found = decisions_of(pack_id=override.pack_id, viewer=make_person("auditor"))
        assert [decision.kind for decision in found] == ["override", "policy"]
        assert override.reasons[0]["code"] == "OVERRIDE"
