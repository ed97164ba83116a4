"""What somebody does next with a file, in a few words."""

from intake.models import Manifest, ManifestState

_STEPS = {
    ManifestState.QUEUED: "Wait until it is read",
    ManifestState.IMPORTED: "None: it is a batch",
    ManifestState.REFUSED: "Mend the file and send it again",
    ManifestState.FAILED: "None: we look at it",
    ManifestState.DISCARDED: "None: it was given up",
}


def next_step(manifest: Manifest) -> str:
    """Return what is to be done with a file next, by its state and its last reading."""
    state = ManifestState(manifest.state)
    if state != ManifestState.DRAFT:
        return _STEPS[state]
    if questions := len(manifest.summary.get("questions", ())):
        return f"Answer {_count(questions, 'question')}"
    if manifest.error_count:
        return f"Mend {_count(manifest.error_count, 'error')}"
    return "Announce it"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
