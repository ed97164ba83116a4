"""What the page of one tester file shows, and the forms on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from grading.domain.tester_files.moment import ended_at
from grading.domain.tester_files.questions import voltage_misfit
from grading.domain.tester_files.standing import resistances_of
from grading.domain.tester_files.told import told_lines
from grading.models import ProcedureVersion, TesterFile
from grading.queries import tester_files as queries
from grading.queries.bench import Reference, catalog_baseline, channels_of, references_of
from grading.queries.instruments import CAPACITY_KINDS, standings_of_kinds
from grading.queries.procedures import pickable
from grading.queries.tester_files import Test
from grading.services import tester_files
from grading.services.tester_files.tables import table_of
from grading.web.bench_page import standings_for
from grading.web.tester_files_charts import charts_of, histogram_chart, pulse_chart
from grading.web.tester_files_forms import PlaceForm, RecordForm
from intake.domain.lifecycle import Status
from rebattery.accounts.guards import person_of
from rebattery.accounts.roles import Capability
from rebattery.audit.trail import story_of
from rebattery.jobs import Job, send
from rebattery.ui.charts import Chart

_OPEN = (TesterFile.State.READY, TesterFile.State.RECORDED)
_CHANGEABLE = (TesterFile.State.INBOX, TesterFile.State.READY, TesterFile.State.RECORDED)
_SETTLED = {
    "sign": "Sign of the current",
    "current_unit": "Unit of the current",
    "time_unit": "Unit of time",
    "charge": "Charge",
    "counter": "The tester's counter",
    "limits": "Voltage limits",
    "sensor": "Temperature sensor",
}
_AS_WRITTEN = "as written"
_USUAL = {
    "sign": (_AS_WRITTEN, "no current"),
    "current_unit": (_AS_WRITTEN,),
    "time_unit": (_AS_WRITTEN,),
    "limits": ("declared",),
}


@dataclass(frozen=True)
class ShownChain:
    """A discharge with its rules of acceptance: what is not met or cannot be told apart from what is met."""

    values: Mapping[str, Any]
    counts: bool
    not_met: list[Mapping[str, Any]]
    met: list[Mapping[str, Any]]


@dataclass(frozen=True)
class Shown:
    """One test of the file with its charts and, when it is ready, the form that records it."""

    test: Test
    chains: list[ShownChain]
    told: list[tuple[str, str]]
    """What else the file says of its test, in its own words."""
    settled: list[tuple[str, str]]
    """What the reading had to decide, in words."""
    is_as_written: bool
    """None of it departs from the file's own word."""
    charts: dict[str, list[Chart]]
    pulse_chart: Chart | None
    withheld: str
    """Why neither SOH nor resistance is shown; empty when they are."""
    is_preparing: bool
    form: RecordForm | None


def page_context(
    request: HttpRequest, file: TesterFile, *, filled: dict[int, RecordForm] | None = None
) -> dict[str, Any]:
    """Return what ``grading/tester_files/detail.html`` needs."""
    viewer, now = person_of(request), timezone.now()
    may_change = viewer.may(Capability.RECORD_TESTS)
    tests = queries.tests_of(file=file) if file.state != TesterFile.State.QUEUED else []
    others = queries.others_of_pack(file=file)
    shown = [_shown(request, file, test, others, may_change, filled or {}) for test in tests]
    type_id = file.pack.pack_type_id if file.pack else None
    concluding = [test.result for test in tests if test.result["concludes"]]
    soh = next((result["soh_percent"] for result in concluding if result["soh_percent"]), None)
    context: dict[str, Any] = {
        "file": file,
        "progress": queries.progress_of(file=file, at=now),
        "tests": shown,
        "questions": queries.questions_about(file=file, tests=tests),
        "misfit": voltage_misfit([test.result for test in tests]) if file.pack else "",
        "answers": queries.answers_of(file),
        "candidates": queries.candidates_of(file=file),
        "reasons": [line.partition(": ") for line in file.why.split("\n") if line],
        "story": story_of(subject_type="tester_file", subject_id=file.pk),
        "trail_links": viewer.may(Capability.VIEW_TRAIL),
        "may_change": may_change,
        "may_answer": may_change and file.state in _CHANGEABLE,
        "may_assign": may_change and file.state in _CHANGEABLE[:2],
        "may_set_aside": may_change and file.state in (*_CHANGEABLE[:2], TesterFile.State.REFUSED),
        "may_read_again": may_change and file.state in (*_CHANGEABLE, TesterFile.State.REFUSED),
        "type_chart": histogram_chart(queries.soh_histogram(pack_type_id=type_id), soh) if type_id else None,
    }
    if context["may_answer"]:
        context["place_form"] = place_form(file)
    return context


