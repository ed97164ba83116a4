"""Policy documents: what is refused, what is hashed, what ships."""

import json
from copy import deepcopy
from decimal import Decimal

import pytest

from grading.domain.policy import PolicyInvalid, canonical_json, parse_policy, policy_sha256, seed_document
from grading.domain.verdict import decide
from intake.domain.chemistry import Chemistry
from tests.grading.domain.packs import SEED, changed_document, changed_policy, evidence


def faults_of(document):
    with pytest.raises(PolicyInvalid) as refusal:
        parse_policy(document)
    return refusal.value.faults


def with_band(index, **changes):
    bands = deepcopy(seed_document()["bands"])
    bands[index] |= changes
    return changed_document(bands=bands)


class TestSeedDocument:
    def test_knows_every_chemistry_that_intake_can_name(self):
        assert set(SEED.matrices) == set(Chemistry)

    def test_carries_its_name_beside_every_grade(self):
        assert (SEED.label, SEED.sha256) == ("seed-v1 v1", policy_sha256(seed_document()))


class TestParsePolicy:
    @pytest.mark.parametrize(
        ("index", "changes", "fault"),
        [
            (1, {"hi": "55"}, "bands of LFP: gap between SOH 55 and 60 %"),
            (1, {"hi_incl": True}, "bands of LFP: overlap between SOH 60 and 60 %"),
            (1, {"lo_incl": False}, "bands of LFP: gap between SOH 20 and 20 %"),
            (1, {"lo": "15"}, "bands of LFP: overlap between SOH 15 and 20 %"),
            (0, {"lo": "1"}, "bands of LFP: gap between SOH 0 and 1 %"),
            (
                2,
                {"ir_limit": "1.9"},
                "bands of LFP from SOH 60 %: the last row must take every IR that the others leave",
            ),
            (
                3,
                {"ir_op": ">"},
                "bands of LFP from SOH 60 %: the last row must take every IR that the others leave",
            ),
            (3, {"ir_op": "<"}, "bands of LFP from SOH 60 %: every IR must have exactly one row"),
            (1, {"grade": "E"}, "policy.bands 2.grade: must be one of A, B, C, H, D, X, Q, not 'E'"),
            (1, {"route": ""}, "policy.bands 2.route: must be one of pack_reuse"),
            (1, {"hi": 60}, "policy.bands 2.hi: must be a decimal number in a string"),
            (1, {"hi": "NaN"}, "policy.bands 2.hi: must be a decimal number in a string"),
            (1, {"warranty": "Z"}, "bands 2: warranty 'Z' has no terms"),
            (1, {"flags": ["SHINY"]}, "texts: SHINY has no sentence"),
            (1, {"class": "LFPX"}, "bands of LFP: gap between SOH 20 and 60 %"),
        ],
    )
    def test_refuses_bands_that_do_not_cover_everything_once(self, index, changes, fault):
        faults = faults_of(with_band(index, **changes))

        assert [found for found in faults if found.startswith(fault)], faults

    @pytest.mark.parametrize(
        ("parts", "fault"),
        [
            ({"effective_from": "2026-01-01"}, "policy.effective_from: must be a moment"),
            ({"effective_from": "soon"}, "policy.effective_from: must be a moment"),
            ({"version": "1"}, "policy.version: must be a whole number"),
            ({"bands": "none"}, "policy.bands: must be a list"),
            ({"surprise": 1}, "policy: surprise is not a known field"),
            (
                {"chemistry_classes": {"LFP": {"label": "LFP", "treat_as": "LFQ"}}},
                "chemistry_classes.LFP: treat_as",
            ),
            (
                {"class_rules": {"UNKNOWN": {"kind": "hold", "code": "CHEM_UNKNOWN"}}},
                "chemistry_classes: UNKNOWN",
            ),
            (
                {"class_rules": {"OUT_OF_SCOPE": {"kind": "exit", "code": "CHEM_OUT_OF_SCOPE"}}},
                "class_rules.OUT_OF",
            ),
            (
                {"test_conditions": {"resistance": {"soc_percent": ["55", "45"]}}},
                "test_conditions.resistance.soc_percent 1: 55 is above the high end, 45",
            ),
        ],
    )
    def test_refuses_what_is_not_a_policy(self, parts, fault):
        faults = faults_of(changed_document(**parts))

        assert [found for found in faults if found.startswith(fault)], faults

    @pytest.mark.parametrize(
        ("when", "grade", "route", "fault"),
        [
            (
                {"fact": "soh_percent", "op": "<", "limit": "30"},
                "D",
                "recycling",
                "cannot change a grade here",
            ),
            (
                {"fact": "has_history", "op": "=", "limit": "no"},
                None,
                None,
                "limit 'no' does not fit has_history",
            ),
            ({"fact": "has_history", "op": "=", "limit": False}, "D", None, "grade and route go together"),
            (
                {"fact": "soh_percent", "op": "<", "limit": True},
                None,
                None,
                "limit True does not fit soh_percent",
            ),
        ],
    )
    def test_refuses_an_overlay_that_cannot_be_evaluated(self, when, grade, route, fault):
        entry = {
            "code": "REVIEW",
            "when": [when],
            "classes": None,
            "grades": None,
            "grade": grade,
            "route": route,
        }

        faults = faults_of(changed_document(overlays=[entry]))

        assert [found for found in faults if fault in found], faults

    def test_reports_every_fault_at_once(self):
        document = with_band(1, hi="55")
        document["bands"][13]["hi"] = "70"

        faults = faults_of(document)

        assert {fault.split(":")[0] for fault in faults} >= {"bands of LFP", "bands of LMO"}

    @pytest.mark.parametrize("document", [{}, [], None, "policy"])
    def test_refuses_other_values_without_crashing(self, document):
        assert faults_of(document)

    def test_splits_a_band_by_more_than_one_limit_of_resistance(self):
        bands = seed_document()["bands"]
        row = bands[2] | {"ir_limit": "1.5", "ir_op": "<=", "grade": "A", "code": "EXTRA"}
        policy = changed_policy(bands=[*bands, row])

        grades = [decide(policy, evidence(ir_ratio=ir)).grade for ir in ("1.5", "1.5001", "1.9999", "2")]

        assert grades == ["A", "B", "B", "C"]

    @pytest.mark.parametrize(
        ("floor", "soh", "grade"), [("30", "29.9999", "D"), ("30", "30", "C"), ("65", "64", "D")]
    )
    def test_cuts_the_bands_at_a_higher_floor(self, floor, soh, grade):
        policy = changed_policy(floors={"pack_percent": floor})

        assert decide(policy, evidence(soh_percent=soh)).grade == grade


class TestCanonicalJson:
    def test_does_not_depend_on_the_order_of_keys(self):
        document = seed_document()

        assert policy_sha256(dict(reversed(document.items()))) == policy_sha256(document)

    def test_survives_a_round_trip(self):
        assert policy_sha256(json.loads(canonical_json(seed_document()))) == SEED.sha256

    def test_writes_decimals_as_strings_and_umlauts_as_they_are(self):
        assert (
            canonical_json({"b": Decimal("1.50"), "a": ("ä", None, True)})
            == '{"a":["ä",null,true],"b":"1.50"}'
        )

    def test_refuses_floats(self):
        with pytest.raises(TypeError, match="float has no canonical form"):
            canonical_json({"limit": 1.5})
