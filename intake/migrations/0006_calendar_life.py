"""A pack type can carry the calendar life that its maker gives."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0005_problems_on_rows")]
    operations = [
        migrations.AddField(
            "packtype",
            "calendar_life_years",
            models.PositiveSmallIntegerField(
                blank=True, null=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
            ),
        )
    ]
