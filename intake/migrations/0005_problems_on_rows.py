"""Problems live on the rows of a draft; what is derived from a file changes without an event of its own."""

from django.db import migrations, models

from rebattery.audit.guard import guarded

# All of it follows from the file, its corrections and our reader.
DERIVED = ("summary", "plan", "row_count", "error_count", "warning_count")
with_events, with_fewer_events = (
    guarded("intake_manifest", "manifest"),
    guarded("intake_manifest", "manifest", *DERIVED),
)


class Migration(migrations.Migration):
    dependencies = [("intake", "0004_attachments")]
    operations = [
        migrations.RunSQL(with_events.reverse_sql, with_events.sql),
        with_fewer_events,
        migrations.DeleteModel(name="ManifestProblem"),
        migrations.AddField(
            "manifestrow",
            "vin",
            models.CharField(blank=True, db_collation="C", default="", max_length=40),
            preserve_default=False,
        ),
        migrations.AddIndex(
            "manifestrow",
            models.Index(
                condition=models.Q(("vin", ""), _negated=True),
                fields=["manifest", "vin"],
                name="manifest_row_vin",
            ),
        ),
        migrations.AddField(
            "manifestrow",
            "chemistry",
            models.CharField(blank=True, default="", max_length=20),
            preserve_default=False,
        ),
        migrations.AddField(
            "manifestrow",
            "nominal_energy_kwh",
            models.DecimalField(decimal_places=3, max_digits=8, null=True),
        ),
        migrations.AddField(
            "manifestrow",
            "declared_soh_percent",
            models.DecimalField(decimal_places=2, max_digits=6, null=True),
        ),
        migrations.AddField(
            "manifestrow",
            "history_completeness_percent",
            models.DecimalField(decimal_places=1, max_digits=5, null=True),
        ),
    ]
