"""Tables of what we measure and conclude."""

from grading.models.decision import Decision, Grade, GradingClaim
from grading.models.dispute import Dispute, DisputeFile
from grading.models.instrument import Instrument
from grading.models.policy import PolicyVersion
from grading.models.review import ReviewCase
from grading.models.test_run import CapacityTest, ResistanceTest

__all__ = [
    "CapacityTest",
    "Decision",
    "Dispute",
    "DisputeFile",
    "Grade",
    "GradingClaim",
    "Instrument",
    "PolicyVersion",
    "ResistanceTest",
    "ReviewCase",
]
