"""What a pack lacks, and the route that its SOH leaves."""

from dataclasses import replace
from decimal import Decimal

import pytest

from grading.domain.evidence import Evidence
from grading.domain.planning import best_route, best_routes, lack_of
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

    def test_lowers_the_soh_by_the_guard_band(self):
        guarded = parse_policy(seed_document() | {"guard_band_pts": "2"})

        assert best_route(guarded, chemistry="NMC", soh_percent=Decimal(82)) == "recycling"


class TestBestRoutes:
    def test_cover_what_has_a_table(self):
        found = best_routes(SEED)

        assert {row.chemistry for row in found} == {
            "LFP", "LMFP", "LTO", "NMC", "NCA", "LCO", "NI_BLEND", "LMO",
        }  # fmt: skip
        assert {row.route for row in found if row.is_kept} == {"pack_reuse", "small_application"}
