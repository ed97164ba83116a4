"""Which pack a tester file is of, and what is known of that pack."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grading.domain.tester_files.serials import match_file
from intake.domain.lifecycle import Status
from intake.models import Pack


@dataclass(frozen=True)
class Found:
    """The pack of a file, or the serials it may mean."""

    pack: Pack | None = None
    candidates: list[str] = field(default_factory=list)


def pack_of(*, file_name: str, heads: Sequence[Mapping[str, Any]] = ()) -> Found:
    """Return the pack at the bench that a file means, by its name and by what its tests say of themselves.

    One serial that two suppliers use leaves the choice to a person. One query for all serials, one for the
    pack.
    """
    by_serial: dict[str, list[int]] = defaultdict(list)
    at_bench = Pack.objects.filter(status=Status.INSPECTED)
    for serial, key in at_bench.values_list("serial", "pk"):
        by_serial[serial].append(key)
    match = match_file(file_name=file_name, heads=heads, serials=by_serial)
    if match.serial is None:
        return Found(candidates=match.candidates)
    keys = by_serial[match.serial]
    if len(keys) > 1:
        return Found(candidates=[match.serial])
    return Found(pack=Pack.objects.select_related("pack_type").get(pk=keys[0]))
