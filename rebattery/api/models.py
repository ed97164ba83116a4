"""Answers kept for programs that ask twice."""

from django.db import models

from rebattery.accounts.models import ApiToken


class KeptAnswer(models.Model):
    """The answer to one POST that came with an ``Idempotency-Key``, kept for 48 hours.

    Not under the trail's guard: it is a copy of an answer, which says nothing that the events of the same
    transaction do not say, and it goes away by itself.
    """

    token = models.ForeignKey(ApiToken, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=255)
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    """Zero until the work is done, which no other transaction ever sees."""
    body = models.JSONField(null=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="kept_answer_once_per_key")]

    def __str__(self) -> str:
        return f"{self.key} of {self.token_id}"
