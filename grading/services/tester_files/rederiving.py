"""Derive again what is stored, with the same parameters, and tell every difference."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import Q, QuerySet

from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.table import Unreadable
from grading.domain.tester_files.differences import differences
from grading.models import CapacityTest, Derivation, ResistanceTest, TesterFile
from grading.services.tester_files.deriving import Test, derived, result_of, sha256_of
from grading.services.tester_files.results import measured_values
from intake.services import files
from rebattery.audit.trail import events_of
from rebattery.errors import RuleViolation
from rebattery.naming import counted

_CHUNK_BYTES = 1 << 20
_RESULTS: tuple[type[CapacityTest] | type[ResistanceTest], ...] = (CapacityTest, ResistanceTest)


@dataclass(frozen=True)
class Difference:
    """One value that does not come out again as it is stored."""

    tester_file_id: int
    file_name: str
    subject: str
    """Such as ``derivation 12`` or ``capacity_test 5``."""
    field: str
    old: Any
    new: Any


class NoSuchFile(RuleViolation):
    """There is no such tester file."""

    code = "no_such_file"


@dataclass(frozen=True)
class Compared:
    """How much :func:`rederive` compares."""

    files: int
    derivations: int
    results: int
    """Capacities and resistances that were recorded from them and stand."""

    def __str__(self) -> str:
        of_files = f"{counted(self.derivations, 'derivation')} of {counted(self.files, 'file')}"
        return f"{of_files} and {counted(self.results, 'recorded result')}"


def to_rederive(*, tester_file_id: int | None = None) -> Compared:
    """Return how much there is to compare, in all files or in one.

    :raises NoSuchFile: when there is no such file.
    """
    if tester_file_id is not None and not TesterFile.objects.filter(pk=tester_file_id).exists():
        raise NoSuchFile(f"There is no tester file {tester_file_id}.")
    rows = _rows(tester_file_id)
    keys = rows.values_list("pk", flat=True)
    results = [_standing(model).filter(derivation_id__in=keys).count() for model in _RESULTS]
    files_ = rows.values("tester_file_id").distinct().count()
    return Compared(files=files_, derivations=len(keys), results=sum(results))


def rederive(*, tester_file_id: int | None = None) -> Iterator[Difference]:
    """Derive every current derivation, and every one that a standing result comes from, and compare.

    Each file is read in a limited process, once per set of parameters. Compared are the bytes' SHA-256, the
    reader and its version, the version of the algorithm, every number and finding of the result, the result
    against what the trail says of it, and the values of the results that were recorded from it.
    """
    rows = _rows(tester_file_id).select_related("tester_file__stored_file")
    of_file: dict[int, list[int]] = defaultdict(list)
    for key, file_id in rows.order_by("tester_file_id", "pk").values_list("pk", "tester_file_id"):
        of_file[file_id].append(key)
    for keys in of_file.values():
        yield from _of_file(list(rows.filter(pk__in=keys).order_by("pk")))


def _rows(tester_file_id: int | None) -> QuerySet[Derivation]:
    used = set()
    for model in _RESULTS:
        used |= set(_standing(model).values_list("derivation_id", flat=True))
    rows = Derivation.objects.filter(Q(superseded_by__isnull=True) | Q(pk__in=used))
    return rows if tester_file_id is None else rows.filter(tester_file_id=tester_file_id)


def _standing(model: type[CapacityTest] | type[ResistanceTest]) -> QuerySet[Any]:
    return model._default_manager.filter(superseded_by__isnull=True, derivation__isnull=False)


def _of_file(rows: Sequence[Derivation]) -> Iterator[Difference]:
    path = files.path_of(rows[0].tester_file.stored_file)
    found = _sha256(path)
    by_parameters: dict[str, list[Derivation]] = defaultdict(list)
    for row in rows:
        yield from _told(row, {"file_sha256": (row.file_sha256, found)})
        yield from _against_trail(row)
        by_parameters[json.dumps(row.parameters, sort_keys=True)].append(row)
    if found is None:
        return
    for group in by_parameters.values():
        try:
            parameters = Parameters.from_json(group[0].parameters)
            with derived(file=group[0].tester_file, parameters=parameters) as tests:
                for row in group:
                    yield from _compare(row, tests)
        except (Unreadable, ValueError) as refusal:
            for row in group:
                yield from _told(row, {"result": ("derived", f"cannot be derived: {refusal}")})


def _compare(row: Derivation, tests: Sequence[Test]) -> Iterator[Difference]:
    if row.test_index >= len(tests):
        yield from _told(row, {"test_index": (row.test_index, f"the file holds {len(tests)} tests")})
        return
    new = result_of(tests[row.test_index])
    reader, _, version = str(new["reader"]).rpartition(" ")
    heads = {
        "reader": (row.reader, (reader or version)[:60]),
        "reader_version": (row.reader_version, version[:30] if reader else ""),
        "algorithm_version": (row.algorithm_version, new["algorithm_version"]),
    }
    yield from _told(row, heads)
    for field, old_value, new_value in differences(row.result, new):
        yield _difference(row, f"derivation {row.pk}", f"result.{field}", old_value, new_value)
    yield from _recorded(row, new)


def _recorded(row: Derivation, new: Mapping[str, Any]) -> Iterator[Difference]:
    for model in _RESULTS:
        for result in _standing(model).filter(derivation=row):
            again = measured_values(result, new)
            for field, value in again.items():
                if getattr(result, field) != value:
                    subject = f"{'capacity' if model is CapacityTest else 'resistance'}_test {result.pk}"
                    yield _difference(row, subject, field, getattr(result, field), value)


def _against_trail(row: Derivation) -> Iterator[Difference]:
    made = events_of(subject_type="derivation", subject_id=row.pk).filter(event_type="derivation.made")
    told = made.values_list("facts", flat=True).first() or {}
    stored = sha256_of(row.result)
    if told.get("sha256") != stored:
        yield _difference(row, f"derivation {row.pk}", "result (SHA-256)", told.get("sha256"), stored)
    if told.get("parameters") != row.parameters:
        yield _difference(row, f"derivation {row.pk}", "parameters", told.get("parameters"), row.parameters)


def _told(row: Derivation, values: Mapping[str, tuple[Any, Any]]) -> Iterator[Difference]:
    for field, (old, new) in values.items():
        if old != new:
            yield _difference(row, f"derivation {row.pk}", field, old, new)


def _difference(row: Derivation, subject: str, field: str, old: Any, new: Any) -> Difference:
    return Difference(row.tester_file_id, row.tester_file.file_name, subject, field, old, new)


def _sha256(path: Path) -> str | None:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as content:
            while chunk := content.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError:
        return None
    return digest.hexdigest()
