"""Any table, with any corrections: never an unforeseen error, never a row lost."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.domain.manifest.corrections import Corrections
from intake.domain.manifest.problems import Unreadable
from tests.intake.manifest_files import CATALOGUE, HEADING, rows_of, understood, write_csv, write_xlsx

CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "no",
            "yes",
            "none",
            "0,82",
            "1.234",
            "82 %",
            "03/04/2018",
            "1E+15",
            "Total",
            "Summe",
            "-",
            "14.5万公里",
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
)
HEADINGS = st.sampled_from(
    [*HEADING, "SOH", "Energy", "Capacity", "Mileage", "Production date", "Damaged", "Shelf", ""]
)


ANSWER_IDS = st.builds(
    "{}:{}".format,
    st.sampled_from(["column", "unit", "decimal", "dates", "percent", "pad", "fill", "accept:unusual_value"]),
    st.sampled_from([*range(9), "accident_flag", "make", "nothing"]),
) | st.sampled_from(["header_row", "sheet", "hidden_rows"])
ANSWERS = st.sampled_from(
    ["extra", "ignore", "pack_serial", "make", "nominal_energy_kwh", "production_date", "Wh", "km", "mixed"]
    + ["comma", "point", "day_first", "fraction", "7", "1", "no", "yes", "", "nonsense"]
)
# An answer that makes no sense leaves its question open.
LEFT_OPEN = {f"{kind}:{index}" for kind in ("column", "unit") for index in range(9)} | {"header_row"}
FLIPS = st.tuples(st.floats(0, 1), st.integers(0, 255))


class TestAnyTable:
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        heading=st.lists(HEADINGS, max_size=6),
        rows=st.lists(st.lists(CELLS, max_size=14), max_size=12),
        data=st.data(),
    )
    def test_loses_no_row(self, tmp_path, heading, rows, data):
        path = write_csv(tmp_path / "a.csv", [[*HEADING, *heading], *rows])

        try:
            found = understood(path, catalogue=CATALOGUE)
        except Unreadable as refusal:
            assert refusal.code in ("header_only", "not_text")
            return

        summary = found.summary
        assert summary["accepted"] + summary["refused"] == summary["rows"]
        assert summary["rows"] + sum(summary["skipped"].values()) == len(rows) + 1
        assert summary["accepted"] == len(found.packs)
        assert {row for row, _ in found.rules()} >= set(found.refused)
        assert json.dumps(found.lines)

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(kind=st.sampled_from(["csv", "xlsx"]), cut=st.floats(0, 1), flips=st.lists(FLIPS, max_size=8))
    def test_mutated_is_understood_or_refused(self, tmp_path, kind, cut, flips):
        path = tmp_path / f"a.{kind}"
        write = write_csv if kind == "csv" else write_xlsx
        write(path, rows_of({"SOH": "0,82", "Notes": "Zoé 品牌"}, {"Mileage": "61.200"}))
        content = bytearray(path.read_bytes())
        for place, byte in flips:
            content[int(place * (len(content) - 1))] = byte
        path.write_bytes(content[: int(len(content) * (0.5 + cut / 2)) if cut < 0.9 else None])

        try:
            found = understood(path)
        except Unreadable as refusal:
            assert refusal.message
        else:
            assert found.summary["rows"] == len(found.packs) + len(found.refused)

    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        rows=st.lists(st.lists(st.one_of(CELLS, HEADINGS), max_size=9), min_size=1, max_size=14),
        answers=st.dictionaries(ANSWER_IDS, ANSWERS, max_size=8),
        cells=st.dictionaries(
            st.integers(1, 16), st.dictionaries(st.integers(0, 10), CELLS, min_size=1), max_size=3
        ),
        dropped=st.frozensets(st.integers(1, 16), max_size=3),
    )
    def test_of_any_words_with_any_corrections_accounts_for_every_row(
        self, tmp_path, rows, answers, cells, dropped
    ):
        path = write_csv(tmp_path / "a.csv", rows)

        try:
            found = understood(path, catalogue=CATALOGUE, corrections=Corrections(answers, cells, dropped))
        except Unreadable as refusal:
            assert refusal.message
            return

        summary = found.summary
        assert summary["accepted"] + summary["refused"] + summary["dropped"] == summary["rows"]
        assert summary["rows"] + sum(summary["skipped"].values()) == len(rows)
        listed = {each["row"] for each in summary["skipped_rows"]}
        assert listed | set(found.packs) | set(found.refused) | set(found.dropped) == {
            *range(1, len(rows) + 1)
        }
        assert sum(group["count"] for group in summary["groups"]) == len(found.problems)
        assert not {question["id"] for question in summary["questions"]} & {*answers} - LEFT_OPEN
        assert json.dumps(found.lines)
