"""Keep with every result the certificate it was measured under, and with every baseline its conditions."""

from django.db import migrations, models


def conditions(digits: int, places: int) -> models.DecimalField:
    return models.DecimalField(decimal_places=places, max_digits=digits, null=True)


class Migration(migrations.Migration):
    dependencies = [("grading", "0003_review_measured_by")]
    operations = [
        migrations.AddField("capacitytest", "certificate_number", models.CharField(default="", max_length=60), False),
        migrations.AddField("resistancetest", "certificate_number", models.CharField(default="", max_length=60), False),
        migrations.AddField("resistancetest", "baseline_method", models.CharField(blank=True, default="", max_length=12), False),
        migrations.AddField("resistancetest", "baseline_soc_percent", conditions(5, 1)),
        migrations.AddField("resistancetest", "baseline_temperature_degc", conditions(5, 1)),
    ]
