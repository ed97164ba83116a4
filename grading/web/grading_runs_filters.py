"""Filters of the list of packs that other pages' links set: a run's packs, older grades, a report's moves."""

from grading.queries.packs_of_runs import (
    failed_in,
    graded_before,
    moved_in_report,
    not_reached_by,
    of_run,
    policy_name,
)
from rebattery.ui.listing import Filter

OF_RUNS = (
    Filter(key="run", label="Decided on in", apply=of_run, is_linked=True, words=lambda run: f"run {run}"),
    Filter(
        key="failed",
        label="Could not be judged in",
        apply=failed_in,
        is_linked=True,
        words=lambda run: f"run {run}",
    ),
    Filter(
        key="unreached",
        label="Not reached by",
        apply=not_reached_by,
        is_linked=True,
        words=lambda run: f"run {run}",
    ),
    Filter(
        key="older",
        label="Graded by a policy older than",
        apply=graded_before,
        is_linked=True,
        words=policy_name,
    ),
    Filter(
        key="report",
        label="Would move by",
        apply=moved_in_report,
        is_linked=True,
        words=lambda report: f"what-if report {report}",
    ),
)
