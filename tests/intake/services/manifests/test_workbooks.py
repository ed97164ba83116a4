import io
from datetime import timedelta

import openpyxl
import pytest

from intake.models import Manifest, ManifestCorrection
from intake.queries.corrections import corrections_of
from intake.queries.workbooks import write_draft
from intake.services import manifests
from intake.services.manifests.drafts import NotADraft
from intake.services.manifests.workbooks import (
    WorkbookOfAnother,
    WorkbookOutdated,
    WorkbookTooLarge,
    WorkbookUnreadable,
    take_workbook,
)
from rebattery.audit.trail import events_of
from tests.factories import AT, balance, make_actor, make_person, make_supplier, manifest_csv
from tests.intake.services.manifests.acts import answer, draft, edit, imported

LATER = AT + timedelta(minutes=5)
TRICKY = "=SUM(A1)"


@pytest.fixture
def supplier(db):
    return make_supplier()


def three(**cells):
    return manifest_csv("RB-0001", "0002", "RB-0003", **cells)


def download(manifest, at=AT + timedelta(minutes=1)):
    target = io.BytesIO()
    write_draft(manifest=Manifest.objects.get(pk=manifest.pk), target=target, at=at)
    return target.getvalue()


def edited(content, change):
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book["Packs"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def put(**cells):
    def change(sheet):
        for place, value in cells.items():
            sheet[place] = value

    return change


def take(manifest, content, actor=None):
    return take_workbook(manifest_id=manifest.pk, content=content, actor=actor or make_actor(), at=LATER)


class TestTakeWorkbook:
    def test_corrects_nothing_when_nothing_was_changed(self, supplier):
        manifest = draft(supplier, three(Model=TRICKY, **{"SOH (%)": "182"}))
        edit(manifest, {3: {2: "Zoe", 5: "0080,50"}})

        for content in (download(manifest), edited(download(manifest), put())):
            taken = take(manifest, content)
            assert (taken.cell_count, taken.changes.cells, taken.changes.missing_rows) == (0, {}, [])

        assert ManifestCorrection.objects.filter(manifest=manifest).count() == 1

    def test_corrects_the_changed_cells_with_one_step_and_its_event(self, supplier):
        manifest, person = draft(supplier, three(**{"SOH (%)": "182"})), make_person(name="Ada")

        taken = take(manifest, edited(download(manifest), put(G2="78", G3=81.5)), make_actor(person))
        balance()

        assert (taken.cell_count, taken.row_count, taken.later_count) == (2, 2, 0)
        [step] = ManifestCorrection.objects.filter(manifest=manifest)
        assert step.payload == {"2": {"5": "78"}, "3": {"5": "81.5"}}
        [told] = events_of(subject_type="correction", subject_id=step.pk)
        assert (told.event_type, told.actor_label) == ("correction.made", "Ada")
        severities = dict(manifest.rows.values_list("row", "severity"))
        assert severities[2] < 3 and severities[3] < 3 and severities[4] == 3

    def test_corrects_nothing_the_second_time(self, supplier):
        manifest = draft(supplier, three())
        content = edited(download(manifest), put(G2="78"))

        take(manifest, content)
        again = take(manifest, content)

        assert (again.cell_count, again.changes.conflicts) == (0, [])

    def test_keeps_what_was_mended_here_since_the_download(self, supplier):
        manifest = draft(supplier, three())
        content = edited(download(manifest, at=AT - timedelta(minutes=1)), put(G2="70", G3="71"))
        edit(manifest, {2: {5: "79"}, 4: {2: "Zoe"}})

        taken = take(manifest, content)

        assert taken.changes.conflicts == [(2, "SOH (%)", "70", "79")]
        cells = corrections_of(manifest=manifest).cells
        assert cells == {2: {5: "79"}, 3: {5: "71"}, 4: {2: "Zoe"}}

    def test_names_deleted_rows_and_leaves_them_in(self, supplier):
        manifest = draft(supplier, three())

        taken = take(manifest, edited(download(manifest), lambda sheet: sheet.delete_rows(3)))

        assert taken.changes.missing_rows == [3]
        assert set(manifest.rows.values_list("fate", flat=True)) == {"open"}

    def test_leaves_announced_and_dropped_rows_alone(self, supplier):
        manifest = draft(supplier, three(**{"SOH (%)": "78"}))
        content = edited(download(manifest), put(G2="70"))
        manifests.drop_rows(manifest_id=manifest.pk, rows=[2], actor=make_actor(), at=AT)

        taken = take(manifest, content)

        assert (taken.cell_count, taken.settled_rows) == (0, [2])

    def test_takes_a_formula_for_text(self, supplier):
        manifest = draft(supplier, three(Model=TRICKY))
        sheet = openpyxl.load_workbook(io.BytesIO(download(manifest)))["Packs"]
        assert (sheet["D2"].value, sheet["D2"].data_type) == ("'=SUM(A1)", "s")

        take(manifest, edited(download(manifest), put(D2="'=SUM(A2)")))

        assert corrections_of(manifest=manifest).cells == {2: {2: "=SUM(A2)"}}

    def test_puts_in_the_corrections_and_marks_the_problems(self, supplier):
        manifest = draft(supplier, three(**{"SOH (%)": "182"}))
        edit(manifest, {2: {5: "77"}})

        book = openpyxl.load_workbook(io.BytesIO(download(manifest)))

        assert book["Packs"]["G2"].value == "77" and book["Packs"]["G2"].comment is None
        assert "Error" in book["Packs"]["G3"].comment.text
        assert book["Packs"]["B3"].value == "0002"

    def test_refuses_the_workbook_of_another_draft(self, supplier):
        manifest, other = draft(supplier, three()), draft(supplier, manifest_csv("RB-9"))

        with pytest.raises(WorkbookOfAnother):
            take(manifest, download(other))

    def test_refuses_when_the_file_is_read_in_another_way_since(self, supplier):
        manifest = draft(supplier, three())
        content = download(manifest, at=AT - timedelta(minutes=1))
        answer(manifest, header_row="1")

        with pytest.raises(WorkbookOutdated):
            take(manifest, content)

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"RB-1,RB-2\n" * 100])
    def test_refuses_what_is_no_workbook(self, supplier, content):
        with pytest.raises(WorkbookUnreadable):
            take(draft(supplier, three()), content)

    def test_refuses_what_is_far_too_large(self, supplier):
        with pytest.raises(WorkbookTooLarge):
            take(draft(supplier, three()), b"x" * (20 * 1024 * 1024 + 1))

    def test_refuses_when_there_is_no_draft(self, supplier):
        batch = imported(supplier, three())

        with pytest.raises(NotADraft, match="not a draft"):
            take(batch.manifest, b"")

    def test_says_how_many_cells_come_later(self, supplier, monkeypatch):
        monkeypatch.setattr("intake.services.manifests.workbooks.CELLS_AT_ONCE", 2)
        manifest = draft(supplier, three())
        content = edited(download(manifest), put(G2="70", G3="71", G4="72"))

        first, second = take(manifest, content), take(manifest, content)

        assert (first.cell_count, first.later_count) == (2, 1)
        assert (second.cell_count, second.later_count) == (1, 0)


