import json

import pytest
from django.urls import reverse

from rebattery.accounts.roles import Role
from tests.factories import make_person, make_supplier, manifest_csv
from tests.intake import drafting
from tests.intake.drafting import DAMAGED_ROW, DUPLICATE_ROW, SERIAL_COLUMN, SOH_COLUMN, SOH_ROW

BY_SCRIPT = {"HX-Request": "true"}
BROKEN = "1,23457E+15"


@pytest.fixture
def supplier(db):
    return make_supplier()


@pytest.fixture
def owner(client, supplier):
    person = make_person(Role.SUPPLIER, supplier=supplier)
    client.force_login(person)
    return person


@pytest.fixture
def draft(supplier):
    return drafting.answered(drafting.make_draft(supplier))


def row_url(draft, row):
    return reverse("manifest_row", args=[draft.pk, row])


def choice_url(draft, row):
    return reverse("manifest_row_choice", args=[draft.pk, row])


def cell_url(draft, row=DAMAGED_ROW, column=SERIAL_COLUMN):
    return reverse("manifest_cell", args=[draft.pk, row, column])


def page(response):
    return response.content.decode()


class TestManifestRow:
    @pytest.mark.rule(5)
    def test_is_not_there_for_another_supplier(self, client, draft):
        client.force_login(make_person(Role.SUPPLIER))

        assert client.get(row_url(draft, 6)).status_code == 404
        assert client.post(choice_url(draft, 6), {"do": "drop"}).status_code == 404
        assert draft.rows.get(row=6).fate == "open"

    def test_is_left_as_it_is_by_who_may_only_look(self, client, draft):
        client.force_login(make_person(Role.WAREHOUSE))

        assert client.get(row_url(draft, 6)).status_code == 200
        assert client.post(choice_url(draft, 6), {"do": "drop"}).status_code == 403
        assert draft.rows.get(row=6).fate == "open"

    def test_is_not_there_where_the_file_has_none(self, client, draft, owner):
        assert client.get(row_url(draft, 99)).status_code == 404

    def test_shows_what_was_understood_and_how(self, client, draft, owner):
        shown = page(client.get(row_url(draft, 6)))

        assert "<b>82</b> %" in shown and "fraction to percent" in shown
        assert "<b>61200</b> km" in shown


class TestManifestRowChoice:
    def test_tells_of_each_cell_what_was_done_to_this_one(self, client, supplier, owner):
        heading, *lines = manifest_csv("RB-0001", "RB-0002").decode().splitlines()
        heading = heading.replace("Nominal energy (kWh)", "Energy")
        index = heading.split(",").index("Energy")
        cells = lines[1].split(",")
        cells[index] = "62000"
        content = "\n".join([heading, lines[0], ",".join(cells)]).encode()
        draft = drafting.make_draft(supplier, content, "a.csv")
        draft = drafting.answered(draft, **{f"unit__{index}": "mixed"})

        assert "Wh to kWh" in page(client.get(row_url(draft, 3)))
        assert "Wh to kWh" not in page(client.get(row_url(draft, 2)))

    def test_is_left_out_and_taken_in_again(self, client, draft, owner):
        response = client.post(choice_url(draft, DUPLICATE_ROW), {"do": "drop"})

        assert response.url.endswith(f"#row-{DUPLICATE_ROW}")
        assert draft.rows.get(row=DUPLICATE_ROW).fate == "dropped"

        client.post(choice_url(draft, DUPLICATE_ROW), {"do": "restore"})

        assert draft.rows.get(row=DUPLICATE_ROW).fate == "open"

    def test_answers_a_script_with_the_row_and_what_stands_around(self, client, draft, owner):
        response = client.post(
            choice_url(draft, DUPLICATE_ROW), {"do": "drop", "shown": "6,7,8"}, headers=BY_SCRIPT
        )

        answer = page(response)
        assert answer.lstrip().startswith("<tr")
        assert 'id="row-8"' in answer and "Left out" in answer
        for part in ("rail", "chips", "strip", "undo", "announce", "history"):
            assert f'id="{part}"' in answer
        assert "Announce 3 packs; 2 stay in the draft" in answer


