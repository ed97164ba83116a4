import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from intake.queries.corrections import corrections_of
from rebattery.accounts.roles import Role
from tests.factories import make_person, manifest_csv
from tests.intake.services.manifests.acts import draft, imported


@pytest.fixture
def owner(client, db):
    person = make_person(Role.SUPPLIER)
    client.force_login(person)
    return person


def address(manifest, name="manifest_workbook"):
    return reverse(name, args=[manifest.pk])


def download(client, manifest):
    return b"".join(client.get(address(manifest)))


def edited(content, change):
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book["Packs"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client, manifest, content):
    file = SimpleUploadedFile("draft.xlsx", content)
    return client.post(address(manifest), {"file": file}, follow=True).content.decode()


class TestManifestWorkbook:
    @pytest.mark.rule(5)
    def test_is_not_there_for_another_supplier(self, client, owner):
        manifest = draft(owner.supplier)
        client.force_login(make_person(Role.SUPPLIER))

        for method in (client.get, client.post):
            assert method(address(manifest)).status_code == 404

    def test_goes_down_and_up_again(self, client, owner):
        manifest = draft(owner.supplier, manifest_csv("RB-0001", "RB-0002", **{"SOH (%)": "182"}))
        response = client.get(address(manifest))
        assert 'filename="packs-draft.xlsx"' in response["Content-Disposition"]

        shown = upload(
            client, manifest, edited(b"".join(response), lambda sheet: sheet.__setitem__("G2", "78"))
        )

        assert "1 cell in 1 row corrected" in shown
        assert corrections_of(manifest=manifest).cells == {2: {5: "78"}}

    def test_says_that_nothing_was_changed(self, client, owner):
        manifest = draft(owner.supplier)

        assert "nothing was changed" in upload(client, manifest, download(client, manifest))

    def test_offers_to_leave_deleted_rows_out(self, client, owner):
        manifest = draft(owner.supplier, manifest_csv("RB-0001", "RB-0002", "RB-0003"))
        content = edited(download(client, manifest), lambda sheet: sheet.delete_rows(3))

        shown = upload(client, manifest, content)
        assert "1 row of the draft is not in it: 3" in shown
        assert manifest.rows.get(row=3).fate == "open"

        client.post(address(manifest, "manifest_workbook_drop"))
        assert manifest.rows.get(row=3).fate == "dropped"

    def test_names_what_it_does_not_know(self, client, owner):
        manifest = draft(owner.supplier)

        def change(sheet):
            sheet["L1"], sheet["A9"], sheet["B9"] = "<b>Mine", 99, "RB-9"

        shown = upload(client, manifest, edited(download(client, manifest), change))

        assert "Not a column of the file: &lt;b&gt;Mine" in shown and "row 99" in shown

    @pytest.mark.parametrize("content", [b"x", b"PK\x03\x04"])
    def test_says_why_it_takes_nothing(self, client, owner, content):
        assert "The workbook is damaged" in upload(client, draft(owner.supplier), content)

    def test_asks_for_a_file(self, client, owner):
        shown = client.post(address(draft(owner.supplier)), follow=True).content.decode()

        assert "Choose the workbook" in shown

    def test_leads_back_when_there_is_no_draft(self, client, owner):
        manifest = imported(owner.supplier, manifest_csv("RB-0001")).manifest

        shown = client.get(address(manifest), follow=True).content.decode()

        assert "is not a draft" in shown


class TestManifestWorkbookResult:
    def test_leads_back_when_nothing_was_sent(self, client, owner):
        manifest = draft(owner.supplier)

        assert client.get(address(manifest, "manifest_workbook_result")).url == reverse(
            "manifest", args=[manifest.pk]
        )

    def test_drops_nothing_when_nothing_was_sent(self, client, owner):
        manifest = draft(owner.supplier)

        client.post(address(manifest, "manifest_workbook_drop"))

        assert set(manifest.rows.values_list("fate", flat=True)) == {"open"}
