"""A dispute goes on with the decision that counts again once an override of it was taken back."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("grading", "0024_decision_due")]
    operations = [
        migrations.RunSQL(
            "GRANT UPDATE (decision_id) ON grading_dispute TO rb_app",
            "REVOKE UPDATE (decision_id) ON grading_dispute FROM rb_app",
        ),
    ]
