"""Where a file stands after it was read."""

import pytest

from grading.domain.tester_files.standing import gives_result, standing_of


def derived(*codes, ah=None, pulses=0):
    flags = [{"code": code, "message": f"{code} found"} for code in codes]
    return {
        "concludes": not any(code.startswith("E_") for code in codes),
        "capacity_ah": ah,
        "pulses": [{"r_mohm": {"10": 1.0}}] * pulses,
        "flags": flags,
    }


class TestGivesResult:
    @pytest.mark.parametrize(
        ("test", "expected"),
        [
            (derived(ah=90.0), True),
            (derived(pulses=1), True),
            (derived("W_TEMP", ah=90.0), True),
            (derived(), False),
            (derived("E_GAP", ah=90.0, pulses=1), False),
        ],
    )
    def test_needs_a_result_that_nothing_forbids(self, test, expected):
        assert gives_result(test) is expected

    def test_a_pulse_without_resistance_is_none(self):
        assert not gives_result(derived() | {"pulses": [{"r_mohm": {}}]})


class TestStandingOf:
    @pytest.mark.parametrize(
        ("tests", "has_pack", "candidates", "state", "why"),
        [
            ([derived(ah=90.0)], True, [], "ready", ""),
            ([derived("E_GAP"), derived(pulses=2)], True, [], "ready", ""),
            ([derived("E_GAP"), derived("E_SIGN")], True, [], "inbox", "E_GAP: E_GAP found\nE_SIGN: E_SIGN"),
            ([derived()], True, [], "inbox", "E_NOTHING: It holds neither"),
            ([derived(ah=90.0)], False, [], "inbox", "E_PACK: Neither its name"),
            ([derived("E_SIGN")], False, ["A", "B"], "inbox", "E_PACK: Several packs fit: A, B."),
        ],
    )  # fmt: skip
    def test_is_ready_with_a_pack_and_a_result(self, tests, has_pack, candidates, state, why):
        standing = standing_of(tests, has_pack=has_pack, candidates=candidates)

        assert standing.state == state
        assert standing.why.startswith(why) and bool(standing.why) == bool(why)
