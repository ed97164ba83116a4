"""Evidence snapshots: what they refuse, and how they are stored."""

import json
from decimal import Decimal

import pytest
from hypothesis import given

from grading.domain.evidence import Evidence
from tests.grading.domain.packs import any_evidence, evidence


class TestEvidence:
    @pytest.mark.parametrize(
        "facts",
        [
            {"safety": "fine"},
            {"soh_source": "guess"},
            {"soh_percent": "NaN"},
            {"ir_ratio": "Infinity"},
            {"ir_ratio": "1e7"},
        ],
    )
    def test_refuses_values_that_mean_nothing(self, facts):
        with pytest.raises(ValueError, match=next(iter(facts))):
            evidence(**facts)

    def test_refuses_floats(self):
        with pytest.raises(ValueError, match="must be a finite Decimal"):
            Evidence(identity_confirmed=True, chemistry="LFP", soh_percent=74.0)


class TestToJson:
    @given(facts=any_evidence)
    def test_comes_back_exactly(self, facts):
        again = Evidence.from_json(json.loads(json.dumps(facts.to_json())))

        assert again == facts
        assert again.evidence_sha256() == facts.evidence_sha256()

    def test_keeps_the_digits_of_a_decimal(self):
        assert evidence(soh_percent="74.00").to_json()["soh_percent"] == "74.00"
        assert (
            str(
                Evidence.from_json(
                    {"identity_confirmed": True, "chemistry": "LFP", "ir_ratio": "1.50"}
                ).ir_ratio
            )
            == "1.50"
        )

    def test_leaves_out_what_is_not_known(self):
        facts = Evidence(identity_confirmed=False, chemistry="UNKNOWN")

        assert facts.to_json() == {"identity_confirmed": False, "chemistry": "UNKNOWN"}

    def test_refuses_facts_that_it_does_not_know(self):
        with pytest.raises(ValueError, match="unknown facts in evidence: color"):
            Evidence.from_json({"identity_confirmed": True, "chemistry": "LFP", "color": "red"})


class TestEvidenceSha256:
    def test_changes_with_any_fact_and_with_its_source(self):
        base = evidence()
        others = [evidence(soh_percent=Decimal("74.0001")), evidence(sources={"capacity_test_id": 1})]

        assert len({facts.evidence_sha256() for facts in (base, *others)}) == 3
