import io

import openpyxl
import pytest

from intake.queries.corrections import corrections_of
from rebattery.accounts.roles import Role
from tests.factories import manifest_csv
from tests.intake.services.manifests.acts import draft, imported
from tests.programs import API, Program


@pytest.fixture
def program(db):
    return Program(Role.SUPPLIER)


def get(program, manifest):
    return program.get(f"manifests/{manifest.pk}/workbook/")


def send(program, manifest, content):
    file = io.BytesIO(content)
    file.name = "draft.xlsx"
    return program.client.post(f"{API}manifests/{manifest.pk}/workbook/", {"file": file})


def edited(response, change):
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response)))
    change(book["Packs"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class TestManifestWorkbook:
    @pytest.mark.rule(5)
    def test_is_not_there_for_another_supplier(self, program):
        manifest = draft(Program(Role.SUPPLIER).person.supplier)

        assert get(program, manifest).status_code == 404
        assert send(program, manifest, b"x").status_code == 404

    def test_goes_down_and_up_again(self, program):
        manifest = draft(program.person.supplier, manifest_csv("RB-0001", "RB-0002", "RB-0003"))

        def change(sheet):
            sheet["G2"] = "77"
            sheet["A9"], sheet["B9"] = 99, "RB-9"
            sheet.delete_rows(4)

        told = send(program, manifest, edited(get(program, manifest), change)).json()

        assert (told["cells"], told["rows"], told["later"], told["missing_rows"]) == (1, 1, 0, [4])
        assert told["unknown_lines"] == ["row 99"] and told["counts"]["missing_rows"] == 1
        assert corrections_of(manifest=manifest).cells == {2: {5: "77"}}

    def test_names_both_values_where_both_were_changed(self, program):
        manifest = draft(program.person.supplier, manifest_csv("RB-0001"))
        old = edited(get(program, manifest), lambda sheet: sheet.__setitem__("G2", "71"))
        new = edited(get(program, manifest), lambda sheet: sheet.__setitem__("G2", "72"))
        send(program, manifest, new)

        told = send(program, manifest, old).json()

        assert told["cells"] == 0
        assert told["conflicts"] == [{"row": 2, "column": "SOH (%)", "workbook": "71", "draft": "72"}]

    def test_refuses_in_words(self, program):
        manifest = imported(program.person.supplier, manifest_csv("RB-0001")).manifest

        for response in (get(program, manifest), send(program, manifest, b"x")):
            assert response.status_code in (409, 422)
            assert response.json()["code"] == "not_a_draft"
        broken = send(program, draft(program.person.supplier), b"x")
        assert broken.json()["code"] == "workbook_unreadable"
