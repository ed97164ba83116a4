"""Put where notices go under the trail's guard; a notice itself never changes."""

from django.db import migrations

from rebattery.audit.guard import guarded, only_columns_change


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial"), ("audit", "0001_trail")]
    operations = [
        guarded("notices_endpoint", "endpoint"),
        guarded("notices_preference", "notice_preference"),
        only_columns_change("notices_notice"),
    ]
