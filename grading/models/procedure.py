"""Test procedures as data: how a capacity or a resistance is measured."""

from django.db import models


class ProcedureVersion(models.Model):
    """One immutable version of a procedure; results name the version that they followed."""

    class Kind(models.TextChoices):
        CAPACITY = "capacity", "Capacity test"
        RESISTANCE = "resistance", "Resistance test"
        SCREEN = "screen", "Quick screen"

    code = models.CharField(max_length=40)
    version = models.IntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    title = models.CharField(max_length=120)
    document = models.JSONField()
    """As :mod:`grading.domain.procedure` reads it; decimals as strings."""
    sha256 = models.CharField(max_length=64, unique=True)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=120)
    published_by_person_id = models.BigIntegerField(null=True)
    retired_at = models.DateTimeField(null=True)
    """Since when it can no longer be picked; its results stay."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="procedure_version_once")]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"
