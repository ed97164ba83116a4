"""Load the pack types and waste codes that come with ReBattery."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

import intake.domain
from intake.domain.chemistry import resolve_chemistry
from intake.services.catalogue import load_pack_types
from intake.services.waste import load_waste_codes
from rebattery.actor import SYSTEM

FACTS = Path(intake.domain.__file__).with_name("pack_types.csv")


class Command(BaseCommand):
    help = "Load the pack types and waste codes that come with ReBattery; a second run changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        added, changed = load_pack_types(rows=catalogue_rows(), actor=SYSTEM, at=at)
        codes = load_waste_codes(actor=SYSTEM, at=at)
        types = f"{added} pack types added, {changed} changed"
        self.stdout.write(f"Catalogue: {types}; {codes} waste codes added.")


def catalogue_rows() -> Iterator[dict[str, Any]]:
    """Yield the pack types that come with ReBattery, in the words of the catalogue's columns."""
    with FACTS.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            yield {name: _value(name, text) for name, text in line.items()} | _chemistry(line["chemistry"])


def _chemistry(word: str) -> dict[str, str]:
    chemistry, detail = resolve_chemistry(word)
    return {"chemistry": chemistry.value, "chemistry_detail": detail}


def _value(name: str, text: str) -> Any:
    if name.endswith("_count"):
        return int(text) if text else None
    if name.endswith(("_kwh", "_v", "_kg")):
        return Decimal(text) if text else None
    return text
