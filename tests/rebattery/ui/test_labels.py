"""Every state that a row can have has its words."""

import pytest

from grading.models import Decision, ReviewCase
from intake.domain.batches import BatchState
from intake.domain.lifecycle import Status
from intake.models import AttachmentUploadState, ManifestState, Scan
from rebattery.ui.labels import BADGES, BRANCHES, GRADES, SCAN_TONES, STATE_TRACK


def codes_of(model, field: str) -> set[str]:
    return {code for code, _ in model._meta.get_field(field).flatchoices}


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("pack", set(Status)),
        ("batch", set(BatchState)),
        # The last two are what a page says while a worker holds the lease; no row has them.
        ("manifest", {*ManifestState.values, "running", "announcing"}),
        ("review", codes_of(ReviewCase, "state")),
        ("attachment_upload", set(AttachmentUploadState.values)),
        ("scan", codes_of(Scan, "outcome")),
    ],
)
def test_badges_know_every_code_and_no_other(kind, codes):
    assert set(BADGES[kind]) == codes


def test_grades_know_every_letter():
    assert set(GRADES) == codes_of(Decision, "grade")


def test_every_state_is_on_the_track_or_branches_off_it():
    assert {*STATE_TRACK, *BRANCHES} - {"released"} == set(Status)
    assert set(BRANCHES.values()) <= set(STATE_TRACK)


def test_every_scan_has_a_tone():
    assert set(SCAN_TONES) == set(BADGES["scan"])
