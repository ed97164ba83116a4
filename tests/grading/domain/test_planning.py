"""What a pack lacks, and the route that its SOH leaves."""

from dataclasses import replace
from decimal import Decimal

import pytest

from grading.domain.evidence import Evidence
from grading.domain.planning import (
    SohRange,
    best_route,
    best_routes,
    lack_of,
    range_measured,
    range_reported,
    stake_of,
)
from grading.domain.policy import parse_policy, seed_document

SEED = parse_policy(seed_document())
INSPECTED = Evidence(identity_confirmed=True, chemistry="LFP", safety="ok")


def measured(soh: str, chemistry: str = "LFP", **more: object) -> Evidence:
    facts = {"chemistry": chemistry, "soh_percent": Decimal(soh), "soh_source": "lab"} | more
    return replace(INSPECTED, weakest_bound_from_pack_ah=True, **facts)


class TestLackOf:
    def test_asks_for_capacity_and_resistance_of_a_fresh_pack(self):
        lack = lack_of(SEED, INSPECTED)

        assert (lack.needs_capacity, lack.needs_resistance, lack.skips_resistance) == (True, True, False)
        assert lack.words == ("The internal resistance, the weakest cell, a bench measurement of SOH")

    def test_still_asks_for_the_resistance_where_it_can_change_the_route(self):
        lack = lack_of(SEED, measured("74"))

        assert (lack.facts, lack.skips_resistance) == (("ir_ratio",), False)

    @pytest.mark.parametrize(("soh", "skips"), [("80", True), ("80.0001", False)])
    def test_skips_the_resistance_where_it_cannot(self, soh, skips):
        lack = lack_of(SEED, measured(soh, "NMC"))

        assert lack.skips_resistance is skips
        assert (lack.words == "Nothing") is skips

    def test_has_nothing_to_skip_once_it_is_measured(self):
        lack = lack_of(SEED, measured("74", ir_ratio=Decimal("1.2"), ir_comparable=True))

        assert (lack.words, lack.skips_resistance) == ("Nothing", False)


class TestBestRoute:
    @pytest.mark.parametrize(
        ("chemistry", "soh", "route"),
        [
            ("LFP", "19.9999", "recycling"),
            ("LFP", "20", "small_application"),
            ("LFP", "60", "pack_reuse"),
            ("NMC", "80", "recycling"),
            ("NMC", "80.0001", "pack_reuse"),
            ("LMO", "59.99", "small_application"),
            ("UNKNOWN", "90", "hold"),
            ("NA_ION", "90", "hold"),
            ("NIMH", "90", "out_of_scope"),
        ],
    )
    def test_is_the_best_that_the_policy_leaves(self, chemistry, soh, route):
        assert best_route(SEED, chemistry=chemistry, soh_percent=Decimal(soh)) == route


def at(soh: str, doubt: str = "0", lowered: str = "0") -> SohRange:
    return SohRange(Decimal(soh), Decimal(doubt), Decimal(lowered))


class TestStakeOf:
    """NMC: reuse above 80 %, recycling up to it; LFP: reuse from 60 %, smaller use from 20 %."""

    @pytest.mark.parametrize(
        ("soh", "kept", "most", "routes"),
        [
            # All of the range below the limit, and one step more.
            (at("75", "5"), "0", "0", ("recycling",)),
            (at("75.0001", "5"), "0.0008", "80.0001", ("recycling", "pack_reuse")),
            # (85² − 80²) / (4 · 5): half of the range keeps 82.5 on average.
            (at("80", "5"), "41.25", "85", ("recycling", "pack_reuse")),
            (at("79.9", "5"), "40.4005", "84.9", ("recycling", "pack_reuse")),
            (at("85", "5"), "85", "90", ("pack_reuse",)),
            (at("84.9999", "5"), "84.9991", "89.9999", ("recycling", "pack_reuse")),
            # Without a doubt the limit itself decides.
            (at("80"), "0", "0", ("recycling",)),
            (at("80.0001"), "80.0001", "80.0001", ("pack_reuse",)),
            # What grading takes off lifts the limit, not the energy.
            (at("82", lowered="2"), "0", "0", ("recycling",)),
            (at("82.0001", lowered="2"), "82.0001", "82.0001", ("pack_reuse",)),
            (at("82", "5", "2"), "42.25", "87", ("recycling", "pack_reuse")),
        ],
    )
    def test_averages_what_is_kept_over_where_the_soh_may_lie(self, soh, kept, most, routes):
        found = stake_of(SEED, chemistry="NMC", soh=soh)

        assert abs(found.kept_percent - Decimal(kept)) < Decimal("0.00001")
        assert (found.most_percent, found.routes) == (Decimal(most), routes)

    def test_never_falls_where_the_soh_rises(self):
        found = [
            stake_of(SEED, chemistry="NMC", soh=at(str(Decimal(step) / 10), "5")).kept_percent
            for step in range(700, 1000)
        ]
        assert found == sorted(found)
        assert max(above - below for below, above in zip(found, found[1:], strict=False)) < 1

    def test_names_each_route_within_reach(self):
        found = stake_of(SEED, chemistry="LFP", soh=at("40", "25"))

        assert found.routes == ("recycling", "small_application", "pack_reuse")

    @pytest.mark.parametrize(("chemistry", "route"), [("UNKNOWN", "hold"), ("NIMH", "out_of_scope")])
    def test_is_nothing_where_no_soh_leads_to_a_route(self, chemistry, route):
        found = stake_of(SEED, chemistry=chemistry, soh=at("90", "5"))

        assert (found.routes, found.kept_percent, found.most_percent) == ((route,), 0, 0)


class TestRanges:
    GUARDED = parse_policy(seed_document("seed-v2-guarded"))

    def test_of_a_measurement_is_as_wide_as_the_policy_s_own_doubt(self):
        u = Decimal("0.8")
        factor = self.GUARDED.undecided_factor

        assert range_measured(SEED, soh_percent=Decimal(79), u_points=u) == at("79")
        assert range_measured(self.GUARDED, soh_percent=Decimal(79), u_points=u) == SohRange(
            Decimal(79), factor * u, Decimal(0)
        )
        assert range_measured(self.GUARDED, soh_percent=Decimal(79), u_points=None).doubt_points == 0

    def test_of_a_measurement_is_lowered_where_its_uncertainty_guards(self):
        evidence = seed_document()["evidence"] | {"k_lower_bound": "1.5"}
        bounded = parse_policy(seed_document() | {"evidence": evidence, "guard_band_pts": "1"})

        found = range_measured(bounded, soh_percent=Decimal(81), u_points=Decimal(2))

        assert found == at("81", lowered="4.0")

    def test_of_a_report_is_that_of_its_agreement_else_the_widest_that_may_rank(self):
        guarded = parse_policy(seed_document() | {"guard_band_pts": "2"})

        assert range_reported(guarded, soh_percent=Decimal(81), half_width=None) == at("81", "5", "2")
        assert range_reported(SEED, soh_percent=Decimal(81), half_width=Decimal("3.2")) == at("81", "3.2")


class TestBestRoutes:
    def test_cover_what_has_a_table(self):
        found = best_routes(SEED)

        assert {row.chemistry for row in found} == {
            "LFP", "LMFP", "LTO", "NMC", "NCA", "LCO", "NI_BLEND", "LMO",
        }  # fmt: skip
        assert {row.route for row in found if row.is_kept} == {"pack_reuse", "small_application"}
