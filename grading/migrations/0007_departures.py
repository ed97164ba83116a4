"""Let results say how they depart from their procedure, and how far their members differ."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grading", "0006_bench")]

    operations = [
        migrations.AddField("capacitytest", "departures", models.JSONField(default=list)),
        migrations.AddField(
            "capacitytest", "spread_points", models.DecimalField(decimal_places=4, max_digits=8, null=True)
        ),
        migrations.AddField("resistancetest", "departures", models.JSONField(default=list)),
        migrations.AlterField("resistancetest", "incomparable_because", models.TextField(blank=True)),
    ]
