"""Which discharges count as the full cycles of a test."""

import pytest

from grading.domain.tester_files.cycles import full_cycles_ah


def chain(ah, *failed, unknown=()):
    rules = [{"code": code, "passed": False} for code in failed]
    return {"ah": ah, "rules": [*rules, *({"code": code, "passed": None} for code in unknown)]}


ACCEPTED, SLOW, GAP = chain(-100.0, unknown=["5_counter"]), chain(90.0, "7_c_rate"), chain(80.0, "4_no_gap")


class TestFullCyclesAh:
    @pytest.mark.parametrize(
        ("chains", "place", "expected"),
        [
            ([ACCEPTED], None, []),
            ([ACCEPTED], 0, [100.0]),
            ([ACCEPTED, SLOW, GAP, ACCEPTED, ACCEPTED], 3, [100.0, 100.0]),
            ([SLOW, GAP, SLOW], 2, [90.0, 90.0]),
            ([SLOW], 0, [90.0]),
        ],
    )
    def test_takes_what_is_as_good_as_the_one_that_counts(self, chains, place, expected):
        test = {"capacity_chain": place, "capacity_chains": chains}

        assert full_cycles_ah(test) == expected
