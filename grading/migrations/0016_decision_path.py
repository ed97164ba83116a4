"""Let new decisions keep the path that led to them; old ones stay as they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grading", "0015_what_if")]

    operations = [migrations.AddField("decision", "path", models.JSONField(null=True))]
