"""An override for one application or one customer names it, and ends."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('grading', '0022_remeasure_from'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='reviewcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('override_scope__in', ['application', 'customer']), _negated=True), models.Q(('override_expires_on__isnull', False), models.Q(('override_scope_note', ''), _negated=True)), _connector='OR'), name='override_is_bounded'),
        ),
    ]
