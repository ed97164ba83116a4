"""What is supposed counts for the policy, whatever it demands of evidence."""

from dataclasses import replace
from decimal import Decimal

import pytest

from grading.domain.facts import usable_facts
from grading.domain.policy import parse_policy, seed_document
from grading.domain.supposing import with_claimed_soh, with_new_ir, with_new_soh
from tests.grading.domain.packs import evidence

STRICT = replace(parse_policy(seed_document("seed-v2-guarded")), max_age_days=1)
STALE = evidence(soh_source="bms", soh_age_days=900, soh_age_months=30)


class TestWithNewSoh:
    def test_counts_where_what_was_known_does_not(self):
        assert usable_facts(STRICT, STALE).measured_soh is None
        found = with_new_soh(STRICT, STALE, Decimal("81.5"))

        assert usable_facts(STRICT, found).measured_soh == Decimal("81.5")
        assert (found.soh_age_days, found.soh_age_months) == (0, 0)


class TestWithClaimedSoh:
    @pytest.mark.parametrize(("claimed", "soh"), [("-1", "0"), ("81.5", "81.5"), ("120", "105")])
    def test_stays_within_what_an_soh_can_be(self, claimed, soh):
        found = with_claimed_soh(STRICT, STALE, Decimal(claimed))

        assert (found.soh_percent, found.weakest_bound_from_pack_ah) == (Decimal(soh), True)


class TestWithNewIr:
    def test_counts_where_what_was_known_does_not(self):
        before = evidence(ir_ratio="1.1", ir_comparable=False, resistance_procedure="none-of-these")
        assert usable_facts(STRICT, before).ir is None

        assert usable_facts(STRICT, with_new_ir(STRICT, before, Decimal("1.4"))).ir == Decimal("1.4")
