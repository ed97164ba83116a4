"""What claims would give if the bench confirmed them, at every limit of the seed policy."""

from decimal import Decimal

import pytest

from grading.domain.expected import Claimed, expected_shares
from grading.domain.policy import parse_policy, seed_document

POLICY = parse_policy(seed_document())
IR = "the internal resistance"


def share(chemistry: str, soh: str | None, safety: str = "ok"):
    claim = Claimed(chemistry, None if soh is None else Decimal(soh), safety, 3, Decimal(120))
    [found] = expected_shares(POLICY, [claim])
    assert (found.packs, found.kwh) == (3, Decimal(120))
    return found.grade, found.route, found.needs, found.then


class TestExpectedShares:
    @pytest.mark.parametrize(
        ("chemistry", "soh", "expected"),
        [
            ("LFP", "105", ("H", "hold", IR, ("A", "C"))),
            ("LFP", "80.01", ("H", "hold", IR, ("A", "C"))),
            ("LFP", "80", ("H", "hold", IR, ("B", "C"))),
            ("LFP", "60", ("H", "hold", IR, ("B", "C"))),
            ("LFP", "59.99", ("C", "small_application", "", ())),
            ("LFP", "20", ("C", "small_application", "", ())),
            ("LFP", "19.99", ("D", "recycling", "", ())),
            ("NMC", "80.01", ("H", "hold", IR, ("A", "D"))),
            ("NMC", "80", ("D", "recycling", "", ())),
            ("NMC", "0", ("D", "recycling", "", ())),
            ("LMO", "59.99", ("H", "hold", IR, ("C", "D"))),
            ("LMO", "90", ("H", "hold", IR, ("B", "C"))),
            ("LTO", "90", ("H", "hold", IR, ("A", "C"))),
            ("NIMH", "90", ("X", "out_of_scope", "", ())),
            ("NIMH", None, ("X", "out_of_scope", "", ())),
            ("LFP", None, ("", "", "", ())),
            ("UNKNOWN", None, ("", "", "", ())),
        ],
    )
    def test_are_the_policys_at_the_claim(self, chemistry, soh, expected):
        assert share(chemistry, soh) == expected

    @pytest.mark.parametrize("chemistry", ["UNKNOWN", "a code that no policy knows"])
    def test_name_the_chemistry_where_nobody_knows_it(self, chemistry):
        grade, route, needs, then = share(chemistry, "90")

        assert (grade, route, then) == ("H", "hold", ())
        assert needs.startswith("the chemistry")

    def test_hold_a_chemistry_without_rules(self):
        assert share("NA_ION", "90")[:2] == ("H", "hold")

    @pytest.mark.parametrize(
        ("safety", "grade", "route"), [("damaged", "D", "recycling"), ("critical", "Q", "quarantine")]
    )
    @pytest.mark.parametrize("soh", ["95", None])
    def test_believe_a_declared_damage(self, safety, grade, route, soh):
        assert share("LFP", soh, safety) == (grade, route, "", ())

    def test_add_up_what_comes_out_alike(self):
        claims = [
            Claimed("LFP", Decimal(50), "ok", 2, Decimal(80)),
            Claimed("LTO", Decimal(40), "ok", 1, Decimal("7.5")),
            Claimed("NMC", Decimal(50), "ok", 4, Decimal(160)),
            Claimed("LFP", None, "ok", 5, Decimal(0)),
        ]

        found = expected_shares(POLICY, claims)

        assert [(s.grade, s.packs, s.kwh) for s in found] == [
            ("C", 3, Decimal("87.5")),
            ("D", 4, Decimal(160)),
            ("", 5, Decimal(0)),
        ]

    def test_of_nothing_are_none(self):
        assert expected_shares(POLICY, []) == []

    def test_count_with_a_guard_band(self):
        policy = parse_policy(seed_document() | {"guard_band_pts": "2"})

        [found] = expected_shares(policy, [Claimed("LFP", Decimal(61), "ok", 1, Decimal(1))])

        assert found.grade == "C"
