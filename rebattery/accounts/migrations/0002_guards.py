"""Put people and tokens under the trail's guard."""

from django.db import migrations

from rebattery.audit.guard import guarded


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("audit", "0001_trail")]
    operations = [
        guarded("accounts_user", "person", "last_login", "password"),
        guarded("accounts_apitoken", "token", "last_used_at"),
    ]
