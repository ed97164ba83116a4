"""The README's example holds what its tour says, and its links lead somewhere."""

import json
import re

import pytest
from django.core.management import call_command

from intake.management.commands.load_catalogue import catalogue_rows
from intake.services.catalogue import load_pack_types
from rebattery.embedded.state import ROOT
from tests.factories import AT, make_actor

README = (ROOT / "README.md").read_text()


def test_the_example_has_the_mistakes_of_the_tour(db, capsys):
    load_pack_types(rows=catalogue_rows(), actor=make_actor(), at=AT)

    with pytest.raises(SystemExit) as ended:
        call_command("check_manifest", str(ROOT / "docs/example.csv"), "--json")

    found = json.loads(capsys.readouterr().out)
    assert ended.value.code == 1
    assert (found["rows"], found["accepted"]) == (3, 1)
    assert {(problem["rule"], problem["column"]) for problem in found["problems"]} == {
        ("column_unknown", "Regal"),
        ("out_of_range", "SOH (%)"),
        ("safety_blank", "Unfall"),
    }
    assert "TOUR-001" in README and "Regal" in README


def test_every_file_that_it_names_is_there():
    links = re.findall(r"\]\(([^)#:]+)\)", README)

    assert {"docs/pack.png", "docs/check.png", "docs/example.csv"} <= set(links)
    assert [link for link in links if not (ROOT / link).exists()] == []
