"""The readers of the environment."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from rebattery import env


class TestText:
    def test_returns_the_value_without_blanks_around_it(self, monkeypatch):
        monkeypatch.setenv("PLACE", " Kassel ")

        assert env.text("PLACE") == "Kassel"

    @pytest.mark.parametrize("value", [None, "", "  "])
    def test_refuses_a_missing_value_by_name(self, monkeypatch, value):
        monkeypatch.delenv("PLACE", raising=False)
        if value is not None:
            monkeypatch.setenv("PLACE", value)

        with pytest.raises(ImproperlyConfigured, match="PLACE is not set"):
            env.text("PLACE")


class TestSecret:
    def test_has_a_default_in_the_local_mode(self, monkeypatch):
        monkeypatch.delenv("KEY", raising=False)

        assert env.secret("KEY", local="only here") == "only here"

    @pytest.mark.parametrize("mode", ["", "0", "yes"])
    def test_has_none_outside_the_local_mode(self, monkeypatch, mode):
        monkeypatch.delenv("KEY", raising=False)
        monkeypatch.setenv("REBATTERY_LOCAL", mode)

        with pytest.raises(ImproperlyConfigured, match="KEY is not set"):
            env.secret("KEY", local="only here")


class TestFlag:
    @pytest.mark.parametrize(("value", "expected"), [("yes", True), ("1", True), ("No", False)])
    def test_reads_yes_and_no(self, monkeypatch, value, expected):
        monkeypatch.setenv("SWITCH", value)

        assert env.flag("SWITCH", default=not expected) is expected

    def test_refuses_anything_else(self, monkeypatch):
        monkeypatch.setenv("SWITCH", "maybe")

        with pytest.raises(ImproperlyConfigured, match="SWITCH must be yes or no"):
            env.flag("SWITCH", default=True)


class TestNumber:
    def test_reads_a_whole_number(self, monkeypatch):
        monkeypatch.setenv("COUNT", "12")

        assert env.number("COUNT", default=3) == 12

    @pytest.mark.parametrize("value", ["1.5", "-1", "twelve", "٣", "4"])
    def test_refuses_what_is_no_number_or_too_small(self, monkeypatch, value):
        monkeypatch.setenv("COUNT", value)

        with pytest.raises(ImproperlyConfigured, match="COUNT must be a whole number from 5 up"):
            env.number("COUNT", default=5, at_least=5)


class TestWords:
    def test_splits_at_commas_and_drops_blanks(self, monkeypatch):
        monkeypatch.setenv("HOSTS", "a.example, b.example,,")

        assert env.words("HOSTS") == ["a.example", "b.example"]

    def test_may_be_empty_by_default(self, monkeypatch):
        monkeypatch.delenv("HOSTS", raising=False)

        assert env.words("HOSTS", default="") == []


class TestPath:
    def test_returns_an_absolute_path(self, monkeypatch):
        monkeypatch.setenv("FOLDER", "/srv/files")

        assert env.path("FOLDER") == Path("/srv/files")

    def test_refuses_a_relative_one(self, monkeypatch):
        monkeypatch.setenv("FOLDER", "files")

        with pytest.raises(ImproperlyConfigured, match="FOLDER must be an absolute path"):
            env.path("FOLDER")


class TestDatabase:
    def test_decodes_user_and_password(self, monkeypatch):
        monkeypatch.setenv("DB", "postgresql://rb%40app:p%40ss%2F%3A@db.example:5433/rebattery")

        config = env.database("DB")

        assert (config["USER"], config["PASSWORD"]) == ("rb@app", "p@ss/:")
        assert (config["HOST"], config["PORT"], config["NAME"]) == ("db.example", 5433, "rebattery")

    def test_takes_the_folder_of_a_unix_socket_as_the_host(self, monkeypatch):
        monkeypatch.setenv("DB", "postgresql://rb_app@/rebattery?host=/tmp/rb-x&sslmode=disable")

        config = env.database("DB")

        assert config["HOST"] == "/tmp/rb-x"
        assert config["OPTIONS"] == {"sslmode": "disable"}

    @pytest.mark.parametrize("value", ["sqlite:///x.db", "postgresql://db.example"])
    def test_refuses_anything_but_a_postgresql_database(self, monkeypatch, value):
        monkeypatch.setenv("DB", value)

        with pytest.raises(ImproperlyConfigured, match="DB must look like postgresql://"):
            env.database("DB")
