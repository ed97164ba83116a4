import csv
import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from intake.models import Intent, ManifestRun, ManifestState
from intake.services import manifests
from rebattery.accounts.roles import Role
from tests.factories import AT, make_actor, make_person, make_supplier, manifest_csv
from tests.intake import drafting

HOSTILE = "=cmd|' /C calc'!A0"


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
    return drafting.make_draft(supplier)


def imported(supplier, *serials):
    content = drafting.good_csv(serials or ["RB-0001"])
    return drafting.read(drafting.take(supplier, content, intent=Intent.ANNOUNCE_ALL))


def page_of(client, manifest, **query):
    return client.get(reverse("manifest", args=[manifest.pk]), query).content.decode()


def workbook_of(rows):
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


class TestManifest:
    @pytest.mark.rule(5)
    @pytest.mark.parametrize("name", ["manifest", "manifest_progress", "manifest_file"])
    def test_is_not_there_for_another_supplier(self, client, draft, name):
        client.force_login(make_person(Role.SUPPLIER))

        assert client.get(reverse(name, args=[draft.pk])).status_code == 404

    @pytest.mark.parametrize("stage", ["read", "columns", "check"])
    def test_offers_nothing_to_do_to_who_may_only_look(self, client, draft, stage):
        client.force_login(make_person(Role.WAREHOUSE))

        main = page_of(client, draft, stage=stage).partition("<main")[2]

        assert draft.file_name in main
        assert 'method="post"' not in main

    def test_polls_while_it_waits(self, client, supplier, owner):
        manifest = drafting.take(supplier, manifest_csv("RB-0001"))

        page = page_of(client, manifest)

        assert f'hx-get="{reverse("manifest_progress", args=[manifest.pk])}"' in page
        assert "Waiting for a worker" in page
        assert "Refresh" in page

    def test_says_that_it_announces(self, client, draft, owner):
        draft = drafting.answered(draft)
        manifests.submit(
            manifest_id=draft.pk, intent="announce_valid", expected_on=None, actor=make_actor(), at=AT
        )
        ManifestRun.objects.filter(manifest=draft).update(step="reading")

        page = page_of(client, draft)

        assert "Announcing the packs" in page and "Checking the rows once more" in page
        assert "Reading" not in page.partition("<main")[2]

    def test_begins_with_the_columns_while_one_needs_an_answer(self, client, draft, owner):
        page = page_of(client, draft)

        assert 'name="column:14"' in page and "needs an answer" in page
        assert "Read the file with these columns" in page

    def test_goes_on_to_the_check_once_all_are_settled(self, client, draft, owner):
        page = page_of(client, drafting.answered(draft))

        assert 'id="row-6"' in page
        assert "Announce 3 packs; 3 stay in the draft" in page

    @pytest.mark.rule(7)
    def test_shows_every_problem_with_its_place_and_cure(self, client, draft, owner):
        page = page_of(client, draft, stage="check")

        assert "The serial repeats row 7." in page
        assert "The spreadsheet turned this serial into a rounded number." in page
        assert "Blank does not mean no." in page
        assert "The SOH is not a number" in page

    def test_shows_every_conversion(self, client, draft, owner):
        page = page_of(client, draft, stage="check")

        assert "→ 82<" in page and "→ 61200<" in page

    def test_narrows_to_one_rule(self, client, draft, owner):
        page = page_of(client, draft, stage="check", rule="safety_blank", column="Unfall")

        assert 'id="row-10"' in page and 'id="row-6"' not in page

    def test_shows_the_first_rows_as_they_are_read(self, client, draft, owner):
        page = page_of(client, draft, stage="read")

        assert "Akkus – 14 headings known" in page
        assert "ZOE-6612" in page

    @pytest.mark.rule(25)
    def test_exports_problems_without_formulas(self, client, supplier, owner):
        draft = drafting.make_draft(supplier, manifest_csv("RB-0001", "RB-0001", Accident=HOSTILE), "a.csv")

        response = client.get(reverse("manifest", args=[draft.pk]), {"export": "csv"})

        rows = list(csv.DictReader(io.StringIO(b"".join(response).decode("utf-8-sig"))))
        assert {row["Row"] for row in rows} == {"2", "3"}
        assert f"'{HOSTILE}" in {row["Value in the file"] for row in rows}

    def test_leads_to_batch_and_receipt_when_announced(self, client, supplier, owner):
        manifest = imported(supplier)

        page = page_of(client, manifest)

        assert reverse("batch", args=[manifest.batch.pk]) in page
        assert reverse("batch_receipt", args=[manifest.batch.pk]) in page
        assert f"1 pack in batch {manifest.batch.number}" in page

    def test_shows_a_draft_beside_its_batch(self, client, draft, owner):
        draft = drafting.answered(draft)
        manifests.submit(
            manifest_id=draft.pk,
            intent=Intent.ANNOUNCE_VALID,
            expected_on=date(2026, 12, 1),
            actor=make_actor(),
            at=AT,
        )
        draft = drafting.read(draft)

        page = page_of(client, draft)

        assert draft.state == ManifestState.DRAFT
        assert f"Batch {draft.batch.number} holds 3 packs of this file already." in page
        assert "Discard draft" not in page

    def test_says_why_a_file_was_refused(self, client, supplier, owner):
        refused = drafting.make_draft(supplier, b"\x00\x01binary", "junk.xlsx")

        page = page_of(client, refused)

        assert refused.state == ManifestState.REFUSED
        assert refused.refusal in page.replace("&#x27;", "'")
        assert "Discard this file" in page and "Discard draft" not in page  # it never became one

    @pytest.mark.parametrize(
        ("content", "name", "offered"),
        [
            (manifest_csv("RB-0001").splitlines()[0], "heading.csv", ()),
            (b"<html><body>no table</body></html>", "page.csv", ()),
            (b"PK\x03\x04", "archive.zip", ()),
            (drafting.german_workbook(), "macros.xlsm", ()),
            (b"no,known\n1,2\n", "odd.csv", ("encoding", "delimiter", "header_row")),
            ("Seriennummer\nä\n".encode("utf-8-sig") + b"\xff\n", "broken.csv", ("encoding", "header_row")),
            (workbook_of([["no", "known"], ["1", "2"]]), "odd.xlsx", ("header_row",)),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_offers_another_reading_only_where_it_may_help(
        self, client, supplier, owner, content, name, offered
    ):
        refused = drafting.make_draft(supplier, content, name)
        assert refused.state == ManifestState.REFUSED, refused.summary

        page = page_of(client, refused)

        assert ("How the file is read" in page) == bool(offered), refused.summary
        assert all(f'name="{setting}"' in page for setting in offered)
        assert "encoding" in offered or 'name="encoding"' not in page
        assert "the rows below" not in page

    def test_tells_a_supplier_nothing_of_our_people(self, client, draft, owner):
        ada = make_actor(make_person(Role.ADMINISTRATOR, name="Ada Internal"))
        manifests.edit_cells(manifest_id=draft.pk, cells={9: {1: "ID3-1"}}, actor=ada, at=AT)

        assert "Ada Internal" not in page_of(client, draft, stage="check")

    @pytest.mark.parametrize("stage", ["columns", "check"])
    def test_asks_the_same_queries_for_any_number_of_rows(
        self, client, supplier, owner, stage, django_assert_num_queries
    ):
        few = drafting.make_draft(supplier, drafting.long_csv(3, blank={3}), "few.csv")
        many = drafting.make_draft(supplier, drafting.long_csv(300, blank={*range(40, 240)}), "many.csv")
        page_of(client, few, stage=stage)

        with django_assert_num_queries({"columns": 6, "check": 11}[stage]):
            page_of(client, few, stage=stage)
        with django_assert_num_queries({"columns": 6, "check": 11}[stage]):
            page_of(client, many, stage=stage)


class TestManifestProgress:
    def test_has_the_page_loaded_again_when_settled(self, client, draft, owner):
        response = client.get(reverse("manifest_progress", args=[draft.pk]))

        assert response["HX-Refresh"] == "true"


class TestManifestFile:
    def test_gives_the_bytes_as_a_download(self, client, supplier, owner):
        manifest = drafting.take(supplier, b"<html>,not,ours", name='odd "name".csv')

        response = client.get(reverse("manifest_file", args=[manifest.pk]))

        assert b"".join(response) == b"<html>,not,ours"
        assert response["Content-Type"] == "application/octet-stream"
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"


class TestManifestAgain:
    def test_refuses_who_may_not_send(self, client, draft):
        client.force_login(make_person(Role.WAREHOUSE))

        assert client.post(reverse("manifest_again", args=[draft.pk])).status_code == 403

    def test_queues_it(self, client, supplier, owner):
        refused = drafting.make_draft(supplier, b"\x00\x01binary", "junk.xlsx")

        response = client.post(reverse("manifest_again", args=[refused.pk]))

        refused.refresh_from_db()
        assert response.url == reverse("manifest", args=[refused.pk])
        assert refused.state == ManifestState.QUEUED

    def test_says_why_not(self, client, supplier, owner):
        manifest = imported(supplier)

        response = client.post(reverse("manifest_again", args=[manifest.pk]), follow=True)

        assert "there is nothing to read again" in response.content.decode()
