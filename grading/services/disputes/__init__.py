"""Let a supplier dispute a result, and a reviewer who had no part in it answer."""

from grading.services.disputes.answering import answer_dispute
from grading.services.disputes.opening import Upload, open_dispute

__all__ = ["Upload", "answer_dispute", "open_dispute"]
