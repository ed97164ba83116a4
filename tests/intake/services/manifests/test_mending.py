"""Answers, edits, rows left out, and taking steps back: rows, counts and trail follow."""

import pytest

from intake.models import Manifest, ManifestCorrection
from intake.services import manifests
from rebattery.audit.trail import entry_of
from tests.factories import AT, balance, make_actor, make_batch, make_person, make_supplier, manifest_csv
from tests.intake.services.manifests.acts import accept, answer, draft, edit, problems, read, trail_of
from tests.together import at_once

SOH = 5
REPEATED = manifest_csv("RB-0001", "RB-0002", "RB-0002", "RB-0002")


def now(manifest):
    return Manifest.objects.get(pk=manifest.pk)


def drop(manifest, *rows):
    return manifests.drop_rows(manifest_id=manifest.pk, rows=rows, actor=make_actor(), at=AT)


def restore(manifest, *rows):
    return manifests.restore_rows(manifest_id=manifest.pk, rows=rows, actor=make_actor(), at=AT)


def undo(manifest):
    return manifests.undo(manifest_id=manifest.pk, actor=make_actor(), at=AT)


def groups(manifest):
    return {group["rule"]: group["count"] for group in now(manifest).summary["groups"] if group["count"]}


class TestEditCells:
    def test_judges_the_row_at_once(self, db):
        manifest = draft(make_supplier(), manifest_csv("RB-0001", "RB-0002", **{"SOH (%)": "250"}))

        [row] = edit(manifest, {3: {SOH: "82.5"}})

        assert (row.row, row.severity, row.values["soh_declared_percent"]) == (3, 0, "82.5")
        assert row.cells[SOH] == "250"  # as it stands in the file
        shown = now(manifest)
        assert (shown.state, shown.error_count) == ("draft", 1)
        assert (shown.summary["accepted"], shown.summary["refused"]) == (1, 1)
        assert groups(manifest) == {"out_of_range": 1}
        balance()

    def test_writes_the_step_and_its_event(self, db):
        manifest = draft(make_supplier())
        actor = make_actor(make_person("supplier", supplier=manifest.supplier, name="Sue"))

        edit(manifest, {2: {SOH: "82.5"}})
        manifests.edit_cells(manifest_id=manifest.pk, cells={3: {SOH: "81"}}, actor=actor, at=AT)

        _, step = ManifestCorrection.objects.order_by("position")
        assert (step.position, step.kind, step.payload, step.made_by) == (
            2, "cells", {"3": {str(SOH): "81"}}, "Sue",
        )  # fmt: skip
        assert step.label == "Row 3, SOH (%): “78.5” is “81”"
        [event] = trail_of("correction", step)
        assert entry_of(event).sentence == f"Sue corrected the file packs.csv: {step.label}."
        assert event.after["payload"] == step.payload
        balance()

    def test_judges_the_rows_that_share_a_serial(self, db):
        manifest = draft(make_supplier(), REPEATED)
        assert [row for row, *_ in problems(manifest)] == [4, 5]

        edit(manifest, {3: {0: "RB-0009"}})

        assert [(row, rule) for row, _, rule, _ in problems(manifest)] == [(5, "serial_repeated")]
        assert groups(manifest) == {"serial_repeated": 1}

    def test_finds_a_serial_that_is_known(self, db):
        make_batch(packs=[{"serial": "RB-7777"}])
        manifest = draft(make_supplier())

        edit(manifest, {2: {0: "RB-7777"}})

        assert [rule for _, _, rule, _ in problems(manifest)] == ["serial_already_known"]

    def test_refuses_a_cell_that_somebody_else_has_changed(self, db):
        manifest = draft(make_supplier())
        edit(manifest, {2: {SOH: "81"}}, expected={(2, SOH): "78.5"})

        with pytest.raises(manifests.CellChanged) as refused:
            edit(manifest, {2: {SOH: "90"}}, expected={(2, SOH): "78.5"})

        assert "you saw “78.5”, but by now the cell holds “81”" in refused.value.message
        assert ManifestCorrection.objects.count() == 1

    def test_writes_nothing_where_nothing_changes(self, db):
        manifest = draft(make_supplier())

        edit(manifest, {2: {SOH: "78.5"}})

        assert not ManifestCorrection.objects.exists()

    @pytest.mark.parametrize(
        ("cells", "refusal"),
        [
            ({99: {0: "x"}}, manifests.RowsUnknown),
            ({1: {0: "x"}}, manifests.RowsUnknown),
            ({2: {50: "x"}}, manifests.CellsUnfit),
            ({2: {0: "x" * 2_001}}, manifests.CellsUnfit),
        ],
    )
    def test_refuses_what_is_not_there(self, db, cells, refusal):
        manifest = draft(make_supplier())

        with pytest.raises(refusal):
            edit(manifest, cells)

        assert not ManifestCorrection.objects.exists()

    def test_has_many_rows_read_by_a_worker(self, db):
        manifest = draft(make_supplier(), manifest_csv(*(f"RB-{n:05}" for n in range(201))))

        assert edit(manifest, {row: {SOH: "81"} for row in range(2, 203)}) == []

        assert now(manifest).state == "queued"
        assert read(manifest).state == "draft"
        assert set(manifest.rows.values_list("declared_soh_percent", flat=True)) == {81}
        balance()

    def test_takes_two_people_at_once_one_after_the_other(self, committed_db):
        manifest = draft(make_supplier(), REPEATED)

        at_once(lambda row: edit(manifest, {row: {0: f"RB-1{row:03}"}}), [2, 3, 4, 5])

        assert list(manifest.corrections.order_by("position").values_list("position", flat=True)) == [
            1,
            2,
            3,
            4,
        ]
        assert (groups(manifest), now(manifest).summary["accepted"]) == ({}, 4)

    def test_refuses_while_the_file_is_read(self, db):
        manifest = accept(make_supplier(), intent="check")

        with pytest.raises(manifests.BeingRead):
            edit(manifest, {2: {SOH: "81"}})

    def test_refuses_what_has_become_a_batch(self, db):
        manifest = read(accept(make_supplier()))

        with pytest.raises(manifests.BatchMade, match="was made of it"):
            edit(manifest, {2: {SOH: "81"}})


