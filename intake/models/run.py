"""Where work on a thing stands that waits for a worker."""

from django.db import models


class Run(models.Model):
    """What :mod:`intake.services.leases` keeps of a thing: lease and attempts. Bookkeeping, not history."""

    attempts = models.IntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        abstract = True
