"""Manifests of any length for the benchmarks, and the import of one."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.utils import timezone

from intake.models import Manifest, Supplier
from intake.services import manifests
from rebattery.actor import SYSTEM

HEADING = (
    "Pack serial,Make,Model,Chemistry,Nominal voltage (V),Nominal energy (kWh),Rated capacity (Ah),"
    "Production date,First use,Retirement date,Mileage (km),Cycles,SOH (%),SOH method,SOH date,Mass (kg),"
    "Modules,Accident,DDR status,Received as"
)


def lines_of(label: str, rows: int, *, bad_share: float = 0) -> Iterator[str]:
    """Yield the heading and ``rows`` packs; of the bad ones the SOH is impossible and the accident blank."""
    chance = random.Random(label)
    yield HEADING
    for number in range(rows):
        is_bad = chance.random() < bad_share
        soh, accident = (240, "") if is_bad else (chance.randint(600, 950) / 10, "no")
        year, month, odometer = (
            chance.randint(2012, 2020),
            chance.randint(1, 9),
            chance.randint(9_000, 200_000),
        )
        yield (
            f"BN-{label.upper()}-{number:06},Nissan,Leaf,NMC,350,40,115,{year}-0{month}-14,"
            f"{year}-1{month % 3}-02,2026-0{month}-20,{odometer},{odometer * 18 // 4000},{soh},bms,"
            f"2026-0{month}-21,303,24,{accident},none,product"
        )


def csv_of(label: str, rows: int, *, bad_share: float = 0) -> bytes:
    return ("\n".join(lines_of(label, rows, bad_share=bad_share)) + "\n").encode()


def xlsx_of(label: str, rows: int, path: Path) -> Path:
    """Write the same packs as a workbook, numbers as numbers."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": True}) as workbook:
        sheet = workbook.add_worksheet("Packs")
        for index, line in enumerate(lines_of(label, rows)):
            sheet.write_row(index, 0, line.split(","))
    return path


def import_of(supplier: Supplier, label: str, content: bytes | BinaryIO) -> Manifest:
    """Take a file in and read it here, as a worker would."""
    manifest = manifests.accept(
        supplier=supplier,
        file_name=f"{label}.csv",
        content=content,
        actor=SYSTEM,
        at=timezone.now(),
    )
    return manifests.run(manifest_id=manifest.pk, actor=SYSTEM, at=timezone.now())
