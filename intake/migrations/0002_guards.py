"""Put what suppliers say and what arrives under the trail's guard."""

from django.db import migrations

from rebattery.audit.guard import guarded, only_columns_change


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial"), ("audit", "0001_trail")]
    operations = [
        guarded("intake_supplier", "supplier"),
        guarded("intake_packtype", "pack_type"),
        guarded("intake_manifest", "manifest"),
        guarded("intake_batch", "batch"),
        guarded("intake_pack", "pack"),
        guarded("intake_scan", "scan"),
        guarded("intake_inspection", "inspection"),
        guarded("intake_photo", "photo"),
        only_columns_change("intake_storedfile"),
        only_columns_change("intake_scan"),
        only_columns_change("intake_photo"),
        only_columns_change("intake_inspection", "superseded_by_id"),
        only_columns_change("intake_batch", "closed_at"),
    ]
