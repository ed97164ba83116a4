"""A set of packs that a supplier sends together."""

from django.db import models
from django.db.models import Q

from rebattery.accounts.models import User


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, viewer: User) -> "BatchQuerySet":
        """Keep what ``viewer`` may see: a supplier's people see their own batches only."""
        return self.filter(supplier_id=viewer.supplier_id) if viewer.is_supplier else self

    def not_over(self) -> "BatchQuerySet":
        """Keep the batches that are neither closed nor cancelled."""
        return self.filter(closed_at__isnull=True, cancelled_at__isnull=True)


class Batch(models.Model):
    """Packs announced by one manifest."""

    number = models.CharField(max_length=20, unique=True)
    supplier = models.ForeignKey("intake.Supplier", on_delete=models.PROTECT, related_name="batches")
    manifest = models.OneToOneField("intake.Manifest", on_delete=models.PROTECT, related_name="batch")
    announced_at = models.DateTimeField()
    expected_on = models.DateField(null=True)
    """When the supplier expects the packs to arrive."""
    closed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    """When the last pack was withdrawn before any had arrived."""

    objects = BatchQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["supplier", "id"]),
            models.Index(fields=["id"], condition=Q(closed_at__isnull=True), name="batch_open"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_over(self) -> bool:
        """Return whether it is closed or cancelled: no pack is added to it, and no file corrects it."""
        return bool(self.closed_at or self.cancelled_at)
