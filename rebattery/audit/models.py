"""The trail as Django reads it; the tables, their guards and rights are in the first migration."""

from django.db import models


class Event(models.Model):
    """One change of one row: who, when, why, before and after. Text snapshots, no foreign keys."""

    transaction_id = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    database_user = models.TextField()
    at = models.DateTimeField()
    event_type = models.TextField()
    subject_type = models.TextField()
    subject_id = models.BigIntegerField()
    subject_label = models.TextField()
    pack_id = models.BigIntegerField(null=True)
    supplier_id = models.BigIntegerField(null=True)
    actor_kind = models.TextField()
    actor_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    actor_label = models.TextField()
    reason_code = models.TextField(default="")
    reason = models.TextField(default="")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    facts = models.JSONField(default=dict)
    request_id = models.TextField(default="")
    job_id = models.TextField(default="")

    class Meta:
        managed = False
        db_table = "audit_event"

    def __str__(self) -> str:
        return f"{self.event_type} {self.subject_label}"
