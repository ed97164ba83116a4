"""The words and tones of every state, so that no template decides them."""

from typing import NamedTuple


class Badge(NamedTuple):
    """How a state is shown; each tone has its own shape, so that colour is never alone."""

    label: str
    tone: str
    """neutral, busy, ok, wait, stop or off."""


BADGES: dict[str, dict[str, Badge]] = {
    "pack": {
        "announced": Badge("Announced", "neutral"),
        "received": Badge("Received", "busy"),
        "inspected": Badge("Inspected", "busy"),
        "tested": Badge("Tested", "busy"),
        "graded": Badge("Graded", "ok"),
        "in_review": Badge("In review", "wait"),
        "quarantined": Badge("Quarantined", "stop"),
        "rejected": Badge("Rejected", "stop"),
        "missing": Badge("Missing", "wait"),
        "withdrawn": Badge("Withdrawn", "off"),
        "returned": Badge("Returned to its supplier", "off"),
        "recycled": Badge("Recycled", "off"),
    },
    "disposition": {
        "ordered": Badge("To be handed over", "wait"),
        "handed_over": Badge("Handed over", "ok"),
        "cancelled": Badge("Cancelled", "off"),
    },
    "batch": {
        "announced": Badge("Announced", "neutral"),
        "arriving": Badge("Arriving", "busy"),
        "received": Badge("Received", "ok"),
        "closed": Badge("Closed", "off"),
        "cancelled": Badge("Cancelled", "off"),
    },
    "manifest": {
        "queued": Badge("Waiting", "neutral"),
        "running": Badge("Reading", "busy"),
        "announcing": Badge("Announcing", "busy"),
        "draft": Badge("Draft", "wait"),
        "imported": Badge("Imported", "ok"),
        "refused": Badge("Refused: mend the file", "stop"),
        "failed": Badge("Failed: we will look at it", "stop"),
        "discarded": Badge("Discarded", "off"),
    },
    "policy_draft": {
        "writing": Badge("Being written", "busy"),
        "proposed": Badge("Proposed: another person publishes it", "wait"),
        "published": Badge("Published", "ok"),
        "discarded": Badge("Discarded", "off"),
    },
    "direction": {
        "stricter": Badge("stricter", "wait"),
        "looser": Badge("looser", "busy"),
        "terms": Badge("other terms, same grade", "neutral"),
        "same": Badge("as before", "off"),
    },
    "review": {
        "open": Badge("Waiting for a reviewer", "wait"),
        "override_requested": Badge("Waiting for a second person", "wait"),
        "confirmed": Badge("Confirmed", "ok"),
        "overridden": Badge("Overridden", "ok"),
        "retest_ordered": Badge("Retest ordered", "busy"),
        "superseded": Badge("Superseded", "off"),
    },
    "dispute": {
        "open": Badge("Waiting for an answer", "wait"),
        "upheld": Badge("Upheld", "ok"),
        "rejected": Badge("Rejected", "stop"),
    },
    "scan": {
        "received": Badge("Received", "ok"),
        "already": Badge("Already here", "neutral"),
        "unexpected": Badge("Not expected in this batch", "wait"),
        "refused": Badge("Cannot be received", "stop"),
    },
    "attachment_upload": {
        "queued": Badge("Waiting", "neutral"),
        "done": Badge("Taken in", "ok"),
        "refused": Badge("Refused", "stop"),
        "failed": Badge("Failed: we will look at it", "stop"),
    },
    "declaration": {
        "proposed": Badge("Waiting for a second person", "wait"),
        "queued": Badge("Approved, being carried out", "busy"),
        "done": Badge("In force", "stop"),
        "refused": Badge("Refused", "off"),
        "withdrawn": Badge("Withdrawn", "off"),
    },
    "grading_run": {
        "running": Badge("Running", "busy"),
        "done": Badge("Done", "ok"),
        "stopped": Badge("Stopped", "stop"),
    },
    "tester_file": {
        "queued": Badge("Waiting to be read", "neutral"),
        "inbox": Badge("Needs a person", "wait"),
        "ready": Badge("Ready to record", "busy"),
        "recorded": Badge("Recorded", "ok"),
        "refused": Badge("Cannot be read", "stop"),
        "set_aside": Badge("Set aside", "off"),
    },
    "results_file": {
        "queued": Badge("Waiting to be read", "neutral"),
        "draft": Badge("To be mended or recorded", "wait"),
        "in_run": Badge("In bench runs", "busy"),
        "recorded": Badge("Recorded", "ok"),
        "refused": Badge("Cannot be read", "stop"),
    },
    "row": {
        "error": Badge("Error", "stop"),
        "question": Badge("Question", "busy"),
        "warning": Badge("Warning", "wait"),
        "ready": Badge("Ready", "ok"),
        "dropped": Badge("Left out", "off"),
        "announced": Badge("Announced", "ok"),
    },
    "run": {
        "open": Badge("Open", "busy"),
        "closed": Badge("Closed", "ok"),
        "discarded": Badge("Discarded", "off"),
    },
    "bench_row": {
        "ready": Badge("Ready", "ok"),
        "problem": Badge("With problems", "stop"),
        "empty": Badge("To measure", "neutral"),
        "recorded": Badge("Recorded", "off"),
    },
    "active": {
        "True": Badge("Active", "ok"),
        "False": Badge("Inactive", "off"),
    },
    "calibration": {
        "calibrated": Badge("Calibrated", "ok"),
        "lapsed": Badge("Calibration lapsed", "stop"),
    },
    "delivery": {
        "waiting": Badge("Waiting", "neutral"),
        "sent": Badge("Sent", "ok"),
        "failed": Badge("Failed, will be tried again", "wait"),
        "given_up": Badge("Given up", "stop"),
    },
    "token": {
        "active": Badge("Active", "ok"),
        "expired": Badge("Expired", "off"),
        "revoked": Badge("Revoked", "off"),
    },
}

GRADES = {"A": "", "B": "", "C": "", "D": "reject", "H": "hold", "Q": "quarantine", "X": "out of scope"}
"""Every letter with the word that must stand beside it; what A, B and C mean is the policy's to say."""

ROUTES = {
    "pack_reuse": "Pack reuse",
    "small_application": "Small application",
    "recycling": "Recycling",
    "hold": "Hold",
    "quarantine": "Quarantine",
    "out_of_scope": "Out of scope",
}

STATE_TRACK = {
    "announced": "Announced",
    "received": "Received",
    "inspected": "Inspected",
    "tested": "Tested",
    "graded": "Graded",
    "released": "Released",
}
"""The way of a pack that goes well, in order."""

BRANCHES = {
    "in_review": "tested",
    "quarantined": "received",
    "rejected": "tested",
    "missing": "announced",
    "withdrawn": "announced",
    "returned": "tested",
    "recycled": "tested",
}
"""The step at which a pack in another state left the way, unless its page knows better."""

SCAN_TONES = {
    "received": "ok",
    "already": "already",
    "unexpected": "warning",
    "refused": "stop",
}
"""Look and sound of each outcome of a scan."""
