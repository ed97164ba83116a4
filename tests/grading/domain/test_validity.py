"""Grades that count for a while after the measurement behind them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.domain.changing import changes_of
from grading.domain.evidence import Evidence
from grading.domain.tracing import path_of
from grading.domain.validity import last_day, months_begun, months_later, remeasure_day, terms_of
from grading.domain.verdict import decide
from tests.grading.domain.packs import SEED, TERMS, changed_policy, evidence

POLICY = changed_policy(grade_validity=TERMS)
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


class TestMonths:
    @pytest.mark.parametrize(
        ("since", "on", "expected"),
        [
            ("2026-11-12", "2026-11-12", 0),
            ("2026-11-12", "2026-11-13", 1),
            ("2026-11-12", "2026-12-12", 1),
            ("2026-11-12", "2026-12-13", 2),
            ("2026-11-12", "2027-11-12", 12),
            ("2026-11-12", "2027-11-13", 13),
            ("2027-01-31", "2027-02-28", 1),
            ("2027-01-31", "2027-03-01", 2),
            ("2028-02-29", "2029-02-28", 12),
            ("2028-02-29", "2029-03-01", 13),
            ("2026-11-12", "2026-11-01", 0),
        ],
    )
    def test_begin_on_the_day_after_the_same_day(self, since, on, expected):
        assert months_begun(date.fromisoformat(since), date.fromisoformat(on)) == expected

    @given(since=days, months=st.integers(0, 60))
    def test_end_on_the_last_day_that_counts(self, since, months):
        last = months_later(since, months)

        assert months_begun(since, last) <= months
        assert months_begun(since, last + timedelta(1)) == months + 1


class TestDecide:
    @pytest.mark.parametrize(
        ("facts", "months", "grade"),
        [
            ({"soh_percent": "80.01"}, 6, "A"),
            ({"soh_percent": "80.01"}, 7, "H"),
            ({"soh_percent": "80"}, 7, "B"),
            ({"soh_percent": "80"}, 12, "B"),
            ({"soh_percent": "80"}, 13, "H"),
            ({"soh_percent": "59.99"}, 400, "C"),
            ({"soh_percent": "19.99"}, 400, "D"),
            ({"soh_percent": "70", "weakest_cell_soh_percent": "19.99"}, 13, "D"),
            ({"soh_percent": "70", "safety": "damaged"}, 13, "D"),
            ({"soh_percent": "70", "ir_ratio": "2"}, 13, "C"),
            ({"soh_percent": "70"}, None, "B"),
        ],
    )
    def test_holds_a_grade_whose_months_are_over(self, facts, months, grade):
        assert decide(POLICY, evidence(**facts, soh_age_months=months)).grade == grade

    def test_says_so_and_asks_for_a_fresh_measurement(self):
        verdict = decide(POLICY, evidence(soh_age_months=13))

        assert verdict.missing == ("soh_percent",)
        assert [(reason.code, reason.sentence) for reason in verdict.reasons] == [
            (
                "GRADE_EXPIRED",
                "H: grade B counts for 12 months after the SOH measurement, and these are over."
                " The SOH has to be measured again.",
            )
        ]

    def test_lists_what_may_be_needed_beside_it(self):
        verdict = decide(
            POLICY, evidence(chemistry="NMC", soh_percent="85", ir_ratio=None, soh_age_months=13)
        )

        assert verdict.missing == ("ir_ratio", "soh_percent")
        assert verdict.reasons[0].sentence.endswith("May also be needed: the internal resistance.")

    def test_lets_a_grade_be_that_the_age_cannot_change(self):
        found = decide(
            changed_policy(grade_validity={"A": TERMS["A"]}, evidence={"needs_ir": False}),
            evidence(ir_ratio=None, soh_percent="85", soh_age_months=7),
        )

        assert found.grade == "C"

    def test_ends_nothing_without_terms(self):
        assert decide(SEED, evidence(soh_age_months=400)) == decide(SEED, evidence())


class TestPathOf:
    @pytest.mark.parametrize(("months", "state"), [(12, "passed"), (13, "matched")])
    def test_compares_the_age_last(self, months, state):
        step = path_of(POLICY, evidence(soh_age_months=months))[-1]

        assert (step.rule, step.state) == ("Grade B ends 12 months after the SOH measurement", state)
        assert (step.value, step.limit, step.margin) == (months, 12, months - 12)

    def test_has_no_such_step_where_no_age_is_stated(self):
        assert path_of(POLICY, evidence()) == path_of(SEED, evidence())


class TestChangesOf:
    def test_names_what_a_fresh_measurement_would_make_it(self):
        found = [change.sentence for change in changes_of(POLICY, evidence(soh_age_months=13))]

        assert "A bench SOH of at least 60 and of at most 80 % would make it B, pack reuse." in found


class TestDays:
    def test_follow_from_the_measurement(self):
        terms = terms_of({"grade_validity": TERMS})
        measured = date(2026, 8, 31)

        assert last_day(terms, "A", measured) == date(2027, 2, 28)
        assert remeasure_day(terms, "A", measured) == date(2026, 11, 30)
        assert remeasure_day(terms, "B", measured) is None
        assert last_day(terms, "C", measured) is None
        assert last_day(terms, "A", None) is None


class TestEvidence:
    def test_keeps_the_day_through_json(self):
        item = evidence(soh_age_months=3, soh_measured_on=date(2026, 8, 31), soh_percent=Decimal("70.5"))

        assert item.to_json()["soh_measured_on"] == "2026-08-31"
        assert Evidence.from_json(item.to_json()) == item
