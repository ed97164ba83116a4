"""What is here already of the serials in a file; whose a known serial is, only its own supplier learns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from intake.domain.lifecycle import Status
from intake.domain.manifest.problems import Issue, error, warning
from intake.models import Manifest
from intake.services.manifests.drafts import batch_of

_KNOWN = """
    SELECT pack.serial, pack.supplier_id, pack.batch_id, batch.number, pack.row, pack.status,
           pack.declared_soh_percent
    FROM intake_pack pack JOIN intake_batch batch ON batch.id = pack.batch_id
    WHERE pack.serial = ANY(%s) ORDER BY pack.id
"""
SERIAL, SOH = "pack_serial", "soh_declared_percent"
Found = tuple[str, Issue]
"""The field that an issue is about, and the issue."""


@dataclass(frozen=True, slots=True)
class _Known:
    batch_id: int
    number: str
    row: int
    status: str
    soh_percent: Decimal | None


class KnownSerials:
    """Asks the packs announced so far about the serials of one manifest."""

    def __init__(self, manifest: Manifest):
        batch = batch_of(manifest)
        self._supplier_id = manifest.supplier_id
        self._own_batch_id = batch.pk if batch else None
        self._replaced_batch_id = manifest.replaces_id

    def issues(self, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> dict[int, list[Found]]:
        """Return per row what its serial and its SOH meet, in one query however many rows.

        ``rows`` are row numbers with their values. A pack that this very row announced is no issue.
        """
        serials = {serial for _, values in rows if (serial := values.get(SERIAL))}
        own, foreign = self._known(serials)
        if not own and not foreign:
            return {}
        found: dict[int, list[Found]] = {}
        for number, values in rows:
            serial = values.get(SERIAL)
            if known := own.get(serial):
                if issues := self._about_own(number, values, known):
                    found[number] = issues
            elif serial in foreign:
                found[number] = [(SERIAL, _FOREIGN)]
        return found

    def _known(self, serials: set[str]) -> tuple[dict[Any, _Known], set[Any]]:
        if not serials:
            return {}, set()
        with connection.cursor() as cursor:
            cursor.execute(_KNOWN, [list(serials)])
            packs = cursor.fetchall()
        own: dict[Any, _Known] = {}
        foreign: set[Any] = set()
        for serial, supplier_id, *rest in packs:
            if supplier_id == self._supplier_id:
                own[serial] = _Known(*rest)
            else:
                foreign.add(serial)
        return own, foreign

    def _about_own(self, number: int, values: Mapping[str, Any], known: _Known) -> list[Found]:
        issues: list[Found] = []
        if known.batch_id == self._own_batch_id:
            if known.row == number:
                return []
            message = f"This pack is in your batch {known.number}, row {known.row}."
            return [(SERIAL, _announced(message))]
        if known.status == Status.WITHDRAWN:
            message = f"This pack was announced in your batch {known.number} and withdrawn."
            issues.append((SERIAL, error("serial_withdrawn", message, "Write to us, or remove the row.")))
        elif known.status == Status.RECYCLED:
            message = f"This pack was in your batch {known.number} and went to recycling."
            issues.append(
                (SERIAL, error("serial_recycled", message, "Compare it with the label on the pack."))
            )
        elif known.status == Status.RETURNED and known.batch_id != self._replaced_batch_id:
            message = f"This pack was in your batch {known.number} and went back to you."
            issues.append((SERIAL, warning("serial_returned", message, "Leave it if the pack comes again.")))
        elif known.batch_id != self._replaced_batch_id:
            issues.append((SERIAL, _announced(f"This pack is already in your batch {known.number}.")))
        if known.batch_id == self._replaced_batch_id:
            return issues  # the file corrects this very claim, so it is none to be compared with
        if (soh := values.get(SOH)) and known.soh_percent is not None and Decimal(soh) > known.soh_percent:
            earlier = f"{known.soh_percent.normalize():f}"
            message = f"The SOH rose: batch {known.number} said {earlier} %, now it is {soh} %."
            issues.append((SOH, warning("soh_rising", message, "Check which of the two was measured.")))
        return issues


def _announced(message: str) -> Issue:
    return error("serial_already_announced", message, "Remove the row.")


_FOREIGN = error(
    "serial_already_known",
    "This serial is already known.",
    "Compare it with the label on the pack; if it is right, write to us.",
)
