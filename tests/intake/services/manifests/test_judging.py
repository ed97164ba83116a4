"""A few rows judged at once come out as if the whole file had been read again."""

import random

import pytest

from intake.models import Manifest
from intake.services import manifests
from tests.factories import AT, balance, make_actor, make_batch, make_supplier, manifest_csv
from tests.intake.services.manifests.acts import answer, draft, edit, problems, read

HEADINGS = "Pack serial,Make,Model,Chemistry,Nominal energy (kWh),SOH (%),Accident,DDR status,Received as,VIN"
TEXTS = {
    0: ["RB-0001", "RB-0002", "RB-0003", "RB-7777", "1.23E+15", ""],
    1: ["Nissan", "", "M" * 70],
    4: ["40", "0.4", "9999999", "abc"],
    5: ["78.5", "0.82", "250", "", "102"],
    6: ["no", "", "yes", "perhaps"],
    9: ["", "1N4AZ0CP0DC400001", "1N4AZ0CP0DC400002", "short"],
}


def stored(manifest):
    """Return everything that is derived, in an order of its own."""
    shown = Manifest.objects.get(pk=manifest.pk)
    rows = [
        {
            "row": row.row,
            "fate": row.fate,
            "severity": row.severity,
            "serial": row.serial,
            "vin": row.vin,
            "chemistry": row.chemistry,
            "kwh": row.nominal_energy_kwh,
            "soh": row.declared_soh_percent,
            "history": row.history_completeness_percent,
            "values": row.values,
            "problems": sorted(row.problems, key=lambda p: (p["rule"], p["field"] or "", p["message"])),
        }
        for row in manifest.rows.order_by("row")
    ]
    groups = {
        (group["rule"], group["severity"], group["field"], group["column"]): group["count"]
        for group in shown.summary["groups"]
        if group["count"]
    }
    names = ("accepted", "refused", "dropped", "announced", "errors", "warnings", "open_questions")
    return rows, groups, {name: shown.summary[name] for name in names}, shown.error_count, shown.warning_count


@pytest.mark.parametrize("seed", range(6))
def test_equals_the_reading_of_the_whole_file(db, seed):
    chance = random.Random(seed)
    make_batch(packs=[{"serial": "RB-7777"}])
    lines = [
        ",".join(
            chance.choice(TEXTS[index]) if index in TEXTS else fixed
            for index, fixed in enumerate(["", "", "Leaf", "NMC", "", "", "", "none", "product", ""])
        )
        for _ in range(12)
    ]
    manifest = draft(make_supplier(), "\n".join([HEADINGS, *lines, ""]).encode())
    rows = list(manifest.rows.order_by("row").values_list("row", flat=True))
    for _ in range(12):
        row, index = chance.choice(rows), chance.choice(list(TEXTS))
        who = {"manifest_id": manifest.pk, "actor": make_actor(), "at": AT}
        act = chance.randrange(6)
        if act == 0:
            manifests.drop_rows(rows=[row], **who)
        elif act == 1:
            manifests.restore_rows(rows=[row], **who)
        elif act == 2 and manifest.corrections.filter(undone_at=None).exists():
            manifests.undo(**who)
        else:
            edit(manifest, {row: {index: chance.choice(TEXTS[index])}})
    at_once = stored(manifest)

    manifests.read_again(manifest_id=manifest.pk, actor=make_actor(), at=AT)
    read(manifest)

    assert at_once == stored(manifest)
    balance()


def test_lets_no_answer_accept_a_repeated_serial(db):
    manifest = draft(make_supplier(), manifest_csv("RB-0001", "RB-0001"))
    answer(manifest, **{"accept:serial_repeated:0": "yes"})

    edit(manifest, {3: {5: "81"}})

    assert [(row, rule) for row, _, rule, _ in problems(manifest)] == [(3, "serial_repeated")]
