"""Names, texts and numbers of a policy: what would break a page, a file name or a report is refused."""

from copy import deepcopy

import pytest

from grading.domain.policy import compile_policy, seed_document
from grading.domain.policy_faults import faults_in
from grading.domain.policy_table import rows_of, table_faults
from grading.domain.policy_templates import TEMPLATES, template_document

SEED = seed_document()


def put(path, value):
    document = deepcopy(SEED)
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return document


def of(path, value):
    return faults_in(put(path, value))


class TestFaultsIn:
    @pytest.mark.parametrize("code", TEMPLATES)
    def test_finds_none_in_what_ships(self, code):
        assert faults_in(template_document(code)) == []

    @pytest.mark.parametrize(
        ("path", "value", "place"),
        [
            (("id",), "../../etc <b>", "policy.id: must be 2 to 40 small letters"),
            (("id",), "x" * 41, "policy.id: must be 2 to 40 small letters"),
            (("title",), "T" * 161, "policy.title: must have at most 160 characters; it has 161"),
            (("title",), " ", "policy.title: must not be empty"),
            (("title",), "two\nlines", "policy.title: must hold no control characters"),
            (("title",), "a\u202eb", "policy.title: must hold no control characters"),
            (("bands", 1, "code"), "<script>", "policy.bands 2.code: must be 1 to 40 capital letters"),
            (("bands", 1, "code"), "A" * 41, "policy.bands 2.code: must be 1 to 40 capital letters"),
            (("bands", 1, "class"), "lfp", "policy.bands 2.class: must be 1 to 40 capital letters"),
            (("bands", 1, "hi"), "6e1", "policy.bands 2.hi: must be digits"),
            (("bands", 1, "hi"), " 60", "policy.bands 2.hi: must be digits"),
            (("overlays", 0, "code"), "a b", "policy.overlays 1.code: must be 1 to 40 capital letters"),
            (("overlays", 0, "classes"), [["LFP"]], "policy.overlays 1.classes: must be 1 to 40 capital"),
            (("overlays", 0, "grades"), ["E"], "policy.overlays 1.grades: must be one of"),
            (("applications", 0, "label"), "L" * 161, "policy.applications 1.label: must have at most 160"),
            (("routes", "hold", "label"), "L" * 161, "policy.routes.hold.label: must have at most 160"),
            (("texts", "REVIEW"), "T" * 1001, "policy.texts.REVIEW: must have at most 1,000 characters"),
            (("texts", "<b>"), "Bold.", "texts: must be 1 to 40 capital letters"),
            (("warranty", "A", "note"), "N" * 1001, "policy.warranty.A.note: must have at most 1,000"),
            (("warranty", "A", "term_months"), -1, "policy.warranty.A.term_months: must be a whole number"),
            (("warranty", "A", "cycles"), True, "policy.warranty.A.cycles: must be a whole number"),
        ],
    )
    def test_tells_what_no_page_can_carry_at_its_place(self, path, value, place):
        faults = of(path, value)

        assert [fault for fault in faults if fault.startswith(place)], faults

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (("id",), "x" * 40),
            (("title",), "T" * 160),
            (("title",), "Stärker 🔋"),
            (("bands", 1, "code"), "A" * 40),
            (("texts", "REVIEW"), "One line.\r\nAnother."),
            (("texts", "REVIEW"), "T" * 1000),
            (("warranty", "A", "note"), ""),
        ],
    )
    def test_takes_what_reaches_the_limit(self, path, value):
        assert of(path, value) == []

    def test_quotes_no_more_than_a_person_reads(self):
        assert max(map(len, of(("bands", 1, "code"), "A" * 100_000))) < 500


class TestCompilePolicy:
    def test_takes_what_was_published_before(self):
        document = put(("title",), "T" * 100_000) | {"id": "../../etc <b>"}

        assert compile_policy(document).label == "../../etc <b> v1"


class TestTableFaults:
    @pytest.mark.parametrize("code", ["<script>", "A" * 41, "lower"])
    def test_tell_a_bad_code_in_its_cell(self, code):
        rows = rows_of(SEED, "LFP")
        rows[1]["code"] = code

        assert list(table_faults(SEED, rows).cells) == [(1, "code")]
