"""The history completeness score."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from intake.domain.history import WEIGHTS, history_completeness


class TestHistoryCompleteness:
    def test_is_zero_for_nothing(self):
        score = history_completeness({})

        assert score.percent == Decimal("0.0")
        assert set(score.missing) == set(WEIGHTS)

    def test_is_a_hundred_for_everything(self):
        score = history_completeness(dict.fromkeys(WEIGHTS, "x"))

        assert score.percent == Decimal("100.0")
        assert score.missing == ()

    def test_counts_a_no_and_a_zero_as_known(self):
        assert "flood" not in history_completeness({"flood": False}).missing
        assert "odometer_km" not in history_completeness({"odometer_km": 0}).missing

    def test_does_not_count_blanks(self):
        assert "vin" in history_completeness({"vin": ""}).missing
        assert "dtc_codes" in history_completeness({"dtc_codes": []}).missing

    def test_names_the_heaviest_gap_first(self):
        weights = [WEIGHTS[name] for name in history_completeness({}).missing]

        assert weights == sorted(weights, reverse=True)

    @given(st.sets(st.sampled_from(sorted(WEIGHTS))), st.sampled_from(sorted(WEIGHTS)))
    def test_never_falls_when_a_field_is_filled(self, names, more):
        fewer = history_completeness(dict.fromkeys(names, "x"))

        assert history_completeness(dict.fromkeys(names | {more}, "x")).percent >= fewer.percent
