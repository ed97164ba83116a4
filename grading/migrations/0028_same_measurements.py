"""Whether the values of a file were recorded before is found by an index, not by reading every test."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("grading", "0027_results_begin")]

    operations = [
        migrations.AddIndex(
            "capacitytest",
            models.Index(
                fields=["measured_capacity_ah"],
                condition=Q(derivation__isnull=False),
                name="capacity_test_of_files",
            ),
        ),
    ]
