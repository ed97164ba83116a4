"""A policy in words says what the document says, whatever the order of its keys."""

import copy
import json

from grading.domain.policy import parse_policy, seed_document
from grading.domain.policy_words import decision_tables, evidence_demands, floors, remarks

POLICY = parse_policy(seed_document())
# A database gives keys back in an order of its own.
SHUFFLED = parse_policy(json.loads(json.dumps(seed_document(), sort_keys=True)))


class TestDecisionTables:
    def test_have_one_row_for_each_band(self):
        tables = decision_tables(POLICY.document)
        assert sum(len(table.rows) for table in tables) == len(POLICY.document["bands"])
        assert sum(len(table.chemistries) for table in tables) == len(POLICY.document["chemistry_classes"])

    def test_begin_with_the_bands_in_their_order(self):
        assert [table.chemistries[0] for table in decision_tables(POLICY.document)][:3] == [
            "Lithium iron phosphate (LFP)",
            "Nickel manganese cobalt (NMC)",
            "Lithium manganese oxide (LMO)",
        ]

    def test_do_not_depend_on_the_order_of_keys(self):
        assert decision_tables(SHUFFLED.document) == decision_tables(POLICY.document)

    def test_write_limits_as_they_are(self):
        rows = decision_tables(POLICY.document)[0].rows
        assert [row.soh for row in rows][1:4] == [
            "20 % ≤ SOH < 60 %",
            "60 % ≤ SOH ≤ 80 %",
            "60 % ≤ SOH ≤ 80 %",
        ]
        assert (rows[2].ir, rows[3].ir) == ("< 2.0× baseline", "≥ 2.0× baseline")
        assert rows[3].conditions == ("A reviewer looks at this pack before it moves.",)

    def test_show_a_draft_as_it_stands_however_unsound(self):
        bands = copy.deepcopy(seed_document()["bands"])
        bands[1] |= {"lo": "", "grade": "", "route": "", "flags": ["NEW"], "warranty": "GONE"}
        bands[2] |= {"hi": "", "ir_limit": None, "route": "sea"}
        rows = decision_tables(seed_document() | {"bands": bands})[0].rows
        assert (rows[1].soh, rows[1].grade, rows[1].route) == ("? % ≤ SOH < 60 %", "?", "?")
        assert (rows[1].conditions, rows[1].warranty) == (("NEW",), "GONE")
        assert (rows[2].soh, rows[2].ir, rows[2].route) == ("60 % ≤ SOH ≤ ? %", "< ?× baseline", "sea")

    def test_show_a_table_that_no_chemistry_follows(self):
        classes = copy.deepcopy(seed_document()["chemistry_classes"])
        classes["LMO"]["treat_as"] = "LFP"
        tables = decision_tables(seed_document() | {"chemistry_classes": classes})
        unused = next(table for table in tables if table.name == "LMO")
        assert (unused.title, unused.chemistries, len(unused.rows)) == ("LMO", (), 7)


class TestWords:
    def test_name_floors_demands_and_remarks(self):
        assert floors(POLICY)[0] == "Weakest cell below 20 %: D, recycling."
        assert evidence_demands(POLICY)[0] == "Only SOH from these sources grades: test on the bench."
        assert remarks(POLICY)[0].endswith("At best D.")
