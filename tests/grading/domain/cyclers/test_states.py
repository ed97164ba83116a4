"""Words of states, in all their languages."""

import polars as pl
import pytest

from grading.domain.cyclers.states import state_of, states_of
from grading.domain.cyclers.table import CHARGE, DISCHARGE, REST, UNKNOWN

WORDS = {
    CHARGE: "CC Chg,CV_Chg,CCCV Chg,C,CHRG,Charge,RateC,C_CC,LAD,充电 CC-CV,恒流充电",
    DISCHARGE: "CC DChg,CC_DChg,D,DCHG,Discharge,RateD,D_CC,ELA,DCH,放电 DC,恒流放电",
    REST: "Rest,R,P,Pause,OCV,Idle,REST,PAU,静置,搁置",
    UNKNOWN: "SIM,End,其它,,Charge/Discharge",
}


class TestStateOf:
    @pytest.mark.parametrize(
        ("word", "state"), [(word, state) for state, words in WORDS.items() for word in words.split(",")]
    )
    def test_understands(self, word, state):
        assert state_of(word) == state


class TestStatesOf:
    def test_gives_one_for_each_word(self):
        found = states_of(pl.Series(["R", "C", None, "D", "C"]))

        assert list(found) == [REST, CHARGE, UNKNOWN, DISCHARGE, CHARGE]
