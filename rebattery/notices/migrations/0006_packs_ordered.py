"""News of packs that are ordered away, or stay after all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0005_packs_left"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="topic",
            field=models.CharField(
                choices=[
                    ("file_checked", "A file was checked and needs you"),
                    ("file_refused", "A file was refused"),
                    ("file_failed", "A file could not be read"),
                    ("batch_announced", "A batch was announced"),
                    ("batch_corrected", "A corrected file changed a batch"),
                    ("batch_cancelled", "A batch was cancelled"),
                    ("batch_closed", "A batch was closed"),
                    ("results", "Packs have a result"),
                    ("results_withdrawn", "Results do not count any more"),
                    ("dispute_answered", "A dispute was answered"),
                    ("packs_ordered", "Packs were ordered back or to recycling, or stay after all"),
                    ("packs_left", "Packs went back or to recycling"),
                    ("test", "Test of a webhook"),
                ],
                max_length=40,
            ),
        ),
    ]
