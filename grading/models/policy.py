"""Published policies: the company's judgement, versioned and hashed."""

from django.db import models


class PolicyVersion(models.Model):
    """One immutable policy document; decisions point to it for ever."""

    code = models.CharField(max_length=40)
    version = models.IntegerField()
    document = models.JSONField()
    sha256 = models.CharField(max_length=64, unique=True)
    effective_from = models.DateTimeField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=120)
    published_by_person_id = models.BigIntegerField(null=True)
    author_person_id = models.BigIntegerField(null=True)
    """Who wrote it; null where an operator published a file."""
    message = models.TextField(blank=True, db_default="", default="")
    """What the publication is for, in the publisher's words."""
    cited_report = models.CharField(max_length=64, blank=True, db_default="", default="")
    """SHA-256 of the what-if report that the publication rests on; empty without one."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="policy_version_once"),
            models.CheckConstraint(
                condition=~models.Q(author_person_id=models.F("published_by_person_id")),
                name="policy_publisher_is_not_its_author",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"
