"""The embedded servers: roles, and what each role may do."""

import psycopg
import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_application_connects_without_rights_to_change_tables():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, has_schema_privilege('public', 'CREATE')")

        assert cursor.fetchone() == ("rb_app", False)
