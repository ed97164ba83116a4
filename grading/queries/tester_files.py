"""Files of testers as lists and pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from grading.domain.tester_files.questions import Question, label_of, questions_of
from grading.domain.tester_files.standing import gives_result
from grading.models import CapacityTest, Derivation, ResistanceTest, TesterFile
from grading.models.test_run import STANDS
from intake.domain.lifecycle import Status
from intake.models import Pack
from rebattery.accounts.models import User

NEEDS_PERSON = "needs_person"
WAITING = (TesterFile.State.INBOX, TesterFile.State.READY)
_CANDIDATES_SHOWN = 20


def tester_files_for(*, viewer: User) -> QuerySet[TesterFile]:
    """Return the tester files that ``viewer`` may see: all of them for staff, none for a supplier."""
    return TesterFile.objects.visible_to(viewer).select_related("pack", "stored_file", "run")


def in_state(files: QuerySet[TesterFile], state: str) -> QuerySet[TesterFile]:
    """Keep the files in ``state``; ``NEEDS_PERSON`` means: in the inbox or ready to record."""
    return files.filter(state__in=WAITING) if state == NEEDS_PERSON else files.filter(state=state)


def named(files: QuerySet[TesterFile], text: str) -> QuerySet[TesterFile]:
    """Keep the files whose name, pack or SHA-256 contains ``text``."""
    found = Q(file_name__icontains=text) | Q(pack__serial__icontains=text)
    return files.filter(found | Q(stored_file__sha256__startswith=text.lower()))


def sent_by(files: QuerySet[TesterFile], text: str) -> QuerySet[TesterFile]:
    """Keep the files that somebody whose name contains ``text`` sent."""
    return files.filter(received_by__icontains=text)


def of_format(files: QuerySet[TesterFile], text: str) -> QuerySet[TesterFile]:
    """Keep the files whose format contains ``text``."""
    return files.filter(format__icontains=text.replace(" ", "_"))


def with_flag(files: QuerySet[TesterFile], code: str) -> QuerySet[TesterFile]:
    """Keep the files with the finding ``code``."""
    return files.filter(flag_codes__contains=[code.upper()])


def files_waiting() -> int:
    """Return how many files wait for a person: in the inbox, or ready to record."""
    return TesterFile.objects.filter(state__in=WAITING).count()


@dataclass(frozen=True)
class Progress:
    """How far the reading of a file has come."""

    is_waiting: bool
    rows: int
    attempts: int
    running_for_s: float

    @property
    def note(self) -> str:
        """Say what is happening."""
        if self.rows:
            return f"{self.rows} records read, deriving"
        if not self.attempts:
            return "waiting for a worker"
        again = f", attempt {self.attempts}" if self.attempts > 1 else ""
        return f"reading{again}"


def progress_of(*, file: TesterFile, at: datetime) -> Progress:
    """Return how far the reading of ``file`` has come; its run is loaded with it."""
    waits = file.state == TesterFile.State.QUEUED
    return Progress(waits, file.run.rows_read, file.run.attempts, (at - file.received_at).total_seconds())


@dataclass(frozen=True)
class Test:
    """One test of a file, as it was derived."""

    derivation: Derivation
    capacity: list[CapacityTest]
    resistance: list[ResistanceTest]
    """What was recorded from this test, by this reading or an earlier one, standing or superseded."""

    @property
    def result(self) -> Mapping[str, Any]:
        return self.derivation.result

    @property
    def number(self) -> int:
        return self.derivation.test_index + 1

    @property
    def used(self) -> Mapping[str, Any] | None:
        """Return the discharge that gives the capacity."""
        place = self.result["capacity_chain"]
        return None if place is None else self.result["capacity_chains"][place]

    @property
    def gives_result(self) -> bool:
        return gives_result(self.result)


def tests_of(*, file: TesterFile) -> list[Test]:
    """Return the tests of a file with what was recorded from them; four queries whatever their number."""
    rows = list(
        Derivation.objects.filter(tester_file=file, superseded_by__isnull=True).order_by("test_index")
    )
    # What the derivations hold is large, and only their places are needed.
    places = dict(Derivation.objects.filter(tester_file=file).values_list("pk", "test_index"))
    capacity = CapacityTest.objects.filter(derivation_id__in=places).order_by("-pk")
    resistance = ResistanceTest.objects.filter(derivation_id__in=places).order_by("-pk")
    by_test: dict[int, Test] = {row.test_index: Test(row, [], []) for row in rows}
    for charge in capacity:
        _test(places, charge, by_test).capacity.append(charge)
    for pulse in resistance:
        _test(places, pulse, by_test).resistance.append(pulse)
    return list(by_test.values())


def _test(
    places: Mapping[int, int], result: CapacityTest | ResistanceTest, by_test: Mapping[int, Test]
) -> Test:
    """Return the test that a result was recorded from; the first where a later reading finds fewer tests."""
    assert result.derivation_id is not None  # it was asked for
    return by_test.get(places[result.derivation_id]) or next(iter(by_test.values()))


def questions_about(*, file: TesterFile, tests: Sequence[Test]) -> list[Question]:
    """Return what a person can still answer about a file; the parameters say how it was derived."""
    derived = [{**test.result, "parameters": test.derivation.parameters} for test in tests]
    return questions_of(derived)


def answers_of(file: TesterFile) -> list[tuple[str, str, str]]:
    """Return key, value and words of each answer that was given."""
    return [(key, value, label_of(key, value)) for key, value in sorted(file.answers.items())]


def candidates_of(*, file: TesterFile) -> list[Pack]:
    """Return the packs at the bench that a file may mean."""
    if not file.candidates:
        return []
    packs = Pack.objects.filter(status=Status.INSPECTED, serial__in=file.candidates)
    return list(packs.select_related("pack_type", "supplier").order_by("serial", "pk")[:_CANDIDATES_SHOWN])


def at_bench_with_code(*, serial: str) -> list[Pack]:
    """Return the packs at the bench with this normalized serial; two suppliers may use the same."""
    packs = Pack.objects.filter(status=Status.INSPECTED, serial=serial)
    return list(packs.select_related("supplier").order_by("pk")[:_CANDIDATES_SHOWN])


def derivation_for(*, viewer: User, tester_file_id: int, index: int) -> Derivation | None:
    """Return the current derivation of one test of a file that ``viewer`` may see."""
    files = TesterFile.objects.visible_to(viewer)
    rows = Derivation.objects.filter(tester_file__in=files, superseded_by__isnull=True)
    return rows.filter(tester_file_id=tester_file_id, test_index=index).first()


def others_of_pack(*, file: TesterFile, limit: int = 5) -> list[Derivation]:
    """Return the newest derivations with a capacity of other files of the same pack."""
    if file.pack_id is None:
        return []
    rows = Derivation.objects.filter(
        tester_file__pack_id=file.pack_id, superseded_by__isnull=True, result__capacity_chain__isnull=False
    )
    rows = rows.exclude(tester_file_id=file.pk).exclude(result__capacity_chain=None)
    return list(rows.select_related("tester_file").order_by("-pk")[:limit])


def soh_histogram(*, pack_type_id: int, bin_points: int = 5) -> list[tuple[float, int]]:
    """Return how many packs of a type stand at which SOH (charge), by bins of ``bin_points`` percent."""
    rows = CapacityTest.objects.filter(STANDS, pack__pack_type_id=pack_type_id, basis=CapacityTest.Basis.AH)
    counts: dict[int, int] = {}
    for soh in rows.values_list("soh_percent", flat=True).iterator():
        place = int(soh // bin_points)
        counts[place] = counts.get(place, 0) + 1
    return [((place + 0.5) * bin_points, count) for place, count in sorted(counts.items())]
