"""Rows of a bench run know their result; a run can be discarded and its last paste be taken back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grading", "0010_certificates")]
    operations = [
        migrations.AddField("BenchRun", "discarded_at", models.DateTimeField(null=True)),
        migrations.AddField("BenchRun", "last_fill", models.JSONField(default=dict)),
        migrations.AddIndex(
            "BenchRun", models.Index(fields=["opened_at", "id"], name="grading_ben_opened__13bd12_idx")
        ),
        migrations.AddField("BenchDraft", "recorded_id", models.BigIntegerField(null=True)),
    ]
