"""The rows of a draft, page by page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from intake.models import Manifest
from intake.services import manifests
from rebattery.accounts.roles import Role
from tests.factories import AT, make_actor, manifest_csv
from tests.programs import Program

CONTENT = (
    manifest_csv("RB-0001", "RB-0002", "RB-0002")
    + manifest_csv("RB-0004", Accident="").split(b"\n", 1)[1]
    + manifest_csv("RB-0005").split(b"\n", 1)[1]
)


@pytest.fixture
def program(db):
    return Program(Role.SUPPLIER)


@pytest.fixture
def address(program):
    program.send(SimpleUploadedFile("packs.csv", CONTENT), intent="check")
    manifest = Manifest.objects.get()
    manifests.run(manifest_id=manifest.pk, actor=make_actor(), at=AT)
    manifests.edit_cells(manifest_id=manifest.pk, cells={2: {5: "81"}}, actor=make_actor(), at=AT)
    manifests.drop_rows(manifest_id=manifest.pk, rows=[6], actor=make_actor(), at=AT)
    return f"manifests/{manifest.pk}/rows/"


class TestManifestRows:
    def test_shows_cells_values_and_problems(self, program, address):
        first, *_, bad, _ = program.get(address).json()["rows"]

        assert (first["row"], first["severity"], first["fate"]) == (2, "ready", "open")
        assert (first["cells"][5], first["edited"]) == ("81", [5])
        assert first["values"]["soh_declared_percent"] == "81"
        assert [(problem["row"], problem["rule"]) for problem in bad["problems"]] == [(5, "safety_blank")]

    def test_pages_by_key(self, program, address):
        page = program.get(address, limit=2).json()
        assert ([row["row"] for row in page["rows"]], page["next_after"]) == ([2, 3], 3)

        page = program.get(address, limit=3, after=3).json()
        assert ([row["row"] for row in page["rows"]], page["next_after"]) == ([4, 5, 6], None)

    @pytest.mark.parametrize(
        ("query", "rows"),
        [
            ({"show": "error"}, [4, 5]),
            ({"show": "ready"}, [2, 3]),
            ({"show": "duplicate"}, [4]),
            ({"show": "dropped"}, [6]),
            ({"show": "announced"}, []),
            ({"rule": "safety_blank"}, [5]),
            ({"field": "pack_serial"}, [4]),
            ({"rule": "safety_blank", "field": "pack_serial"}, []),
            ({"text": "rb-0002"}, [3, 4]),
        ],
    )
    def test_keeps_what_is_wanted(self, program, address, query, rows):
        assert [row["row"] for row in program.get(address, **query).json()["rows"]] == rows

    @pytest.mark.parametrize("query", [{"show": "green"}, {"limit": 501}, {"after": "x"}, {"color": "red"}])
    def test_refuses_what_it_does_not_know(self, program, address, query):
        assert program.get(address, **query).status_code == 422

    def test_is_not_there_for_another_supplier(self, address):
        assert Program(Role.SUPPLIER).get(address).status_code == 404
