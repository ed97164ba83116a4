"""Let the database refuse a review by somebody who measured the pack."""

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("grading", "0002_guards")]
    operations = [
        migrations.AlterField(
            model_name="decision",
            name="kind",
            field=models.CharField(
                choices=[
                    ("policy", "By policy"),
                    ("override", "Override by two people"),
                    ("failed", "Held because grading failed"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="reviewcase",
            name="measured_by_person_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewcase",
            constraint=models.CheckConstraint(
                condition=~Q(measured_by_person_ids__contains=[F("requested_by_person_id")])
                & ~Q(measured_by_person_ids__contains=[F("closed_by_person_id")]),
                name="review_not_of_own_measurement",
            ),
        ),
    ]
