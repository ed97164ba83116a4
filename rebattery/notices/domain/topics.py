"""What a notice can be about."""

from enum import StrEnum


class Topic(StrEnum):
    """A kind of news; the value is kept in the database and sent to webhooks."""

    FILE_CHECKED = "file_checked"
    FILE_REFUSED = "file_refused"
    FILE_FAILED = "file_failed"
    BATCH_ANNOUNCED = "batch_announced"
    BATCH_CORRECTED = "batch_corrected"
    BATCH_CANCELLED = "batch_cancelled"
    BATCH_CLOSED = "batch_closed"
    RESULTS = "results"
    RESULTS_WITHDRAWN = "results_withdrawn"
    DISPUTE_ANSWERED = "dispute_answered"
    PACKS_ORDERED = "packs_ordered"
    PACKS_LEFT = "packs_left"
    TEST = "test"


LABELS: dict[Topic, str] = {
    Topic.FILE_CHECKED: "A file was checked and needs you",
    Topic.FILE_REFUSED: "A file was refused",
    Topic.FILE_FAILED: "A file could not be read",
    Topic.BATCH_ANNOUNCED: "A batch was announced",
    Topic.BATCH_CORRECTED: "A corrected file changed a batch",
    Topic.BATCH_CANCELLED: "A batch was cancelled",
    Topic.BATCH_CLOSED: "A batch was closed",
    Topic.RESULTS: "Packs have a result",
    Topic.RESULTS_WITHDRAWN: "Results do not count any more",
    Topic.DISPUTE_ANSWERED: "A dispute was answered",
    Topic.PACKS_ORDERED: "Packs were ordered back or to recycling, or stay after all",
    Topic.PACKS_LEFT: "Packs went back or to recycling",
    Topic.TEST: "Test of a webhook",
}
CHOICES: list[tuple[str, str]] = [
    (topic.value, label) for topic, label in LABELS.items() if topic is not Topic.TEST
]
"""What a person or a webhook may choose among; a test is always delivered."""
