"""A decision whose evidence was declared bad carries that declaration and is not in force any more."""

import django.db.models.deletion
from django.db import migrations, models

from rebattery.audit.guard import only_columns_change


class Migration(migrations.Migration):
    dependencies = [("grading", "0017_dispute_retest_demands")]
    operations = [
        migrations.AddField(
            "decision",
            "suspended_by",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grading.instrumentdeclaration",
            ),
        ),
        only_columns_change("grading_decision", "superseded_by_id", "suspended_by_id"),
    ]
