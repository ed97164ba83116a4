"""A pack's way in plain words: what each step rests on, and whose words it never holds."""

from datetime import date

import pytest

from grading.queries.dossiers import dossier_of, pack_for
from grading.queries.pack_story import limits_of
from intake.models import Pack
from rebattery.accounts.roles import Role
from tests.evidence import publish_seed
from tests.factories import make_pack, make_person
from tests.grading import cast
from tests.grading.services.disputes.acts import dispute

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy(db):
    return publish_seed()


def told(pack: Pack) -> dict[str, list[str]]:
    viewer = make_person(Role.SUPPLIER, supplier=pack.supplier)
    found = dossier_of(pack=pack_for(viewer=viewer).get(pk=pack.pk), viewer=viewer)
    return {step.sentence: step.details for step in found.steps}


class TestSteps:
    @pytest.mark.rule(5)
    @pytest.mark.parametrize("state", cast.STATES)
    def test_never_hold_a_name_or_a_note(self, state):
        assert cast.SECRET not in str(told(cast.STATES[state]()))

    def test_say_when_a_pack_is_expected(self):
        pack = make_pack()
        viewer = make_person(Role.SUPPLIER, supplier=pack.supplier)
        found = dossier_of(pack=pack_for(viewer=viewer).get(pk=pack.pk), viewer=viewer)
        found.pack.batch.expected_on = date(2026, 12, 3)

        assert [step.details for step in found.steps] == [["Expected on 3 Dec 2026."]]

    def test_say_what_was_measured_how_and_when(self):
        assert told(cast.tested())["Tested on our bench."] == [
            "Measured SOH 74.00 % of 100 Ah (test): constant-current discharge, full to empty, 20 Nov 2026.",
            "Measured resistance 60.00 mΩ, 1.20× the baseline of 60.00 mΩ: DC pulse, 20 Nov 2026.",
        ]

    def test_say_why_a_pack_is_graded(self):
        details = told(cast.graded())["Graded B by seed-v1 v1 for pack reuse."]

        assert details[0] == "B, not A: SOH 74.0 % is not above 80 % (margin 6.0 points)."

    def test_say_why_a_pack_is_held(self):
        [sentence] = [sentence for sentence in told(cast.held()) if sentence.startswith("Waiting")]

        assert sentence.startswith(
            "Waiting for a reviewer under seed-v1 v1: H: SOH is not measured on a bench."
        )

    def test_say_nothing_twice(self):
        for sentence, details in told(cast.in_review()).items():
            assert not any(detail in sentence for detail in details)

    def test_say_why_a_pack_is_rejected_with_its_evidence(self):
        details = told(cast.rejected())["Rejected after review."]

        assert details[0] == "Grade D by seed-v1 v1."
        assert "SOH 15.0 % is below the floor of 20 %" in details[1]
        assert details[2].startswith("Measured SOH 15.00 %")

    def test_say_what_was_found(self):
        [details] = [d for s, d in told(cast.quarantined()).items() if s.startswith("Put into quarantine")]

        assert details == ["Found: Gas, hissing or a sweet solvent smell."]

    def test_tell_the_results_of_their_own_time(self):
        steps = told(cast.measured_again())

        waiting = next(s for s in steps if s.startswith("Waiting for a reviewer"))
        assert "15.0 %" in waiting
        graded = next(s for s in steps if s.startswith("Graded B"))
        assert "74.0 %" in steps[graded][0]

    def test_tell_of_a_dispute(self):
        pack = cast.graded()
        dispute(pack)

        assert "You disputed grade B by seed-v1 v1." in told(pack)


class TestLimitsOf:
    def test_hold_value_limit_and_margin(self):
        pack = cast.graded()
        viewer = make_person(Role.AUDITOR)

        [row] = dossier_of(pack=pack_for(viewer=viewer).get(pk=pack.pk), viewer=viewer).compared

        assert (row.rule, row.fact, row.unit) == ("CAP_60_80", "State of health", "%")
        assert [float(value) for value in (row.measured, row.limit, row.margin)] == [74, 80, 6]

    def test_leave_out_what_compares_nothing(self):
        reason = {"code": "X", "fact": None, "measured": None, "limit": None, "margin": None}

        assert limits_of([reason]) == []
