"""Policies to begin from are sound, say where they are from, and do what they say."""

import copy
from decimal import Decimal

import pytest

from grading.domain.evidence import Evidence
from grading.domain.policy import SHIPPED, parse_policy, seed_document
from grading.domain.policy_faults import faults_in
from grading.domain.policy_templates import TEMPLATES, Template, template_document, templates
from grading.domain.policy_words import applications, remarks, validity
from grading.domain.verdict import decide


def grade(code, chemistry, soh, ir="1.1"):
    evidence = Evidence(
        identity_confirmed=True,
        chemistry=chemistry,
        safety="ok",
        soh_percent=Decimal(soh),
        soh_source="lab",
        ir_ratio=Decimal(ir),
        ir_comparable=True,
        weakest_cell_soh_percent=Decimal(soh),
    )
    return decide(parse_policy(template_document(code)), evidence).grade


class TestTemplates:
    @pytest.mark.parametrize("code", TEMPLATES)
    def test_are_sound_and_name_their_sources(self, code):
        document = template_document(code)
        assert faults_in(document) == []
        assert document["id"] == code
        assert {source["status"] for source in document["sources"]} >= {"own choice"}

    def test_of_no_such_code_is_refused(self):
        with pytest.raises(KeyError):
            template_document("../seed-v1")

    def test_say_how_far_they_are_confirmed(self):
        standing = {template.code: template.standing for template in templates()}
        assert list(standing)[0] == SHIPPED[0]
        assert standing["china-floor-40"] == "not confirmed"
        assert standing["style-4r"] == "confirmed in part"
        assert standing["eu-remanufacturing"] == standing["seed-v2-guarded"] == "confirmed in part"
        assert standing["seed-v1"] == "own rules"
        assert Template("x", "X", (("confirmed", "A law."),)).standing == "confirmed"

    @pytest.mark.parametrize(
        ("code", "chemistry", "soh", "expected"),
        [
            ("china-floor-30", "LFP", "29.99", "D"),
            ("china-floor-30", "LFP", "30", "C"),
            ("china-floor-40", "LMO", "39.99", "D"),
            ("china-floor-40", "LMO", "40", "C"),
            ("style-4r", "NMC", "79.99", "B"),
            ("style-4r", "NMC", "80", "A"),
            ("style-4r", "LFP", "59.99", "C"),
            ("style-4r", "LFP", "60", "B"),
            ("style-kc10031", "LFP", "69.99", "D"),
            ("style-kc10031", "LFP", "70", "B"),
            ("style-kc10031", "NMC", "80", "D"),
            ("eu-remanufacturing", "LFP", "60", "B"),
        ],
    )
    def test_decide_at_their_limits(self, code, chemistry, soh, expected):
        assert grade(code, chemistry, soh) == expected


class TestAdditions:
    def document(self, **parts):
        return copy.deepcopy(seed_document()) | parts

    @pytest.mark.parametrize(
        ("terms", "fault"),
        [
            ({"A": {"storage_months": 12, "remeasure_months": 12}}, ""),
            ({"A": {"storage_months": 12, "remeasure_months": None}}, ""),
            ({"A": {"storage_months": 12, "remeasure_months": 13}}, "between 1 and storage_months"),
            ({"A": {"storage_months": 0, "remeasure_months": None}}, "at least 1"),
            ({"D": {"storage_months": 12, "remeasure_months": None}}, "can run out, not 'D'"),
            ({"A": {"storage_months": 12}}, "remeasure_months is missing"),
        ],
    )
    def test_validity_is_checked(self, terms, fault):
        found = faults_in(self.document(grade_validity=terms))
        assert bool(found) == bool(fault)
        assert fault in " ".join(found)

    def test_are_told_in_words(self):
        document = template_document("eu-remanufacturing")
        document["applications"][0] |= {"min_current_a": "100", "min_c_rate": "0.5"}
        policy = parse_policy(document)
        assert validity(policy)[0] == (
            "Grade A holds for 12 months of storage; measured again is due after 6."
        )
        assert "at least 100 A, at least 0.5 C" in applications(policy)[0][1]
        assert any(text.startswith("Age limit, UL 1974: ") for text in remarks(policy))

    def test_count_one_month_as_one(self):
        policy = parse_policy(
            self.document(grade_validity={"B": {"storage_months": 1, "remeasure_months": None}})
        )

        assert validity(policy) == ["Grade B holds for 1 month of storage."]

    def test_absent_change_nothing(self):
        assert validity(parse_policy(seed_document())) == []
