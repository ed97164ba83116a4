"""One battery pack: its identity, its supplier's claims, its state."""

from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce, Now, Upper

from intake.domain.chemistry import Chemistry
from intake.domain.dispositions import ANSWER, SETTLES_AFTER, LegalStatus
from intake.domain.lifecycle import REVIEWED_INTO, Status
from intake.models.reading import read_as
from rebattery.accounts.models import User
from rebattery.audit.standing import moment_before_step, state_before_step

CLAIM_COLUMNS = {
    "pack_serial": "serial",
    "make": "make",
    "model": "model",
    "chemistry": "chemistry",
    "nominal_energy_kwh": "nominal_energy_kwh",
    "rated_capacity_ah": "rated_capacity_ah",
    "nominal_voltage_v": "nominal_voltage_v",
    "soh_declared_percent": "declared_soh_percent",
    "soh_method": "declared_soh_method",
    "ddr_status": "ddr_status",
    "received_as": "received_as",
    "pack_type_key": "pack_type_id",
}
"""Canonical fields of a manifest that have a column of their own; every other one goes into `declared`."""


class PackQuerySet(models.QuerySet["Pack"]):
    def visible_to(self, viewer: User) -> "PackQuerySet":
        """Keep what ``viewer`` may see: a supplier's people see their own packs only.

        To them ``status`` and ``status_at`` are what they were before a reviewer's step for as long as that
        may be taken back: on the rows, and in whatever filters, sorts or counts them.
        """
        if not viewer.is_supplier:
            return self
        return read_as(self.filter(supplier_id=viewer.supplier_id), **_as_told())

    def newest_stay(self) -> "PackQuerySet":
        """Leave out packs that went back to their supplier: the same serial may be here again."""
        return self.exclude(status=Status.RETURNED)


def _as_told() -> dict[str, Case]:
    """Return what a supplier reads of a pack instead of its columns, by their names.

    The trail is asked only about packs that moved in the last minute.
    """
    span: dict[str, Any] = {"after": SETTLES_AFTER, "at_once": ANSWER}
    is_fresh = Q(status_at__gt=Now() - SETTLES_AFTER)
    before = Coalesce(state_before_step(since="status_at", **span), F("status"))
    moment = Coalesce(moment_before_step(**span), F("status_at"))
    return {
        "status": Case(When(is_fresh & Q(status__in=REVIEWED_INTO), then=before), default=F("status")),
        "status_at": Case(When(is_fresh, then=moment), default=F("status_at")),
    }


class Pack(models.Model):
    """A pack as announced and as it stands; ``status`` is written by the lifecycle service alone."""

    # No single-column indexes on supplier and batch: the composite ones below serve them, and every
    # index costs each imported row.
    supplier = models.ForeignKey(
        "intake.Supplier", on_delete=models.PROTECT, related_name="packs", db_index=False
    )
    batch = models.ForeignKey("intake.Batch", on_delete=models.PROTECT, related_name="packs", db_index=False)
    pack_type = models.ForeignKey("intake.PackType", null=True, on_delete=models.PROTECT, related_name="+")
    row = models.IntegerField()
    """Row in the supplier's file, as the spreadsheet program shows it."""
    serial = models.CharField(max_length=40, db_collation="C")
    status = models.CharField(
        max_length=12, choices=[(s.value, s.name.capitalize().replace("_", " ")) for s in Status]
    )
    status_at = models.DateTimeField()
    version = models.IntegerField(default=1)
    make = models.CharField(max_length=60, blank=True)
    model = models.CharField(max_length=80, blank=True)
    chemistry = models.CharField(max_length=20, choices=[(c.value, c.label) for c in Chemistry])
    nominal_energy_kwh = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    rated_capacity_ah = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    nominal_voltage_v = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    declared_soh_percent = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    declared_soh_method = models.CharField(max_length=20, blank=True)
    ddr_status = models.CharField(max_length=20)
    """The supplier's word: none, damaged, defective, recalled or critical."""
    received_as = models.CharField(max_length=10)
    """The supplier's word: product or waste."""
    legal_status = models.CharField(
        max_length=10, choices=[(s.value, s.value.capitalize()) for s in LegalStatus]
    )
    """What the pack is in law: as it was received until an order of ours makes it waste."""
    history_completeness_percent = models.DecimalField(max_digits=5, decimal_places=1)
    declared = models.JSONField(default=dict)
    """Every other canonical field of the manifest line, normalised; decimals as strings."""
    declared_raw = models.JSONField(default=dict)
    """The supplier's own words: header of the file to text of the cell."""

    objects = PackQuerySet.as_manager()

    class Meta:
        # A pack that went back may come again, and is another row then: each stay has a story of its own.
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "serial"],
                condition=~models.Q(status=Status.RETURNED.value),
                name="pack_once_per_supplier",
            )
        ]
        indexes = [
            models.Index(fields=["status", "id"]),
            models.Index(fields=["batch", "id"]),
            models.Index(fields=["supplier", "id"]),
            models.Index(fields=["serial", "id"]),
            GinIndex(OpClass(Upper("serial"), name="gin_trgm_ops"), name="pack_serial_trigram"),
        ]

    def __str__(self) -> str:
        return self.serial
