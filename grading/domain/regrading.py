"""Why packs are graded again, and what keeps a pack from it."""

from enum import StrEnum

MOST_PACKS = 200_000
"""Packs of one order."""

REASONS = {
    "newer_policy": "A newer policy is in force",
    "failure_mended": "The cause of a failure is mended",
    "data_mended": "Data about the packs was mended",
    "validity": "The grade needs to be confirmed",
    "audit": "An audit asks for it",
}


class Obstacle(StrEnum):
    """What keeps a pack from being graded again; the first that applies."""

    REJECTED = "rejected"
    QUARANTINED = "quarantined"
    SUSPENDED = "suspended"
    NOT_GRADED = "not_graded"
    OVERRIDDEN = "overridden"
    OVERRIDE_ASKED = "override_asked"
    NEWER = "newer"
    ORDERED = "ordered"


OBSTACLE_WORDS = {
    Obstacle.REJECTED: "rejected: only an upheld dispute opens that again",
    Obstacle.QUARANTINED: "in quarantine: only a fresh inspection helps",
    Obstacle.SUSPENDED: "its decision is suspended: new tests come first",
    Obstacle.NOT_GRADED: "neither graded nor in review",
    Obstacle.OVERRIDDEN: "two people set its grade, and that still counts",
    Obstacle.OVERRIDE_ASKED: "an override waits for its second person",
    Obstacle.NEWER: "decided on since it was chosen",
    Obstacle.ORDERED: "already waiting in another order",
}
"""What stands behind a pack's serial, or as the reason why it was left as it is."""
