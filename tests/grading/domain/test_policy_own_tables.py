"""A chemistry gets a table of its own without any change of what it is given."""

import copy

import pytest

from grading.domain.policy import parse_policy, seed_document
from grading.domain.policy_comparison import compare
from grading.domain.policy_faults import faults_in
from grading.domain.policy_own_tables import (
    TableInUse,
    is_followed,
    may_have_own_table,
    with_own_tables,
    without_table,
)
from grading.domain.policy_partly import compare_partly
from grading.domain.policy_table import rows_of, table_names, with_rows

SEED = seed_document()


def treated(**tables):
    """Return the default policy with these chemistries treated as the tables."""
    document = copy.deepcopy(SEED)
    for code, table in tables.items():
        document["chemistry_classes"][code]["treat_as"] = table
    return document


class TestMayHaveOwnTable:
    @pytest.mark.parametrize(
        ("code", "may"), [("NCA", True), ("NA_ION", True), ("PB", True), ("LFP", False), ("UNKNOWN", False)]
    )
    def test_of_what_has_none_and_is_known(self, code, may):
        assert may_have_own_table(SEED, code) is may


class TestWithOwnTables:
    def test_begins_as_a_copy_and_changes_nothing(self):
        made = with_own_tables(treated(NCA="NCA", LMFP="LMFP"), SEED)
        assert faults_in(made) == []
        assert table_names(made) == ["LFP", "NMC", "LMO", "LMFP", "NCA"]
        assert [row | {"class": "NMC"} for row in rows_of(made, "NCA")] == rows_of(SEED, "NMC")
        assert compare(parse_policy(SEED), parse_policy(made)).changes == ()

    def test_takes_the_overlays_along(self):
        made = with_own_tables(treated(LTO="LTO", NCA="NCA"), SEED)
        assert made["overlays"][-1]["classes"] == ["LFP", "LTO"]

    def test_holds_every_pack_where_there_was_no_table(self):
        made = with_own_tables(treated(NA_ION="NA_ION"), SEED)
        (row,) = rows_of(made, "NA_ION")
        assert faults_in(made) == []
        assert (row["lo"], row["hi"], row["grade"], row["route"]) == ("0", "105", "H", "hold")

    def test_leaves_what_is_not_asked_for(self):
        assert with_own_tables(SEED, SEED) == SEED
        moved = treated(NCA="LFP")
        assert with_own_tables(moved, SEED) == moved

    def test_of_a_table_with_faults_leaves_the_others_compared(self):
        made = with_own_tables(treated(NCA="NCA"), SEED)
        rows = rows_of(made, "NCA")
        found = compare_partly(parse_policy(SEED), with_rows(made, "NCA", [rows[0] | {"lo": ""}, *rows[1:]]))
        assert (found.left_out, found.why_not) == (("NCA",), "")
        assert found.comparison and found.comparison.changes == ()


class TestWithoutTable:
    def test_takes_away_what_nothing_follows(self):
        orphan = treated(LMO="LFP")
        assert not is_followed(orphan, "LMO")
        made = without_table(orphan, "LMO")
        assert table_names(made) == ["LFP", "NMC"]
        assert faults_in(made) == []

    def test_is_refused_while_a_chemistry_follows(self):
        with pytest.raises(TableInUse, match="A chemistry follows this table"):
            without_table(SEED, "LMO")

    def test_takes_it_out_of_the_overlays(self):
        made = with_own_tables(treated(LTO="LTO"), SEED)
        made["chemistry_classes"]["LTO"]["treat_as"] = "LFP"
        assert without_table(made, "LTO") == SEED

    def test_is_refused_while_an_overlay_is_for_it_alone(self):
        orphan = treated(LFP="NMC", LMFP="NMC", LTO="NMC")
        with pytest.raises(TableInUse, match="REMANUFACTURE_CANDIDATE is for this table alone"):
            without_table(orphan, "LFP")
