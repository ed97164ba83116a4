"""Who sends packs."""

from django.db import models


class Supplier(models.Model):
    """A company that sends packs; ``code`` is its short name in files and commands."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"
