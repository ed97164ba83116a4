"""Which servers a manage.py command gets."""

import os
import subprocess
import sys

import pytest

from rebattery.embedded import session, state
from rebattery.embedded.state import ROOT


@pytest.fixture(autouse=True)
def kept_environment(monkeypatch):
    for name in (*session.NOWHERE, "MIGRATION_DATABASE_URL"):
        monkeypatch.setenv(name, os.environ[name])  # so that monkeypatch restores what a session sets


@pytest.fixture
def without_stack(monkeypatch, tmp_path):
    """Name no servers, and look for those of a stack in a folder of our own."""
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")
    for module in (session, state):
        monkeypatch.setattr(module, "RUN", tmp_path)
    return tmp_path


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

    @pytest.mark.parametrize(
        "options",
        [
            [],
            ["--document", "own.json"],
            ["--policy"],
            ["--policy", "seed-v1"],
            ["--pol=seed-v1", "--version=1"],
        ],
    )
    def test_starts_nothing_to_decide_by_a_policy_that_ships(self, without_stack, options):
        with session.servers_for(["decide", "packs.csv", *options]):
            assert session.own == {}
            assert os.environ["DATABASE_URL"] == "dummy://"

    @pytest.mark.parametrize("options", [["--policy", "house"], ["--policy=seed-v1", "--version", "2"]])
    def test_finds_the_database_to_decide_by_a_published_policy(self, without_stack, monkeypatch, options):
        asked = []
        monkeypatch.setattr(session, "_embedded", lambda command, _: asked.append(command))

        with session.servers_for(["decide", "packs.csv", *options]):
            assert asked == ["decide"]

    def test_asks_a_stack_that_runs_even_where_the_policy_ships(self, without_stack):
        (without_stack / "env").write_text("DATABASE_URL=postgres://there\nREDIS_URL=redis://there\n")

        with session.servers_for(["decide", "packs.csv", "--policy", "seed-v1"]):
            assert os.environ["DATABASE_URL"] == "postgres://there"

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
