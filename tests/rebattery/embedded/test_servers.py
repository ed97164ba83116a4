"""The database as the tests and ``make run`` prepare it: what each role may do."""

import os

import psycopg
import pytest
from django.db import connection

from tests import database


@pytest.mark.django_db
def test_the_application_may_not_change_tables():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, has_schema_privilege('public', 'CREATE')")

        assert cursor.fetchone() == ("rb_app", False)


@pytest.mark.django_db
def test_the_application_owns_nothing():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = 'rb_app'")

        assert cursor.fetchone() == (0,)


def test_a_new_table_of_the_owner_is_open_to_the_application(committed_db):
    with psycopg.connect(os.environ["MIGRATION_DATABASE_URL"], autocommit=True) as owner:
        owner.execute("CREATE TABLE fresh (id integer GENERATED ALWAYS AS IDENTITY, note text)")

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO fresh (note) VALUES ('x') RETURNING id")
        assert cursor.fetchone() == (1,)
        with pytest.raises(Exception, match="must be owner"):
            cursor.execute("DROP TABLE fresh")


class TestCommittedDb:
    def test_commits_for_real(self, committed_db):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO django_session VALUES ('left', '', now())")

        with psycopg.connect(os.environ["MIGRATION_DATABASE_URL"]) as other:
            assert other.execute("SELECT session_key FROM django_session").fetchall() == [("left",)]

    def test_leaves_nothing_behind(self, django_db_setup, django_db_blocker):
        with database.superuser() as superuser:
            database.drop(superuser, "test_scratch")
        database.recreate("test_scratch")

        address = database.in_database(os.environ["MIGRATION_DATABASE_URL"], "test_scratch")
        with psycopg.connect(address) as fresh:
            assert fresh.execute("SELECT count(*) FROM django_session").fetchone() == (0,)
        with database.superuser() as superuser:
            database.drop(superuser, "test_scratch")