class TestManifestCell:
    def test_refuses_who_may_not_send(self, client, draft):
        client.force_login(make_person(Role.WAREHOUSE))

        assert client.post(cell_url(draft), {"text": "X-0001"}).status_code == 403

    @pytest.mark.rule(5)
    def test_is_not_there_for_another_supplier(self, client, draft):
        client.force_login(make_person(Role.SUPPLIER))

        assert client.get(cell_url(draft)).status_code == 404
        assert client.post(cell_url(draft), {"text": "X-0001"}).status_code == 404

    @pytest.mark.parametrize(("row", "column"), [(99, 1), (9, 99)])
    def test_is_not_there_where_the_file_has_none(self, client, draft, owner, row, column):
        assert client.get(cell_url(draft, row, column)).status_code == 404

    def test_shows_a_form_without_script(self, client, draft, owner):
        shown = page(client.get(cell_url(draft)))

        assert f'value="{BROKEN}"' in shown
        assert "The spreadsheet turned this serial into a rounded number." in shown

    def test_judges_the_row_afresh(self, client, draft, owner):
        response = client.post(cell_url(draft), {"text": " ID3-77-041 ", "was": BROKEN})

        row = draft.rows.get(row=DAMAGED_ROW)
        assert response.url.endswith(f"#row-{DAMAGED_ROW}")
        assert (row.serial, row.severity) == ("ID3-77-041", 0)

    def test_answers_a_script_with_the_rows_that_change(self, client, draft, owner):
        fields = {"text": "ZOE-6612", "was": BROKEN, "shown": "6,8,9", "columns": "1,8,0"}

        answer = page(client.post(cell_url(draft), fields, headers=BY_SCRIPT))

        assert "The serial repeats row 6." in answer
        assert answer.index('data-cell="1"') < answer.index('data-cell="8"') < answer.index('data-cell="0"')
        assert 'id="row-10"' not in answer

    def test_does_nothing_when_nothing_changes(self, client, draft, owner):
        client.post(cell_url(draft), {"text": BROKEN, "was": BROKEN})

        assert not draft.corrections.filter(kind="cells").exists()

    @pytest.mark.rule(22)
    def test_shows_both_values_when_somebody_was_faster(self, client, draft, owner):
        drafting.edit(draft, DAMAGED_ROW, SERIAL_COLUMN, "ID3-THEIRS")
        fields = {"text": "ID3-MINE", "was": BROKEN}

        by_script = page(client.post(cell_url(draft), fields, headers=BY_SCRIPT))
        without = page(client.post(cell_url(draft), fields))

        for answer in (by_script, without):
            assert "ID3-THEIRS" in answer and "ID3-MINE" in answer
        assert 'name="was" value="ID3-THEIRS"' in without
        assert draft.rows.get(row=DAMAGED_ROW).serial == "ID3-THEIRS"

    @pytest.mark.rule(22)
    def test_takes_other_line_ends_for_the_same_text(self, client, supplier, owner):
        def change(sheet):
            sheet.cell(6, SOH_COLUMN + 1).value = "zwei\nZeilen"

        draft = drafting.answered(drafting.make_draft(supplier, drafting.german_workbook(change)))

        client.post(cell_url(draft, 6, SOH_COLUMN), {"text": "0,80", "was": "zwei\r\nZeilen"})

        assert draft.corrections.filter(kind="cells").count() == 1

    def test_says_a_refusal_beside_the_row(self, client, draft, owner):
        fields = {"text": "x" * 3000, "was": "12 Balken"}

        response = client.post(cell_url(draft, SOH_ROW, SOH_COLUMN), fields, headers=BY_SCRIPT)

        said = json.loads(response["HX-Trigger"])["rb:say"]
        assert said["tone"] == "error" and said["text"].endswith("Nothing was changed.")
        assert "12 Balken" in page(response)

    def test_has_the_page_loaded_again_once_the_file_is_no_draft(self, client, draft, owner):
        client.post(reverse("manifest_announce", args=[draft.pk]), {"intent": "announce_valid"})

        response = client.post(cell_url(draft), {"text": "ID3-1", "was": BROKEN}, headers=BY_SCRIPT)

        assert response["HX-Refresh"] == "true"

    def test_asks_the_same_queries_for_any_size_of_the_draft(
        self, client, supplier, owner, django_assert_num_queries
    ):
        few = drafting.make_draft(supplier, drafting.long_csv(3, blank={3}), "few.csv")
        many = drafting.make_draft(supplier, drafting.long_csv(300, blank={*range(3, 203)}), "many.csv")

        def post(draft, text):
            client.post(cell_url(draft, 3, 7), {"text": text}, headers=BY_SCRIPT)

        post(few, "x")
        with django_assert_num_queries(40, exact=False) as counted:
            post(few, "no")
            spent = len(counted)
        post(many, "x")

        with django_assert_num_queries(spent):
            post(many, "no")
