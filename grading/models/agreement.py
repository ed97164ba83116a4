"""How far claimed and reported SOH agree with the bench, frozen whenever it is computed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class AgreementFit(models.Model):
    """One fit over all groups; what was used with it can be followed for ever."""

    class Kind(models.TextChoices):
        DECLARED = "declared", "Supplier's claim"
        BMS = "bms", "Battery management system"
        TELEMATICS = "telematics", "Telematics"

    kind = models.CharField(max_length=14, choices=Kind)
    """What is set against the bench; kinds never mix."""
    version = models.IntegerField()
    fitted_at = models.DateTimeField()
    fitted_by = models.CharField(max_length=120)
    document = models.JSONField()
    """What all groups say together, and by which rules; the groups are rows of their own."""
    sha256 = models.CharField(max_length=64)
    """Over the document and every group with its pairs."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="agreement_version_once")]

    def __str__(self) -> str:
        return f"{self.kind} agreement v{self.version}"


def points(*, null: bool = True) -> models.DecimalField:
    """Return a difference of two SOH values, or its square, in points."""
    return models.DecimalField(max_digits=9, decimal_places=4, null=null)


class AgreementGroup(models.Model):
    """One group of one fit: what its pairs say alone, and as all groups make it likely."""

    class Level(models.TextChoices):
        GROUP = "group", "Supplier, type and firmware"
        SUPPLIER = "supplier", "Supplier"
        TYPE = "type", "Pack type"

    fit = models.ForeignKey(AgreementFit, on_delete=models.PROTECT, related_name="groups", db_index=False)
    level = models.CharField(max_length=8, choices=Level)
    """Only groups of the finest level are used; the others are shown."""
    supplier = models.ForeignKey(
        "intake.Supplier", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    type_key = models.CharField(max_length=160, blank=True)
    """Key in the catalog, or make and model where the catalog does not know the pack."""
    type_label = models.CharField(max_length=280, blank=True)
    variant = models.CharField(max_length=60, blank=True)
    """Firmware of a report; how the supplier found a claim."""
    n = models.IntegerField()
    bias = points(null=False)
    spread = points()
    limit_low = points()
    limit_high = points()
    limit_error = points()
    prediction_low = points()
    prediction_high = points()
    slope = points()
    slope_low = points()
    slope_high = points()
    shrunk_bias = points()
    shrunk_spread = points()
    variance = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    """Of the difference of one new pack, the doubt about the bias included [pp²]."""
    weight = points()
    half_width = points()
    is_used = models.BooleanField()
    may_presort = models.BooleanField()
    drift_mean = points()
    drift_low = points()
    drift_high = points()
    has_drifted = models.BooleanField()
    test_ids = ArrayField(models.BigIntegerField())
    """Capacity tests of its pairs, oldest first."""
    report_ids = ArrayField(models.BigIntegerField())
    """Reports of its pairs, in the same order; empty for claims, which stand on the pack."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fit", "level", "supplier", "type_key", "variant"],
                nulls_distinct=False,
                name="agreement_group_once",
            )
        ]

    def __str__(self) -> str:
        code = self.supplier.code if self.supplier else ""
        return " · ".join(part for part in (code, self.type_label, self.variant) if part)
