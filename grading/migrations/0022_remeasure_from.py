"""The day from which a policy wants a pack measured again."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('grading', '0021_reject_counts'),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='remeasure_from',
            field=models.DateField(null=True),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('remeasure_from__isnull', False), ('superseded_by__isnull', True)), fields=['remeasure_from', 'pack'], name='decision_remeasure'),
        ),
    ]
