"""Tables of what we measure and conclude."""

from grading.models.agreement import AgreementFit, AgreementGroup
from grading.models.bench_run import BenchDraft, BenchRun
from grading.models.calibration import Calibration, ControlMeasurement, ReferenceItem
from grading.models.channel_use import ChannelUse
from grading.models.decision import Decision, Grade, GradingClaim
from grading.models.declaration import DeclarationRun, DeclaredPack, InstrumentDeclaration
from grading.models.dispute import Dispute, DisputeFile
from grading.models.grading_run import GradingRun, GradingRunPack, GradingRunTally, GradingRunWork
from grading.models.instrument import Channel, Instrument
from grading.models.policy import PolicyVersion
from grading.models.policy_draft import PolicyDraft
from grading.models.procedure import ProcedureVersion
from grading.models.results_file import ResultsFile, ResultsFileRow, ResultsFileWork
from grading.models.review import ReviewCase, ReviewLook
from grading.models.soh_report import SohReport
from grading.models.test_run import CapacityTest, ResistanceTest
from grading.models.tester_file import Derivation, TesterFile, TesterFileRun
from grading.models.what_if import PopulationSnapshot, WhatIfMove, WhatIfReport

__all__ = [
    "AgreementFit",
    "AgreementGroup",
    "BenchDraft",
    "BenchRun",
    "Calibration",
    "CapacityTest",
    "Channel",
    "ChannelUse",
    "ControlMeasurement",
    "Decision",
    "DeclarationRun",
    "DeclaredPack",
    "Derivation",
    "Dispute",
    "DisputeFile",
    "Grade",
    "GradingClaim",
    "GradingRun",
    "GradingRunPack",
    "GradingRunTally",
    "GradingRunWork",
    "Instrument",
    "InstrumentDeclaration",
    "PolicyDraft",
    "PolicyVersion",
    "PopulationSnapshot",
    "ProcedureVersion",
    "ReferenceItem",
    "ResistanceTest",
    "ResultsFile",
    "ResultsFileRow",
    "ResultsFileWork",
    "ReviewCase",
    "ReviewLook",
    "SohReport",
    "TesterFile",
    "TesterFileRun",
    "WhatIfMove",
    "WhatIfReport",
]