class TestWriteDraft:
    def test_says_so_when_the_draft_is_longer(self, supplier, monkeypatch):
        monkeypatch.setattr("intake.queries.workbooks.ROW_LIMIT", 2)
        manifest = draft(supplier, manifest_csv("RB-0001", "RB-0002", "RB-0002", "RB-0004"))

        book = openpyxl.load_workbook(io.BytesIO(download(manifest)))

        serials = [cell.value for cell in book["Packs"]["B"][1:]]
        assert "RB-0002" in serials and len(serials) == 2
        notes = [cell.value for cell in book["Problems"]["A"] if isinstance(cell.value, str)]
        assert any("2 of the 4 rows, those with problems first" in note for note in notes)

    def test_asks_as_many_queries_for_many_rows_as_for_few(self, supplier, django_assert_num_queries):
        few = draft(supplier, three())
        many = draft(supplier, manifest_csv(*(f"RB-{number:05}" for number in range(300))))

        with django_assert_num_queries(4) as counted:
            download(few)
        with django_assert_num_queries(len(counted)):
            download(many)

    def test_survives_a_round_trip_of_many_rows(self, supplier):
        manifest = draft(supplier, manifest_csv(*(f"RB-{number:05}" for number in range(1_000))))

        assert take(manifest, download(manifest)).cell_count == 0
