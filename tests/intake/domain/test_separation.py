"""Who may not judge what."""

import pytest

from intake.domain.separation import (
    BARS,
    OWN_CLAIM,
    OWN_DECISION,
    OWN_DRAFT,
    OWN_FINDING,
    OWN_MEASUREMENT,
    OWN_PROPOSAL,
    OWN_PROPOSAL_STANDS,
    OWN_REQUEST,
    OWN_RESULTS,
    Act,
    Judging,
    why_not,
)

ANN, BEN = 1, 2
SAID = {
    (Judging.REVIEW, Act.DECLARED): OWN_CLAIM,
    (Judging.REVIEW, Act.MEASURED): OWN_MEASUREMENT,
    (Judging.OVERRIDE, Act.DECLARED): OWN_CLAIM,
    (Judging.OVERRIDE, Act.MEASURED): OWN_MEASUREMENT,
    (Judging.OVERRIDE, Act.ASKED): OWN_REQUEST,
    (Judging.ENDING, Act.DECLARED): OWN_CLAIM,
    (Judging.ENDING, Act.MEASURED): OWN_MEASUREMENT,
    (Judging.DISPUTE, Act.DECLARED): OWN_CLAIM,
    (Judging.DISPUTE, Act.MEASURED): OWN_MEASUREMENT,
    (Judging.DISPUTE, Act.ASKED): OWN_DECISION,
    (Judging.DISPUTE, Act.DECIDED): OWN_DECISION,
    (Judging.REOPENING, Act.MEASURED): OWN_FINDING,
    (Judging.DECLARATION, Act.PROPOSED): OWN_PROPOSAL,
    (Judging.DECLARATION, Act.MEASURED): OWN_RESULTS,
    (Judging.REFUSAL, Act.PROPOSED): OWN_PROPOSAL_STANDS,
    (Judging.PUBLICATION, Act.WROTE): OWN_DRAFT,
}


@pytest.mark.rule(4)
class TestWhyNot:
    @pytest.mark.parametrize("judging", Judging)
    @pytest.mark.parametrize("act", Act)
    def test_says_what_bars_whom_from_what(self, judging, act):
        assert why_not(judging, ANN, [(act, BEN), (act, ANN)]) == SAID.get((judging, act), "")
        assert why_not(judging, ANN, [(act, BEN)]) == ""

    @pytest.mark.parametrize("judging", Judging)
    def test_is_nobodys_where_nobody_is_known(self, judging):
        assert why_not(judging, None, [(act, None) for act in Act]) == ""

    def test_names_the_first_part_that_a_person_had(self):
        acts = [(Act.DECIDED, ANN), (Act.DECLARED, ANN), (Act.MEASURED, ANN)]
        assert why_not(Judging.DISPUTE, ANN, acts) == OWN_MEASUREMENT

    def test_has_an_answer_for_each_judgement(self):
        assert set(BARS) == set(Judging)
