"""What-if: the population as it was taken, and reports on policies tried on it."""

from decimal import Decimal
from typing import Any

from django.db import models


class PopulationSnapshot(models.Model):
    """The facts on all measured packs at one moment, in a columnar file. Bookkeeping, not history."""

    taken_at = models.DateTimeField()
    """The ages of tests are taken at this moment."""
    pack_count = models.IntegerField()
    is_cut = models.BooleanField(default=False)
    """There were more packs than a snapshot holds; the newest are in it."""
    byte_count = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    kinds = models.JSONField()
    """Facts that are no numbers, once for each combination that occurs; the file points into this list."""
    last_event_id = models.BigIntegerField()
    """Newest event of the trail when it was taken: nothing after it is in the file."""

    def __str__(self) -> str:
        return f"population of {self.taken_at:%Y-%m-%d %H:%M}"


class WhatIfReport(models.Model):
    """What a policy would have changed, had it decided instead of another; never edited, changes no grade."""

    title = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    """Over everything that the report says, so that a publication can cite it."""
    document = models.JSONField()
    """The policy that was tried."""
    document_sha256 = models.CharField(max_length=64)
    against = models.ForeignKey(
        "grading.PolicyVersion", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    scope = models.JSONField(default=dict)
    """Which packs it is about: supplier, type, since, until; empty for all."""
    snapshot_at = models.DateTimeField()
    snapshot_sha256 = models.CharField(max_length=64)
    numbers = models.JSONField()
    """As Comparison.to_json."""
    moves_kept = models.IntegerField()
    """Moved packs that are listed one by one."""
    made_at = models.DateTimeField()
    made_by_person_id = models.BigIntegerField(null=True)
    made_by = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.title

    @property
    def says(self) -> dict[str, Any]:
        """What its SHA-256 is over."""
        return {
            "document_sha256": self.document_sha256,
            "against_sha256": self.against.sha256,
            "scope": self.scope,
            "snapshot_at": self.snapshot_at.isoformat(),
            "snapshot_sha256": self.snapshot_sha256,
            "numbers": self.numbers,
        }


class WhatIfMove(models.Model):
    """One pack that would get another grade or go another way. Derived from its report; never changed."""

    report = models.ForeignKey(WhatIfReport, on_delete=models.CASCADE, related_name="moves", db_index=False)
    pack = models.ForeignKey("intake.Pack", on_delete=models.PROTECT, related_name="+", db_index=False)
    old_grade = models.CharField(max_length=1)
    new_grade = models.CharField(max_length=1)
    old_route = models.CharField(max_length=20)
    new_route = models.CharField(max_length=20)
    old_code = models.CharField(max_length=60)
    new_code = models.CharField(max_length=60)
    usable_wh = models.IntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["report", "id"], name="what_if_move_of_report"),
            models.Index(fields=["report", "usable_wh", "id"], name="what_if_move_by_energy"),
        ]

    def __str__(self) -> str:
        return f"{self.old_grade} to {self.new_grade} of pack {self.pack_id}"

    @property
    def usable_kwh(self) -> Decimal:
        """Nominal energy times measured SOH."""
        return Decimal(self.usable_wh) / 1000
