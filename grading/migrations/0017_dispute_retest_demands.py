"""An upheld dispute can ask another instrument or person of the retest that it brings."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

NAMES = ("retest_barred_instrument_ids", "retest_barred_person_ids")
COLUMNS = ", ".join(NAMES)


class Migration(migrations.Migration):
    dependencies = [("grading", "0016_decision_path")]
    operations = [
        *(
            migrations.AddField(
                "dispute", name, ArrayField(base_field=models.BigIntegerField(), default=list, size=None)
            )
            for name in NAMES
        ),
        migrations.RunSQL(
            f"GRANT UPDATE ({COLUMNS}) ON grading_dispute TO rb_app",
            f"REVOKE UPDATE ({COLUMNS}) ON grading_dispute FROM rb_app",
        ),
    ]
