"""Hold the groups of an agreement fit, and which channel is busy with which pack."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from rebattery.audit.guard import guarded, only_columns_change


class Migration(migrations.Migration):
    dependencies = [
        ("grading", "0008_tester_files"),
        ("intake", "0005_problems_on_rows"),
    ]

    operations = [
        migrations.AlterField(
            model_name="agreementfit",
            name="kind",
            field=models.CharField(
                choices=[
                    ("declared", "Supplier's claim"),
                    ("bms", "Battery management system"),
                    ("telematics", "Telematics"),
                ],
                max_length=14,
            ),
        ),
        migrations.CreateModel(
            name="AgreementGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("group", "Supplier, type and firmware"),
                            ("supplier", "Supplier"),
                            ("type", "Pack type"),
                        ],
                        max_length=8,
                    ),
                ),
                ("type_key", models.CharField(blank=True, max_length=160)),
                ("type_label", models.CharField(blank=True, max_length=280)),
                ("variant", models.CharField(blank=True, max_length=60)),
                ("n", models.IntegerField()),
                ("bias", models.DecimalField(decimal_places=4, max_digits=9)),
                ("spread", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("limit_low", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("limit_high", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("limit_error", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("prediction_low", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("prediction_high", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("slope", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("slope_low", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("slope_high", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("shrunk_bias", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("shrunk_spread", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("variance", models.DecimalField(decimal_places=4, max_digits=12, null=True)),
                ("weight", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("half_width", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("is_used", models.BooleanField()),
                ("may_presort", models.BooleanField()),
                ("drift_mean", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("drift_low", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("drift_high", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("has_drifted", models.BooleanField()),
                (
                    "test_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "report_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "fit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="groups",
                        to="grading.agreementfit",
                    ),
                ),
                (
                    "supplier",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.supplier",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fit", "level", "supplier", "type_key", "variant"),
                        name="agreement_group_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ChannelUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("expected_end_at", models.DateTimeField()),
                ("steps", models.JSONField(default=list)),
                ("started_by_person_id", models.BigIntegerField(null=True)),
                ("started_by", models.CharField(max_length=120)),
                (
                    "outcome",
                    models.CharField(
                        blank=True, choices=[("ended", "Ended"), ("cancelled", "Cancelled")], max_length=10
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=120)),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grading.channel",
                    ),
                ),
                (
                    "pack",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="intake.pack"
                    ),
                ),
                (
                    "procedure",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grading.procedureversion",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["channel", "-id"], name="channel_use_of_channel")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("channel",),
                        name="channel_use_one_per_channel",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("pack",),
                        name="channel_use_one_per_pack",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("outcome", "")),
                            models.Q(("ended_at__isnull", False), models.Q(("outcome", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="channel_use_ends_with_an_outcome",
                    ),
                ],
            },
        ),
        guarded("grading_channeluse", "channel_use"),
        only_columns_change("grading_agreementgroup"),
    ]
