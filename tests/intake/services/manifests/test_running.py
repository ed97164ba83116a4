"""A manifest becomes a batch, or the full list of its problems."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from intake.models import Batch, Pack
from intake.services.manifests import staging
from rebattery.audit.trail import entry_of, events_of, events_of_pack, supplier_timeline
from tests.factories import (
    AT,
    balance,
    make_pack_type,
    make_supplier,
    manifest_csv,
)
from tests.intake.services.manifests.acts import (
    accept,
    answer,
    imported,
    problems,
    read,
    submitted,
    trail_of,
)


class TestRun:
    def test_announces_every_pack_with_its_claims(self, db):
        pack_type = make_pack_type(key="LEAF-40", variant="", nominal_energy_kwh=Decimal(40))
        supplier = make_supplier()

        batch = imported(supplier, manifest_csv("rb-0001", "RB-0002", **{"SOH (%)": "81.5"}))

        first, second = Pack.objects.filter(batch=batch).order_by("pk")
        assert batch.number == f"B-2026-{batch.pk:05}"
        assert (first.serial, first.row, second.serial, second.row) == ("RB-0001", 2, "RB-0002", 3)
        assert (first.status, first.status_at, first.version, first.supplier) == (
            "announced",
            AT,
            1,
            supplier,
        )
        assert (first.make, first.model, first.chemistry) == ("Nissan", "Leaf", "NMC")
        assert first.pack_type == pack_type
        assert (first.nominal_energy_kwh, first.declared_soh_percent) == (Decimal(40), Decimal("81.5"))
        assert first.declared["accident_flag"] is False
        assert first.declared_raw["Pack serial"] == "rb-0001"

    def test_writes_one_event_per_row_changed(self, db):
        supplier = make_supplier()

        batch = imported(supplier, manifest_csv("RB-0001", "RB-0002"))

        pack = batch.packs.get(serial="RB-0002")
        [event] = events_of_pack(pack_id=pack.pk)
        assert entry_of(event).sentence == f"Announced in batch {batch.number}, row 3 of the file."
        assert (event.actor_kind, event.actor_label, event.job_id) == ("task", "Manifest reader", "job-1")
        assert event.after["declared_soh_percent"] == "78.50"
        assert [e.event_type for e in trail_of("batch", batch)] == ["batch.announced"]
        told = supplier_timeline(events_of(subject_type="manifest", subject_id=batch.manifest_id))
        assert told[-1].sentence == f"The file packs.csv became batch {batch.number} with 2 packs."
        balance()

    @pytest.mark.rule(7)
    def test_reports_every_bad_row_and_imports_nothing(self, db):
        content = (
            manifest_csv("RB-0001", "RB-0002", "1.23E+15", "RB-0002")
            + manifest_csv("RB-0005", Accident="").split(b"\n", 1)[1]
        )

        manifest = read(accept(make_supplier(), content))

        assert manifest.state == "draft"
        assert problems(manifest) == [
            (4, "Pack serial", "serial_damaged", "1.23E+15"),
            (5, "Pack serial", "serial_repeated", "RB-0002"),
            (6, "Accident", "safety_blank", ""),
        ]
        assert (manifest.error_count, manifest.row_count) == (3, 5)
        assert manifest.refusal == "3 things are wrong in it. Nothing was announced."
        assert not Pack.objects.exists() and not Batch.objects.exists()
        [_, event] = trail_of("manifest", manifest)
        assert (event.event_type, event.facts) == ("manifest.checked", {"ready": 2, "refused": 3})
        balance()

    @pytest.mark.rule(8)
    def test_reports_an_unknown_column_and_keeps_its_values(self, db):
        content = b"".join(
            line + tail + b"\n"
            for line, tail in zip(
                manifest_csv("RB-0001").split(b"\n"), (b",Lagerplatz", b",R4-17"), strict=False
            )
        )

        manifest = read(accept(make_supplier(), content))

        assert (manifest.state, manifest.refusal) == ("draft", "1 question is open. Nothing was announced.")
        assert [rule for _, _, rule, _ in problems(manifest)] == ["column_unknown"]
        [question] = manifest.summary["questions"]
        assert (question["id"], question["samples"]) == ("column:10", ["R4-17"])

        announced = submitted(answer(manifest, column__10="extra"), "announce_all")

        assert announced.state == "imported"
        assert announced.batch.packs.get().declared["extra"] == {"Lagerplatz": "R4-17"}
        balance()

    @pytest.mark.rule(24)
    @pytest.mark.parametrize("encoding", ["cp1252", "gb18030", "utf-8-sig", "utf-16"])
    def test_imports_the_spreadsheets_of_the_world(self, db, encoding):
        maker = {"cp1252": "Škoda", "gb18030": "日产", "utf-8-sig": "Citroën", "utf-16": "日产"}[encoding]
        text = manifest_csv("RB-0001", "RB-0002", Make=maker, **{"SOH (%)": "78|5"}).decode()
        content = text.replace(",", ";").replace("|", ",").encode(encoding)

        batch = imported(make_supplier(), content)

        assert {pack.declared_soh_percent for pack in batch.packs.all()} == {Decimal("78.5")}
        assert {pack.declared_raw["Make"] for pack in batch.packs.all()} == {maker}

    def test_refuses_a_file_that_is_no_table_with_its_sentence(self, db):
        manifest = read(accept(make_supplier(), b"%PDF-1.7 nothing", name="packs.csv"))

        assert manifest.state == "refused"
        assert "PDF" in manifest.refusal
        balance()

    def test_names_the_batch_of_a_serial_that_the_same_supplier_sent_before(self, db):
        supplier = make_supplier()
        before = imported(supplier, manifest_csv("RB-0001"))

        manifest = read(accept(supplier, manifest_csv("RB-0001", "RB-0002")))

        assert problems(manifest) == [(2, "Pack serial", "serial_already_announced", "RB-0001")]
        assert before.number in manifest.rows.get(row=2).problems[0]["message"]

    @pytest.mark.rule(5)
    def test_does_not_tell_whose_a_known_serial_is(self, db):
        other = make_supplier("OTHERCO")
        before = imported(other, manifest_csv("RB-0001"))

        manifest = read(accept(make_supplier(), manifest_csv("RB-0001", "RB-0002")))

        [problem] = manifest.rows.get(row=2).problems
        assert problem["rule"] == "serial_already_known"
        told = f"{problem} {manifest.refusal} {manifest.summary}"
        assert before.number not in told and "OTHERCO" not in told

    def test_keeps_the_words_of_so_many_problems_and_counts_all(self, db, monkeypatch):
        monkeypatch.setattr(staging, "TEXTS_PER_FILE", 1_000)
        content = manifest_csv(*(f"RB-{n:05}" for n in range(1_500)), Accident="")

        manifest = read(accept(make_supplier(), content))

        kept = [row.problems[0] for row in manifest.rows.order_by("row")]
        assert [bool(problem.get("message")) for problem in kept] == [True] * 1_000 + [False] * 500
        assert {problem["rule"] for problem in kept} == {"safety_blank"}
        assert manifest.error_count == 1_500
        [group] = manifest.summary["groups"]
        assert (group["rule"], group["count"]) == ("safety_blank", 1_500)

    def test_counts_the_same_queries_for_any_number_of_packs(self, db):
        def queries(count, offset):
            manifest = accept(make_supplier(), manifest_csv(*(f"RB-{offset + n:05}" for n in range(count))))
            with CaptureQueriesContext(connection) as captured:
                assert read(manifest).state == "imported"
            return len(captured)

        assert queries(5, 0) == queries(1_500, 10_000)

    def test_survives_what_text_can_hold(self, db):
        awkward = "tab\there 'quote' back\\slash \\N \\u0000 ÄÖ 电"
        lines = manifest_csv("RB-0001").decode().split("\n")
        content = f"{lines[0]},Notes\n{lines[1]},{awkward}\n"

        pack = imported(make_supplier(), content.encode()).packs.get()

        assert pack.declared_raw["Notes"] == awkward
        assert pack.declared["notes"] == " ".join(awkward.split())

    def test_refuses_text_that_is_too_long(self, db):
        manifest = read(accept(make_supplier(), manifest_csv("RB-0001", Make="M" * 61)))

        assert [(column, rule) for _, column, rule, _ in problems(manifest) if rule == "too_long"] == [
            ("Make", "too_long")
        ]
        assert manifest.state == "draft"
