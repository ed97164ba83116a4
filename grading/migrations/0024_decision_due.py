"""Lists of decisions that end are filtered and sorted by one day: from when something is due."""

import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('grading', '0023_bounded_overrides'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='decision',
            name='decision_remeasure',
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(django.db.models.functions.comparison.Coalesce('remeasure_from', 'valid_until'), models.F('id'), condition=models.Q(('superseded_by__isnull', True), ('valid_until__isnull', False)), name='decision_due'),
        ),
    ]
