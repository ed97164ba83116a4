"""Find tester files by pack, format and finding, and let them name their procedure."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grading", "0007_departures"), ("intake", "0005_problems_on_rows")]

    operations = [
        migrations.AddField("testerfile", "format", models.CharField(blank=True, max_length=40, default="")),
        migrations.AddField("testerfile", "flag_codes", models.JSONField(default=list)),
        migrations.AddField(
            "testerfile",
            "procedure",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grading.procedureversion",
            ),
        ),
        migrations.AlterField("testerfile", "format", models.CharField(blank=True, max_length=40)),
        migrations.AlterField(
            "testerfile",
            "pack",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="intake.pack",
            ),
        ),
        migrations.AddIndex(
            "testerfile",
            models.Index(
                condition=models.Q(("pack__isnull", False)),
                fields=["pack", "id"],
                name="tester_file_of_pack",
            ),
        ),
        migrations.AddIndex(
            "testerfile",
            django.contrib.postgres.indexes.GinIndex(fields=["flag_codes"], name="tester_file_flags"),
        ),
    ]
