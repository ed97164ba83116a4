"""Let policies be written by one person and published by another."""

import django.db.models.deletion
from django.db import migrations, models

from rebattery.audit.guard import guarded


class Migration(migrations.Migration):
    dependencies = [("grading", "0013_results_files")]

    operations = [
        migrations.AddField("policyversion", "published_by_person_id", models.BigIntegerField(null=True)),
        migrations.AddField("policyversion", "author_person_id", models.BigIntegerField(null=True)),
        migrations.AddField(
            "policyversion", "message", models.TextField(blank=True, db_default="", default="")
        ),
        migrations.AddField(
            "policyversion",
            "cited_report",
            models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddConstraint(
            "policyversion",
            models.CheckConstraint(
                condition=models.Q(("author_person_id", models.F("published_by_person_id")), _negated=True),
                name="policy_publisher_is_not_its_author",
            ),
        ),
        migrations.CreateModel(
            name="PolicyDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("document", models.JSONField()),
                ("revision", models.IntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("writing", "Being written"),
                            ("proposed", "Proposed for publication"),
                            ("published", "Published"),
                            ("discarded", "Discarded"),
                        ],
                        default="writing",
                        max_length=9,
                    ),
                ),
                ("author", models.CharField(max_length=120)),
                ("author_person_id", models.BigIntegerField()),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "based_on",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grading.policyversion",
                    ),
                ),
                (
                    "became",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draft",
                        to="grading.policyversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("became__isnull", False),
                                ("closed_at__isnull", False),
                                ("state", "published"),
                            ),
                            models.Q(
                                ("became__isnull", True), ("closed_at__isnull", False), ("state", "discarded")
                            ),
                            models.Q(
                                ("became__isnull", True),
                                ("closed_at__isnull", True),
                                ("state__in", ("writing", "proposed")),
                            ),
                            _connector="OR",
                        ),
                        name="policy_draft_state_fits",
                    )
                ]
            },
        ),
        guarded("grading_policydraft", "policy_draft"),
    ]
