"""Let rejects be counted from an index alone: the rows of decisions are wide, and a fleet has many."""

import django.db.models.fields.json
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('grading', '0020_guard_grading_runs'),
        ('intake', '0006_calendar_life'),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='rule',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.fields.json.KeyTextTransform('code', django.db.models.fields.json.KeyTransform('0', 'reasons')), output_field=models.TextField()),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('superseded_by__isnull', True), ('suspended_by__isnull', True), ('grade__in', ('D', 'Q', 'X'))), fields=['decided_at'], include=('pack', 'rule'), name='decision_rejects'),
        ),
    ]
