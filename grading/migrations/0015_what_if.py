"""Try policies on the measured population and keep what came of it."""

import django.db.models.deletion
from django.db import migrations, models

from rebattery.audit.guard import guarded, only_columns_change


class Migration(migrations.Migration):
    dependencies = [
        ("grading", "0014_policy_drafts"),
        ("intake", "0005_problems_on_rows"),
    ]

    operations = [
        migrations.CreateModel(
            name="PopulationSnapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("taken_at", models.DateTimeField()),
                ("pack_count", models.IntegerField()),
                ("is_cut", models.BooleanField(default=False)),
                ("byte_count", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("kinds", models.JSONField()),
                ("last_event_id", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="WhatIfReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("sha256", models.CharField(max_length=64)),
                ("document", models.JSONField()),
                ("document_sha256", models.CharField(max_length=64)),
                ("scope", models.JSONField(default=dict)),
                ("snapshot_at", models.DateTimeField()),
                ("snapshot_sha256", models.CharField(max_length=64)),
                ("numbers", models.JSONField()),
                ("moves_kept", models.IntegerField()),
                ("made_at", models.DateTimeField()),
                ("made_by_person_id", models.BigIntegerField(null=True)),
                ("made_by", models.CharField(max_length=120)),
                (
                    "against",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grading.policyversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WhatIfMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("old_grade", models.CharField(max_length=1)),
                ("new_grade", models.CharField(max_length=1)),
                ("old_route", models.CharField(max_length=20)),
                ("new_route", models.CharField(max_length=20)),
                ("old_code", models.CharField(max_length=60)),
                ("new_code", models.CharField(max_length=60)),
                ("usable_wh", models.IntegerField()),
                (
                    "pack",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.pack",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
                        to="grading.whatifreport",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["report", "id"], name="what_if_move_of_report"),
                    models.Index(fields=["report", "usable_wh", "id"], name="what_if_move_by_energy"),
                ],
            },
        ),
        guarded("grading_whatifreport", "what_if_report"),
        only_columns_change("grading_whatifreport"),
        only_columns_change("grading_whatifmove"),
    ]
