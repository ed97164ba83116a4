"""Which servers a manage.py command gets."""

import os
import subprocess
import sys

import pytest

from rebattery.embedded import session
from rebattery.embedded.state import ROOT


@pytest.fixture(autouse=True)
def kept_environment(monkeypatch):
    for name in (*session.NOWHERE, "MIGRATION_DATABASE_URL"):
        monkeypatch.setenv(name, os.environ[name])  # so that monkeypatch restores what a session sets


class TestServersFor:
    def test_leaves_the_operators_servers_alone(self):
        before = dict(os.environ)

        with session.servers_for(["shell"]):
            assert dict(os.environ) == before

    def test_refuses_half_a_pair_of_addresses(self, monkeypatch):
        monkeypatch.delenv("REDIS_URL")

        with pytest.raises(SystemExit, match="Only DATABASE_URL is set"), session.servers_for(["shell"]):
            pass

    @pytest.mark.parametrize("arguments", [[], ["help"], ["check"], ["migrate", "--help"]])
    def test_starts_nothing_for_commands_that_need_nothing(self, monkeypatch, arguments):
        monkeypatch.delenv("DATABASE_URL")
        monkeypatch.delenv("REDIS_URL")

        with session.servers_for(arguments):
            assert session.own == {}

    def test_migrates_as_the_owner_of_the_tables(self):
        with session.servers_for(["migrate"]):
            assert os.environ["DATABASE_URL"] == os.environ["MIGRATION_DATABASE_URL"]

    def test_refuses_to_migrate_as_the_application(self, monkeypatch):
        monkeypatch.delenv("MIGRATION_DATABASE_URL")

        with pytest.raises(SystemExit, match="migrate acts as rb_owner"), session.servers_for(["migrate"]):
            pass


def test_settings_have_no_default_secret_outside_the_local_mode():
    environment = {name: value for name, value in os.environ.items() if name != "SECRET_KEY"}

    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT, env=environment | {"REBATTERY_LOCAL": "0"}, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 1
    assert "SECRET_KEY is not set" in done.stderr
