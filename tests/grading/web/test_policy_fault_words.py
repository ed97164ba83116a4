from copy import deepcopy

import pytest

from grading.domain.policy import seed_document
from grading.domain.policy_faults import faults_in
from grading.web.policy_fault_words import in_form_words


def told(*path, value) -> list[str]:
    document = deepcopy(seed_document())
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return in_form_words(faults_in(document), document)


class TestInFormWords:
    @pytest.mark.parametrize(
        ("path", "value", "words"),
        [
            (("bands", 0, "lo"), "-5", "Table of LFP, row 1, SOH from: enter a number of at least 0, not -5"),
            (("bands", 0, "hi"), "", "Table of LFP, row 1, SOH to: enter a number"),
            (("bands", 7, "warranty"), "Z", "Table of NMC, row 2: warranty 'Z' has no terms"),
            (
                ("floors", "pack_percent"),
                "abc",
                "Floors, Pack at least: enter a number of at least 0, not abc",
            ),
            (("title",), None, "Name, Title: must be text; it is empty"),
            (
                ("test_conditions", "capacity", "c_rate"),
                ["9", "0.37"],
                "Conditions of the tests, Capacity: C-rate from: 9 is above the high end, 0.37",
            ),
        ],
    )
    def test_names_the_place_as_the_form_does(self, path, value, words):
        assert words in told(*path, value=value)

    def test_leaves_what_no_form_shows(self):
        assert told("bands", value="none") == ["bands: must be a list, not 'none'"]

    def test_survives_documents_of_no_shape(self):
        for document in ({}, {"bands": None}, {"bands": [1]}):
            assert in_form_words(["policy.bands 1.lo: must be a list", "odd"], document)[1] == "odd"
