"""Tell where one channel is said to have measured two packs at once, or two instruments one pack."""

from collections.abc import Iterable, Sequence

from grading.models import CapacityTest
from grading.models.test_run import STANDS
from grading.services.test_runs.replacing import lasted
from rebattery.dates import moment_in_words


def name_overlaps(results: Sequence[CapacityTest], current: Iterable[CapacityTest]) -> None:
    """Add a departure to each of ``results`` whose channel was busy with another pack; one query.

    And to each whose pack was at another instrument at that time, by the ``current`` results of the packs.

    Two tests overlap when their times are closer than the shorter of them lasted. The sentence names no pack:
    the other one may be another supplier's.
    """
    _name_other_instruments(results, current)
    named = [result for result in results if result.channel_id and result.measured_at]
    if not named:
        return
    longest, times = max(lasted(result) for result in named), [result.measured_at for result in named]
    stored = CapacityTest.objects.filter(
        STANDS,
        channel_id__in={result.channel_id for result in named},
        measured_at__range=(min(times) - longest, max(times) + longest),
    ).only("channel_id", "pack_id", "measured_at", "soh_percent", "c_rate")
    by_channel: dict[int | None, list[CapacityTest]] = {}
    for test in sorted([*named, *stored], key=lambda test: test.measured_at):
        by_channel.setdefault(test.channel_id, []).append(test)
    new = {id(result) for result in named}
    for tests in by_channel.values():
        for place, test in enumerate(tests):
            if id(test) not in new:
                continue
            later = (tests[n] for n in range(place + 1, len(tests)))
            earlier = (tests[n] for n in range(place - 1, -1, -1))
            if other := _overlapping(test, later) or _overlapping(test, earlier):
                at = moment_in_words(other.measured_at)
                test.depart(f"overlaps with a test of another pack on this channel at {at}")


def _name_other_instruments(results: Sequence[CapacityTest], current: Iterable[CapacityTest]) -> None:
    by_pack: dict[int, list[CapacityTest]] = {}
    for test in (*results, *current):
        by_pack.setdefault(test.pack_id, []).append(test)
    for result in results:
        for other in by_pack[result.pack_id]:
            apart = abs(other.measured_at - result.measured_at)
            if other.instrument_id != result.instrument_id and apart < min(lasted(result), lasted(other)):
                at = moment_in_words(other.measured_at)
                result.depart(f"overlaps with a test of this pack with another instrument at {at}")
                break


def _overlapping(test: CapacityTest, others: Iterable[CapacityTest]) -> CapacityTest | None:
    """Return the nearest of ``others``, by rising distance, that ran at the same time."""
    for other in others:
        apart = abs(other.measured_at - test.measured_at)
        if apart >= lasted(test):
            return None
        if other.pack_id != test.pack_id and apart < lasted(other):
            return other
    return None
