"""What a declared history lacks, by the weights that its import scored it with."""

from decimal import Decimal

import pytest

from grading.queries.histories import History, history_of
from intake.domain.history import WEIGHTS, history_completeness
from intake.domain.manifest.fields import FIELDS
from tests.factories import make_pack

pytestmark = pytest.mark.django_db


class TestHistoryOf:
    def test_names_the_heaviest_first(self):
        pack = make_pack(declared={"odometer_km": "120000"})

        missing = history_of(pack=pack).missing

        assert missing[0] == "Production date"
        assert not {"Odometer", "Chemistry", "Declared SOH", "SOH method", "Nominal energy"} & set(missing)

    def test_takes_an_unknown_chemistry_for_not_given(self):
        assert "Chemistry" in history_of(pack=make_pack(chemistry="UNKNOWN")).missing

    def test_counts_no_and_zero_as_given(self):
        pack = make_pack(declared={"flood": False, "cycle_count": "0"})

        assert not {"Flood", "Full equivalent cycles"} & set(history_of(pack=pack).missing)

    def test_agrees_with_the_score_that_the_import_stored(self):
        declared = {"odometer_km": "1", "vin": "X", "production_date": "2020-01-01"}
        own = (
            "chemistry",
            "nominal_energy_kwh",
            "rated_capacity_ah",
            "nominal_voltage_v",
            "soh_declared_percent",
            "soh_method",
        )
        told = declared | dict.fromkeys(own, "1")
        score = history_completeness(told)
        pack = make_pack(declared=declared, history_completeness_percent=score.percent)

        found = history_of(pack=pack)

        assert found.percent == score.percent
        assert found.missing == [FIELDS[name].label for name in score.missing]

    def test_of_a_whole_history_lacks_nothing(self):
        pack = make_pack(declared=dict.fromkeys(WEIGHTS, "1"), history_completeness_percent=Decimal(100))

        assert history_of(pack=pack).missing == []


class TestSentence:
    @pytest.mark.parametrize(
        ("missing", "ending"),
        [
            ([], "complete."),
            (["VIN"], "Not given: VIN."),
            (list("ABCDEF"), "Not given: A, B, C, D, E, F."),
            (list("ABCDEFG"), "Not given: A, B, C, D, E, F and 1 more."),
        ],
    )
    def test_names_six_and_counts_the_rest(self, missing, ending):
        sentence = History(Decimal("42.5"), missing).sentence

        assert sentence.startswith("The declared history is 42 % complete.")
        assert sentence.endswith(ending)
