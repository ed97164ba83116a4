"""What check_manifest prints of a file, and that it writes nothing."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from intake.models import Intent, Manifest
from intake.services import manifests
from rebattery.audit.trail import events
from tests.factories import AT, make_actor, make_pack, make_supplier
from tests.intake.drafting import answered, read, take
from tests.intake.manifest_files import rows_of, shared_file, write_csv

RULES = {
    "duplicate in file": "serial_repeated",
    "serial damaged by the spreadsheet": "serial_damaged",
    "safety field blank (accident)": "safety_blank",
    "SOH is not a number": "soh_not_a_number",
    "unknown column Lagerplatz: question": "column_unknown",
}


def check(path, *arguments, supplier=None):
    """Run the command; return its exit code and what it wrote to both outputs."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("check_manifest", str(path), *arguments, supplier=supplier, stdout=out, stderr=err)
    except SystemExit as end:
        code = end.code
    return code, out.getvalue(), err.getvalue()


def checked(path, **options):
    code, out, _ = check(path, "--json", **options)
    return code, json.loads(out)


class TestCheckManifest:
    @pytest.mark.parametrize("name", ["clean_en.csv", "fleet_zh.csv", "dismantler_de.xlsx", "fleet_5000.csv"])
    def test_prints_what_the_reference_files_hold(self, db, name):
        expected = json.loads(shared_file("expected.json").read_text())[name]

        code, found = checked(shared_file(name))

        assert (code, found["rows"]) == (expected["exit"], expected["rows"])
        assert expected["accepted"] in (None, found["accepted"])
        assert sorted((str(p["row"]), p["rule"]) for p in found["problems"]) == sorted(
            (str(p["row"]), RULES[p["rule"]]) for p in expected["problems"]
        )
        packs = {pack["row"]: pack for pack in found["packs"]}
        for row, values in expected.get("packs", {}).items():
            assert values.items() <= packs[int(row)].items()

    def test_has_the_keys_that_others_build_on(self, db, tmp_path):
        _, found = checked(write_csv(tmp_path / "a.csv", rows_of({"SOH": "0,82", "Accident": ""})))

        assert {"sheet", "encoding", "delimiter", "header_row", "columns", "rows", "accepted"} <= set(found)
        assert set(found["columns"][0]) == {"header", "field", "unit", "confidence"}
        assert set(found["problems"][0]) == {
            "row",
            "column",
            "field",
            "rule",
            "severity",
            "value",
            "message",
            "fix",
        }

    def test_prints_every_problem(self, db, tmp_path):
        packs = [{"SOH": "broken", "Accident": ""} for _ in range(3000)]

        code, found = checked(write_csv(tmp_path / "a.csv", rows_of(*packs)))

        assert (code, len(found["problems"])) == (1, 6000)

    def test_ends_with_1_for_a_question_alone(self, db, tmp_path):
        code, found = checked(write_csv(tmp_path / "a.csv", rows_of({"Shelf": "A"})))

        assert (code, found["accepted"]) == (1, 1)
        assert [question["id"] for question in found["questions"]] == ["column:6"]

    def test_ends_with_0_for_warnings(self, db, tmp_path):
        assert checked(write_csv(tmp_path / "a.csv", rows_of({"SOH": "12 bars"})))[0] == 0

    @pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"just a sentence"])
    def test_ends_with_2_for_what_is_no_table(self, db, tmp_path, content):
        path = tmp_path / "a.csv"
        path.write_bytes(content)

        code, out, err = check(path, "--json")

        assert code == 2
        assert json.loads(out)["refused"]["message"] == err.strip() != ""

    def test_ends_with_2_for_a_file_that_is_not_there(self, db, tmp_path):
        code, _, err = check(tmp_path / "absent.csv")

        assert (code, "cannot be opened" in err) == (2, True)

    def test_says_it_in_words(self, db, tmp_path):
        code, out, _ = check(write_csv(tmp_path / "a.csv", rows_of({"Energy (Wh)": "40000", "Accident": ""})))

        assert code == 1
        assert "Energy (Wh) → Nominal energy [Wh] (Wh to kWh)" in out
        assert "1 rows, 0 acceptable" in out
        assert "Row 2, column “Accident”: error safety_blank" in out

    def test_looks_up_the_suppliers_packs_and_tells_nothing_of_others(self, db, tmp_path):
        supplier = make_supplier("OURS")
        own, other = make_pack(supplier), make_pack(make_supplier("THEIRS"))
        path = write_csv(
            tmp_path / "a.csv", rows_of({"Pack serial": own.serial}, {"Pack serial": other.serial})
        )

        code, found = checked(path, supplier="ours")

        assert code == 1
        assert [problem["rule"] for problem in found["problems"] if problem["severity"] == "error"] == [
            "serial_already_announced",
            "serial_already_known",
        ]
        assert "THEIRS" not in json.dumps(found)

    def test_uses_what_the_supplier_answered_before(self, db, tmp_path):
        supplier = make_supplier("OURS")
        rows = rows_of({"Shelf": "A"})
        first = write_csv(tmp_path / "a.csv", rows).read_bytes()
        draft = answered(read(take(supplier, first)), column__6="storage_location")
        manifests.submit(
            manifest_id=draft.pk, intent=Intent.ANNOUNCE_ALL, expected_on=None, actor=make_actor(), at=AT
        )
        read(draft)

        rows[1][0] = "LF40-0002"
        code, found = checked(write_csv(tmp_path / "b.csv", rows), supplier="OURS")

        assert (code, found["packs"][0]["storage_location"]) == (0, "A")

    def test_writes_nothing(self, db, tmp_path):
        make_supplier("OURS")
        before = events().count()

        check(write_csv(tmp_path / "a.csv", rows_of({})), supplier="OURS")

        assert (Manifest.objects.count(), events().count()) == (0, before)

    def test_knows_its_suppliers(self, db, tmp_path):
        with pytest.raises(CommandError, match="NOBODY"):
            check(write_csv(tmp_path / "a.csv", rows_of({})), supplier="NOBODY")
