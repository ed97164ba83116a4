"""The main menu: one table, filtered by what the viewer may do."""

from dataclasses import dataclass

from rebattery.accounts.roles import Capability as C


@dataclass(frozen=True)
class Entry:
    """One entry of the menu."""

    label: str
    url_name: str
    capability: C
    shortcut: str = ""
    """Key that opens the page after ``g``."""
    is_main: bool = True
    """Shown in the bar itself; the others stand below "More"."""


ENTRIES = (
    Entry("Home", "home", C.SIGNED_IN, "h"),
    Entry("Batches", "batches", C.VIEW_BATCHES, "b"),
    Entry("Packs", "packs", C.VIEW_PACKS, "p"),
    Entry("Dock", "dock", C.RECEIVE_PACKS, "d"),
    Entry("Bench", "bench", C.RECORD_TESTS, "t"),
    Entry("Review", "review_queue", C.VIEW_REVIEWS, "r"),
    Entry("Upload", "batch_upload", C.UPLOAD_MANIFEST, "u"),
    Entry("Notices", "notices", C.VIEW_NOTICES, is_main=False),
    Entry("Rejects", "reject_pareto", C.VIEW_INTERNAL, is_main=False),
    Entry("Running out", "running_out", C.VIEW_INTERNAL, is_main=False),
    Entry("Returns", "dispositions", C.VIEW_INTERNAL, is_main=False),
    Entry("Disputes", "disputes", C.VIEW_PACKS, is_main=False),
    Entry("Suppliers", "suppliers", C.VIEW_SUPPLIERS, is_main=False),
    Entry("Pack types", "catalogue", C.VIEW_CATALOGUE, is_main=False),
    Entry("Results", "results", C.VIEW_INTERNAL, is_main=False),
    Entry("Tester files", "tester_files", C.VIEW_INTERNAL, is_main=False),
    Entry("Instruments", "instruments", C.VIEW_INSTRUMENTS, is_main=False),
    Entry("Test queue", "test_queue", C.VIEW_INTERNAL, is_main=False),
    Entry("Channels", "channel_board", C.VIEW_INTERNAL, is_main=False),
    Entry("Agreement", "agreement", C.VIEW_INTERNAL, is_main=False),
    Entry("Procedures", "procedures", C.VIEW_INSTRUMENTS, is_main=False),
    Entry("Grading runs", "grading_runs", C.VIEW_INTERNAL, is_main=False),
    Entry("Policies", "policies", C.VIEW_POLICIES, is_main=False),
    Entry("What if", "what_if", C.VIEW_POLICIES, is_main=False),
    Entry("Trail", "trail", C.VIEW_TRAIL, is_main=False),
    Entry("People", "people", C.MANAGE_PEOPLE, is_main=False),
    Entry("API tokens", "tokens", C.MANAGE_TOKENS, is_main=False),
)