class TestDropRows:
    def test_leaves_a_row_out_and_frees_its_serial(self, db):
        manifest = draft(make_supplier(), REPEATED)

        drop(manifest, 4, 5)

        assert problems(manifest) == []
        shown = now(manifest)
        assert (shown.summary["accepted"], shown.summary["dropped"], shown.summary["refused"]) == (2, 2, 0)
        assert ManifestCorrection.objects.get().label == "Left out 2 rows: 4, 5"
        balance()

    def test_takes_it_in_again(self, db):
        manifest = draft(make_supplier(), REPEATED)
        drop(manifest, 3, 4)

        restore(manifest, 3)

        assert [row for row, *_ in problems(manifest)] == [5]
        assert manifest.rows.get(row=4).fate == "dropped"


class TestAnswer:
    def test_reads_the_file_again_with_the_answer(self, db):
        manifest = draft(make_supplier(), manifest_csv("RB-0001", "RB-0002", Accident=""))

        manifest = answer(manifest, fill__accident_flag="no")

        assert (manifest.state, manifest.error_count, manifest.intent) == ("draft", 0, "check")
        assert [event.event_type for event in trail_of("manifest", manifest)] == [
            "manifest.accepted", "manifest.checked", "manifest.queued_again", "manifest.checked",
        ]  # fmt: skip
        assert ManifestCorrection.objects.get().label == "Accident where the file says nothing: no"
        balance()

    def test_reads_large_energies_as_wh_where_the_units_are_mixed(self, db):
        lines = manifest_csv("RB-0001", "RB-0002").decode().splitlines()
        cells = lines[2].split(",")
        index = next(i for i, name in enumerate(lines[0].split(",")) if "energy" in name.lower())
        heading = lines[0].split(",")
        heading[index], cells[index] = "Energy", "62000"
        content = "\n".join([",".join(heading), lines[1], ",".join(cells)]).encode()
        manifest = draft(make_supplier(), content)
        assert groups(manifest) == {"unit_mixed": 1}

        answer(manifest, **{f"unit__{index}": "mixed"})

        assert groups(manifest).get("unit_mixed") is None
        assert manifest.rows.get(row=3).nominal_energy_kwh == 62
        label = "Energy: values above 1000 in Wh, all others in kWh"
        step = ManifestCorrection.objects.get()
        assert step.label == label
        assert [event.facts["label"] for event in trail_of("correction", step)] == [label]
        balance()

    def test_mends_a_file_that_was_refused(self, db):
        content = b"nothing here\n\n" + manifest_csv("RB-0001")
        manifest = draft(make_supplier(), content)
        manifests.answer(manifest_id=manifest.pk, answers={"header_row": "4"}, actor=make_actor(), at=AT)
        assert read(manifest).state == "refused"

        manifest = answer(manifest, header_row="3")

        assert (manifest.state, manifest.rows.count()) == ("draft", 1)

    @pytest.mark.parametrize(
        "answers",
        [
            {},
            {"color": "red"},
            {"column:5": "spaceship"},
            {"column:99": "ignore"},
            {"decimal:5": "yes"},
            {"decimal": "comma"},
            {"header_row": "first"},
            {"pad:0": "41"},
            {"unit:4": "parsec"},
            {"fill:nothing": "no"},
            {"sheet": " "},
            {"accept:rule": "yes"},
        ],
    )
    def test_refuses_what_is_no_answer(self, db, answers):
        manifest = draft(make_supplier())

        with pytest.raises(manifests.AnswersUnfit):
            manifests.answer(manifest_id=manifest.pk, answers=answers, actor=make_actor(), at=AT)

        assert not ManifestCorrection.objects.exists()


