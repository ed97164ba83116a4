"""The OpenAPI description of everything that programs may ask."""

import subprocess
import sys

import pytest
import yaml

from rebattery.embedded.state import ROOT


@pytest.fixture(scope="module")
def schema() -> dict:
    done = subprocess.run(
        [sys.executable, "manage.py", "spectacular", "--fail-on-warn", "--validate"],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout)


class TestSchema:
    def test_names_every_endpoint(self, schema):
        assert set(schema["paths"]) == {
            f"/api/v1/{path}"
            for path in (
                "manifests/", "manifests/{id}/", "batches/", "batches/{id}/", "packs/", "packs/{id}/",
                "packs/{id}/disputes/", "disputes/", "disputes/{id}/",
                "manifests/{id}/expected-grades/", "manifests/{id}/workbook/", "manifests/{id}/difference/",
                "batches/{id}/corrected/",
                "manifests/{id}/rows/", "manifests/{id}/corrections/", "manifests/{id}/corrections/undo/",
                "manifests/{id}/submission/", "manifests/{id}/discard/",
                "decisions/", "capacity-tests/", "resistance-tests/", "soh-reports/", "notices/",
                "batches/{batch_id}/attachments/", "batches/{batch_id}/attachments/{attachment_id}/file",
                "batches/{batch_id}/attachments/uploads/{upload_id}/",
                "instruments/", "declarations/", "declarations/{declaration_id}/radius/",
                "tester-files/", "tester-files/{tester_file_id}/", "tester-files/{tester_file_id}/file/",
                "results-files/", "results-files/{results_file_id}/",
                "results-files/{results_file_id}/record/", "results-files/{results_file_id}/runs/",
                "results-files/{results_file_id}/workbook/", "policies/", "policies/{policy_id}/",
            )
        }  # fmt: skip

    def test_wants_a_token_everywhere(self, schema):
        verbs = [verb for path in schema["paths"].values() for verb in path.values()]

        assert all(verb["security"] == [{"token": []}] for verb in verbs)
        assert schema["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}

    def test_tells_of_the_key_on_every_post(self, schema):
        posts = [path["post"] for path in schema["paths"].values() if "post" in path]

        assert len(posts) >= 4
        for post in posts:
            assert "Idempotency-Key" in [parameter["name"] for parameter in post["parameters"]]

    def test_says_numbers_as_text(self, schema):
        row = schema["components"]["schemas"]["CapacityRow"]["properties"]

        assert row["measured_capacity_ah"]["type"] == "string"
