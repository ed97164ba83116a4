"""The procedures of the demo: those that come with the product, and two versions with values of the house."""

import copy
from datetime import datetime, timedelta
from typing import Any

from grading.domain.procedure import SHIPPED, shipped_document
from grading.management.demo.timeline import Year
from grading.services.procedures import publish, retire
from rebattery.actor import SYSTEM

ASSUMED = {
    "text": "Demo data: repeatability, slope at the cut-off and tolerance are assumed, not measured.",
    "status": "recalled",
}
OF_THE_HOUSE: dict[str, dict[str, str]] = {
    "iso12405-capacity": {
        "repeatability_percent": "0.3",
        "cutoff_percent_per_v": "0.1",
        "reference_tolerance_percent": "1",
    },
    "hppc-pulses": {"repeatability_percent": "1", "reference_tolerance_percent": "3"},
}


def publish_all(year: Year, at: datetime) -> None:
    """Publish what is shipped, then second versions that say how sure this bench is."""
    for code in SHIPPED:
        year.procedures[code] = publish(document=shipped_document(code), actor=SYSTEM, at=at).pk
    old: dict[str, int] = {}
    for code, known in OF_THE_HOUSE.items():
        document: dict[str, Any] = copy.deepcopy(shipped_document(code)) | {"version": 2}
        document["uncertainty"] |= known
        document["sources"].append(ASSUMED)
        later = at + timedelta(hours=1)
        version = publish(document=document, actor=year.who("administrator"), at=later)
        old[code], year.procedures[code] = year.procedures[code], version.pk
    for procedure_id in old.values():
        retire(
            procedure_id=procedure_id,
            reason="Version 2 says how sure this bench is.",
            actor=year.who("reviewer"),
            at=at + timedelta(hours=2),
        )
