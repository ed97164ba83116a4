"""Outcomes that are hardly plausible."""

from decimal import Decimal as D

import pytest

from grading.domain.doubts import READ_AGAIN, capacity_doubts, resistance_doubts, unconfirmed

WINDOW = D("0.3"), D("1.1")


def of_capacity(**values):
    known = dict.fromkeys(("soh_percent", "weakest_percent", "charge_ah", "rated_ah", "window"))
    return capacity_doubts(**known | values)


class TestCapacityDoubts:
    @pytest.mark.parametrize(
        ("values", "doubts"),
        [
            ({}, []),
            ({"soh_percent": D(20)}, []),
            ({"soh_percent": D("8.4351")}, ["SOH of 8.4 % is below 20 %"]),
            ({"soh_percent": D(0)}, ["SOH of 0.0 % is below 20 %"]),
            ({"weakest_percent": D(20)}, []),
            ({"weakest_percent": D("7.5")}, ["SOH of 7.5 % of the weakest member is below 20 %"]),
        ],
    )
    def test_names_what_few_packs_have(self, values, doubts):
        assert of_capacity(**values) == doubts

    @pytest.mark.parametrize(
        ("charge", "is_asked"), [("29.9", True), ("30", False), ("110", False), ("111", True)]
    )
    def test_takes_the_window_of_the_procedure(self, charge, is_asked):
        found = of_capacity(charge_ah=D(charge), rated_ah=D(100), window=WINDOW)

        assert bool(found) is is_asked

    def test_says_one_slip_once(self):
        values = {"soh_percent": D("8.4"), "charge_ah": D("11.05"), "rated_ah": D("131.0"), "window": WINDOW}

        words = "11.05 Ah is 8.4 % of the rated 131 Ah, outside the procedure's 30 to 110 %"
        assert of_capacity(**values) == [words]

    def test_knows_no_window_without_a_procedure(self):
        assert of_capacity(charge_ah=D(25), rated_ah=D(100), soh_percent=D(25)) == []


class TestResistanceDoubts:
    @pytest.mark.parametrize(
        ("ir", "ratio", "doubts"),
        [
            (None, None, []),
            ("62", "1", []),
            ("62", "0.3", []),
            ("62", "5", []),
            ("1999", "32.2419", ["1999 mΩ is 32.24 × its baseline, outside 0.3 to 5"]),
            ("6.2", "0.1", ["6.2 mΩ is 0.10 × its baseline, outside 0.3 to 5"]),
            ("0.5", "1", []),
            ("1", None, []),
            ("1000", None, []),
            ("1999", None, ["1999 mΩ is outside 1 to 1000 mΩ"]),
            ("0.5", None, ["0.5 mΩ is outside 1 to 1000 mΩ"]),
        ],
    )
    def test_names_what_few_packs_have(self, ir, ratio, doubts):
        found = resistance_doubts(ir_mohm=ir and D(ir), ir_ratio=ratio and D(ratio))

        assert found == doubts


class TestUnconfirmed:
    def test_asks_at_the_field_of_the_answer(self):
        assert unconfirmed(["a", "b"], " ") == {"confirmation": f"a; b. {READ_AGAIN}"}

    @pytest.mark.parametrize(("doubts", "confirmation"), [([], ""), (["a"], "read it again")])
    def test_asks_nothing_else(self, doubts, confirmation):
        assert unconfirmed(doubts, confirmation) == {}