def place_form(file: TesterFile, data: Any = None) -> PlaceForm:
    """Return the form that says on which channel and by which procedure a file was measured."""
    standings = standings_of_kinds(kinds=CAPACITY_KINDS, on=timezone.now().date())
    return PlaceForm(
        data,
        standings=standings,
        channels=channels_of(instrument_ids=[each.instrument.pk for each in standings]),
        procedures=_procedures(),
        initial={"channel_id": file.channel_id, "procedure_id": file.procedure_id},
    )


def record_form(request: HttpRequest, file: TesterFile, test: Test, data: Any = None) -> RecordForm:
    """Return the form that records one test of a file whose pack is known."""
    pack = file.pack
    assert pack is not None  # ready files have one
    standings = standings_for(pack=pack, kinds=CAPACITY_KINDS, on=timezone.now().date())
    baseline = catalog_baseline(pack_type=pack.pack_type)
    preferred = tester_files.preferred_pulse(test.result, baseline)
    pulses = [(place, _pulse_words(place, pulse, preferred)) for place, pulse in resistances_of(test.result)]
    references = references_of(pack=pack)
    initial: dict[str, Any] = {
        "pulse": preferred,
        "channel_id": file.channel_id,
        "reference": _reference_of(test, references),
        "measured_at": _measured_at(file, test),
    }
    if file.channel:
        initial["instrument_id"] = file.channel.instrument_id
    if file.procedure:
        initial[f"{file.procedure.kind}_procedure_id"] = file.procedure_id
    return RecordForm(
        data,
        test=test.result,
        standings=standings,
        channels=channels_of(instrument_ids=[each.instrument.pk for each in standings if not each.fault]),
        procedures=_procedures(),
        references=references,
        baseline=baseline,
        pulses=pulses,
        initial=initial,
    )


def _reference_of(test: Test, references: Sequence[Reference]) -> str:
    """Return the choice that the SOH was derived with: by charge, of the same source."""
    by_charge = [each.source for each in references if each.basis == "ah"]
    used = test.derivation.parameters.get("rated_capacity_source")
    source = used if used in by_charge else next(iter(by_charge), "")
    return f"{source}:ah" if source else ""


def _measured_at(file: TesterFile, test: Test) -> datetime | None:
    """Return the end of the test; None without a clock, or by one that runs ahead of ours."""
    end = ended_at(test.result)
    return end.replace(second=0, microsecond=0) if end and end <= file.received_at else None


def _shown(
    request: HttpRequest,
    file: TesterFile,
    test: Test,
    others: Sequence[Any],
    may_change: bool,
    filled: dict[int, RecordForm],
) -> Shown:
    row = test.derivation
    has_table = table_of(row).exists()
    is_preparing = not has_table and test.result["rows"] > 0 and test.result["duration_s"] is not None
    if is_preparing:
        send(Job.KEEP_TESTER_TABLES, derivation_id=row.pk)
    form = filled.get(row.test_index)
    is_open = file.pack is not None and file.pack.status == Status.INSPECTED
    if form is None and may_change and is_open and file.state in _OPEN and test.gives_result:
        form = record_form(request, file, test)
    result = test.result
    withheld = _withheld(result)
    return Shown(
        test=test,
        chains=[
            _chain(chain, result["capacity_chain"] == i) for i, chain in enumerate(result["capacity_chains"])
        ],
        told=told_lines(result["meta"]),
        settled=[(_SETTLED[name], value) for name, value in result["decisions"].items() if name in _SETTLED],
        is_as_written=all(result["decisions"].get(name, words) in words for name, words in _USUAL.items()),
        charts=charts_of(row, others=others),
        pulse_chart=None if withheld else pulse_chart(row),
        withheld=withheld,
        is_preparing=is_preparing,
        form=form,
    )


def _withheld(result: Mapping[str, Any]) -> str:
    if result["concludes"]:
        return ""
    codes = dict.fromkeys(flag["code"] for flag in result["flags"] if flag["code"].startswith("E_"))
    return f"No SOH and no resistance is given while this stands open: {', '.join(codes)}."


def _chain(chain: Mapping[str, Any], counts: bool) -> ShownChain:
    open_rules = sorted((rule for rule in chain["rules"] if not rule["passed"]), key=_cannot_be_told)
    return ShownChain(chain, counts, open_rules, [rule for rule in chain["rules"] if rule["passed"]])


def _cannot_be_told(rule: Mapping[str, Any]) -> bool:
    return rule["passed"] is None


def _procedures() -> Any:
    return pickable(kinds=[ProcedureVersion.Kind.CAPACITY, ProcedureVersion.Kind.RESISTANCE])


def _pulse_words(place: int, pulse: Any, preferred: int | None) -> str:
    soc = "" if pulse["soc_percent"] is None else f", {pulse['soc_percent']:.1f} % SOC"
    words = f"Pulse {place + 1}: {pulse['direction']}, {abs(pulse['current_a']):.1f} A{soc}"
    return f"{words} (nearest to the baseline's conditions)" if place == preferred else words
