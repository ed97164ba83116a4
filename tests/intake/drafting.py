"""Drafts for the tests of the repair: files with every kind of trouble, read by the real reader."""

import io
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

import openpyxl

from intake.models import Intent, Manifest, ManifestState, Supplier
from intake.services import manifests
from intake.services.files import path_of
from rebattery.actor import task_actor
from tests.factories import AT, make_actor, manifest_csv

READER = task_actor("Manifest reader", job_id="job-1")
GERMAN_HEADING = (
    "lfd. Nr.", "Seriennummer", "Hersteller", "Modell", "Zellchemie", "Energieinhalt", "Baujahr",
    "Kilometerstand", "SOH", "Verfahren", "Unfall", "beschädigt", "Abfall", "Gewicht", "Lagerplatz",
)  # fmt: skip
GERMAN_UNITS = (
    *[None] * 5, "kWh", None, "km", "%", None, "ja/nein", "ja/nein", "ja/nein", "kg", None,
)  # fmt: skip
LOCATION_COLUMN, SERIAL_COLUMN, SOH_COLUMN, ACCIDENT_COLUMN = 14, 1, 8, 10
DUPLICATE_ROW, DAMAGED_ROW, BLANK_ROW, SOH_ROW = 8, 9, 10, 11


def _pack(number: int, serial: str, **changed: Any) -> list[Any]:
    values = {
        "make": "Renault", "model": "Zoe", "chemistry": "NMC", "kwh": "45,3", "built": "03/2018",
        "km": "61.200", "soh": "0,82", "method": "BMS", "accident": "nein", "mass": "305",
    } | changed  # fmt: skip
    mass = values.pop("mass")
    return [number, serial, *values.values(), "nein", "nein", mass, f"H2-{number + 13}"]


def german_workbook(change: Callable[[Any], None] | None = None) -> bytes:
    """Return a dismantler's list: title rows, units row, total; five things wrong, one column unknown."""
    book = openpyxl.Workbook()
    book.active.title = "Hinweise"
    book.active.append(["Bitte nur das Blatt Akkus beachten"])
    sheet = book.create_sheet("Akkus")
    rows: Sequence[Sequence[Any]] = [
        ["Autoverwertung Nord – Lieferliste"], ["Ansprechpartner: Lager"], [],
        GERMAN_HEADING, GERMAN_UNITS,
        _pack(1, "ZOE-6612"),
        _pack(2, "ZOE-6613", km="145.000", soh="0,71"),
        _pack(3, "ZOE-6613", km="145.000", soh="0,71"),
        _pack(4, "1,23457E+15", make="VW", model="ID.3", kwh="62", soh="0,91", mass=None),
        _pack(5, "ID3-78-042", make="VW", model="ID.3", kwh="82", soh="0,89", accident=None, mass="500"),
        _pack(6, "LEAF-01931", make="Nissan", model="Leaf", chemistry="LMO", kwh="24", soh="12 Balken"),
        [None, "Summe", None, None, None, "303,9"],
    ]  # fmt: skip
    for row in rows:
        sheet.append(list(row))
    if change:
        change(sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def take(
    supplier: Supplier, content: bytes, name: str = "packs.csv", intent: Intent = Intent.CHECK
) -> Manifest:
    """Take a file in, unread."""
    return manifests.accept(
        supplier=supplier, file_name=name, content=content, actor=make_actor(), at=AT, intent=intent
    )


def read(manifest: Manifest) -> Manifest:
    """Let a worker read it: ourselves, or the one that runs beside this test and was faster."""
    settled = manifests.run(manifest_id=manifest.pk, actor=READER, at=AT)
    ends = time.monotonic() + 20
    while settled.state == ManifestState.QUEUED:
        assert time.monotonic() < ends, "nobody reads the file"
        time.sleep(0.1)
        settled.refresh_from_db()
    return settled


def make_draft(supplier: Supplier, content: bytes | None = None, name: str = "Lieferliste.xlsx") -> Manifest:
    """Make a draft; without content of the German workbook, its question about a column open."""
    return read(take(supplier, content or german_workbook(), name))


def answered(manifest: Manifest, **answers: str) -> Manifest:
    """Answer the question about the location, or ``answers`` with underscores for colons."""
    given = {name.replace("__", ":"): value for name, value in answers.items()}
    manifests.answer(
        manifest_id=manifest.pk,
        answers=given or {f"column:{LOCATION_COLUMN}": "extra"},
        actor=make_actor(),
        at=AT,
    )
    return read(manifest)


def good_csv(serials: Sequence[str], **cells: str) -> bytes:
    """Return a clean file of these packs; ``cells`` replaces values by heading."""
    return manifest_csv(*serials, **cells)


def long_csv(count: int, *, blank: Collection[int] = ()) -> bytes:
    """Return ``count`` packs in rows 2 and on; those in ``blank`` do not tell of an accident."""
    heading, *_ = manifest_csv("RB-0000").decode().splitlines()
    rows = [
        manifest_csv(f"RB-{number:06}", **({"Accident": ""} if number in blank else {}))
        .decode()
        .splitlines()[1]
        for number in range(2, count + 2)
    ]
    return "\n".join([heading, *rows, ""]).encode()


def bytes_of(manifest: Manifest) -> bytes:
    """Return the file as it was sent."""
    return path_of(manifest.stored_file).read_bytes()


def edit(manifest: Manifest, row: int, column: int, text: str) -> None:
    """Put a text into a cell, as somebody else."""
    manifests.edit_cells(manifest_id=manifest.pk, cells={row: {column: text}}, actor=make_actor(), at=AT)


def announce(manifest: Manifest, intent: Intent = Intent.ANNOUNCE_VALID) -> Manifest:
    """Announce what is ready."""
    manifests.submit(manifest_id=manifest.pk, intent=intent, expected_on=None, actor=make_actor(), at=AT)
    return read(manifest)