class TestUndo:
    def test_takes_back_step_by_step(self, db):
        manifest = draft(make_supplier(), REPEATED)
        before = groups(manifest), now(manifest).summary["refused"]
        edit(manifest, {4: {0: "RB-0004"}})
        drop(manifest, 5)
        assert groups(manifest) == {}

        assert [undo(manifest).kind, undo(manifest).kind] == ["drop", "cells"]

        assert (groups(manifest), now(manifest).summary["refused"]) == before
        step = ManifestCorrection.objects.get(position=1)
        assert [event.event_type for event in trail_of("correction", step)] == [
            "correction.made", "correction.undone",
        ]  # fmt: skip
        with pytest.raises(manifests.NothingToUndo):
            undo(manifest)
        balance()

    def test_has_the_file_read_again_without_an_answer(self, db):
        manifest = draft(make_supplier(), manifest_csv("RB-0001", Accident=""))
        manifest = answer(manifest, fill__accident_flag="no")

        assert undo(manifest).kind == "answer"

        assert read(manifest).error_count == 1
        balance()

    def test_keeps_what_went_into_the_batch(self, db):
        bad = manifest_csv("RB-0003", Accident="").split(b"\n", 1)[1]
        manifest = draft(make_supplier(), manifest_csv("RB-0001") + bad)
        edit(manifest, {2: {SOH: "81"}})
        manifests.submit(
            manifest_id=manifest.pk, intent="announce_valid", expected_on=None, actor=make_actor(), at=AT
        )
        read(manifest)

        with pytest.raises(manifests.NothingToUndo, match="went into the batch"):
            undo(manifest)
        with pytest.raises(manifests.RowsAnnounced):
            edit(manifest, {2: {SOH: "82"}})
