"""Where the reading of a file stands, told to the one who waits."""

from datetime import timedelta
from uuid import uuid4

import pytest

from intake.models import ManifestRun
from intake.queries.manifests import SILENCE, progress_of
from intake.services import manifests
from tests.factories import AT, make_actor, make_supplier, manifest_csv

pytestmark = pytest.mark.django_db


class TestProgressOf:
    @pytest.fixture
    def manifest(self):
        return manifests.accept(
            supplier=make_supplier(),
            file_name="a.csv",
            content=manifest_csv("RB-0001"),
            actor=make_actor(),
            at=AT,
        )

    def reading(self, manifest, settings, silent_for):
        lease = timedelta(seconds=settings.LEASE_SECONDS)
        run = ManifestRun.objects.get(manifest=manifest)
        run.lease_token, run.lease_until, run.step = uuid4(), AT - silent_for + lease, "reading"
        run.save()
        manifest.run = run
        return progress_of(manifest=manifest, at=AT)

    @pytest.mark.parametrize(
        ("plan", "intent", "state", "step"),
        [
            ({}, "announce_all", "running", "Reading and checking rows"),
            ({"columns": []}, "check", "running", "Reading and checking rows"),
            ({"columns": []}, "announce_all", "announcing", "Checking the rows once more"),
            ({"columns": []}, "announce_valid", "announcing", "Checking the rows once more"),
        ],
    )
    def test_tells_announcing_from_reading(self, manifest, settings, plan, intent, state, step):
        manifest.plan, manifest.intent = plan, intent

        progress = self.reading(manifest, settings, SILENCE)

        assert (progress.state, progress.step) == (state, step)
        assert progress.is_announcing == (state == "announcing")

    def test_says_nothing_of_a_worker_that_gives_signs_of_life(self, manifest, settings):
        assert self.reading(manifest, settings, SILENCE).note == ""

    def test_says_when_a_silent_worker_is_replaced(self, manifest, settings):
        note = self.reading(manifest, settings, SILENCE + timedelta(seconds=1)).note
        assert note.startswith("interrupted; another worker starts it again at 09:0")
