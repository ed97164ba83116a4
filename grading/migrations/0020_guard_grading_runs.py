"""A grading run begins and ends with an event; when it last decided may change in silence."""

from django.db import migrations

from rebattery.audit.guard import guarded, only_columns_change


class Migration(migrations.Migration):
    dependencies = [("grading", "0019_grading_runs_and_review")]
    operations = [
        guarded("grading_gradingrun", "grading_run", "last_at"),
        only_columns_change("grading_gradingrun", "state", "last_at", "done_at"),
        only_columns_change("grading_gradingrunpack", "outcome", "why"),
        only_columns_change("grading_gradingruntally", "packs"),
    ]
