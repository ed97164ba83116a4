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

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="policy_version_once")]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"
