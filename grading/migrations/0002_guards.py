"""Put what we measure and conclude under the trail's guard."""

from django.db import migrations

from rebattery.audit.guard import guarded, only_columns_change


class Migration(migrations.Migration):
    dependencies = [("grading", "0001_initial"), ("audit", "0001_trail")]
    operations = [
        guarded("grading_instrument", "instrument"),
        guarded("grading_capacitytest", "capacity_test"),
        guarded("grading_resistancetest", "resistance_test"),
        guarded("grading_policyversion", "policy"),
        guarded("grading_decision", "decision"),
        guarded("grading_reviewcase", "review"),
        only_columns_change("grading_capacitytest", "superseded_by_id"),
        only_columns_change("grading_resistancetest", "superseded_by_id"),
        only_columns_change("grading_policyversion"),
        only_columns_change("grading_decision", "superseded_by_id"),
    ]
