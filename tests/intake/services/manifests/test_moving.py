"""An answer that moves the rows or columns of a draft sets aside what was mended, and loses none of it."""

import io

import openpyxl
import pytest

from intake.models import ManifestCorrection
from intake.services import manifests
from tests.factories import AT, balance, make_actor, make_supplier
from tests.intake.services.manifests.acts import answer, draft, edit, read, submitted, trail_of

HEADING = ["Pack serial", "Make", "Model", "Accident", "DDR status", "Received as"]
GOOD = ["Kia", "Soul", "no", "none", "product"]


def workbook():
    """Return a workbook whose sheets both list two packs in the rows 2 and 3."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, serials in {"May": ["RB-0501", "RB-0502"], "June": ["RB-0601", "RB-0602"]}.items():
        sheet = book.create_sheet(name)
        for row in (HEADING, *([serial, *GOOD] for serial in serials)):
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.fixture
def mended(db):
    """Return a draft of the sheet May with an edited cell, a row left out and an answer about a column."""
    manifest = draft(make_supplier(), workbook(), name="packs.xlsx")
    manifest = answer(manifest, column__2="extra", fill__accident_flag="no")
    edit(manifest, {2: {0: "RB-0555"}})
    manifests.drop_rows(manifest_id=manifest.pk, rows=[3], actor=make_actor(), at=AT)
    return manifest


def rows(manifest):
    return {row.row: (row.serial, row.fate) for row in manifest.rows.all()}


def last_step():
    return ManifestCorrection.objects.order_by("position").last()


class TestAnotherSheet:
    def test_is_read_without_what_was_mended_on_the_first(self, mended):
        read_now = answer(mended, sheet="June")

        assert rows(mended) == {2: ("RB-0601", "open"), 3: ("RB-0602", "open")}
        assert [column["field"] for column in read_now.summary["columns"]][2] == "model"
        step = last_step()
        assert step.payload == {"sheet": "June", "set_aside": "sheet"}
        assert step.label == (
            "Sheet: June (set aside until this is undone: 1 edited cell, 1 row left out, 1 answer)"
        )
        [event] = trail_of("correction", step)
        assert (event.event_type, event.after["payload"], event.facts["label"]) == (
            "correction.made", step.payload, step.label,
        )  # fmt: skip
        balance()

    def test_gives_everything_back_when_it_is_undone(self, mended):
        before = rows(mended)
        answer(mended, sheet="June")
        edit(mended, {3: {0: "RB-0666"}})

        manifests.undo(manifest_id=mended.pk, actor=make_actor(), at=AT)
        manifests.undo(manifest_id=mended.pk, actor=make_actor(), at=AT)
        read(mended)

        assert rows(mended) == before == {2: ("RB-0555", "open"), 3: ("RB-0502", "dropped")}
        assert [event.event_type for event in trail_of("correction", last_step())] == [
            "correction.made", "correction.undone",
        ]  # fmt: skip
        balance()

    def test_that_is_read_already_changes_nothing(self, mended):
        before = rows(mended)

        answer(mended, sheet="May")

        assert (rows(mended), last_step().payload, last_step().label) == (
            before, {"sheet": "May"}, "Sheet: May",
        )  # fmt: skip

    def test_is_refused_once_packs_were_announced(self, db):
        manifest = draft(make_supplier(), workbook(), name="packs.xlsx")
        manifest = answer(manifest, sheet="May")
        edit(manifest, {3: {3: ""}})
        manifest = submitted(manifest)
        assert manifest.state == "draft"

        with pytest.raises(manifests.AnnouncedAsRead):
            answer(manifest, sheet="June")
        assert last_step().payload == {"3": {"3": ""}}
        assert answer(manifest, sheet="May").state == "draft"
        balance()


class TestAnotherDelimiter:
    def test_keeps_the_rows_left_out_and_sets_the_cells_aside(self, db):
        lines = [";".join(HEADING), *(f"RB-{n};Kia;Soul, blue;no;none;product" for n in (101, 102))]
        manifest = draft(make_supplier(), "\n".join(lines).encode())
        edit(manifest, {2: {0: "RB-0555"}})
        manifests.drop_rows(manifest_id=manifest.pk, rows=[3], actor=make_actor(), at=AT)

        answer(manifest, delimiter=",")
        assert last_step().payload["set_aside"] == "delimiter"
        assert "1 edited cell)" in last_step().label
        assert "row" not in last_step().label

        manifests.undo(manifest_id=manifest.pk, actor=make_actor(), at=AT)
        read(manifest)
        assert rows(manifest) == {2: ("RB-0555", "open"), 3: ("RB-102", "dropped")}


class TestAnotherHeading:
    def test_tells_which_rows_no_longer_count_and_keeps_the_rest(self, db):
        packs = [["RB-0001", *GOOD], HEADING, ["RB-0002", *GOOD], ["RB-0003", *GOOD]]
        lines = "\n".join(",".join(row) for row in [HEADING, *packs]).encode()
        manifest = draft(make_supplier(), lines)
        edit(manifest, {2: {0: "RB-0555"}})
        edit(manifest, {4: {0: "RB-0666"}})

        answer(manifest, header_row="3")

        assert rows(manifest) == {4: ("RB-0666", "open"), 5: ("RB-0003", "open")}
        assert last_step().label == (
            "Heading in row: 3 (set aside until this is undone: 1 mended row not below it)"
        )
        manifests.undo(manifest_id=manifest.pk, actor=make_actor(), at=AT)
        read(manifest)
        assert rows(manifest)[2] == ("RB-0555", "open")
        balance()
