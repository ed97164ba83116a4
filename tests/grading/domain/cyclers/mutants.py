"""Ways to spoil a reading, and what it means that a spoilt one deceives."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from grading.domain.cyclers.derived import Derived
from grading.domain.cyclers.table import Reading

TOLERANCE = 1e-3
PER_RECORD = (
    "row", "time_s", "voltage_v", "current_a", "state", "cycle", "step", "step_time_s",
    "charge_ah", "discharge_ah", "net_ah", "charge_wh", "discharge_wh",
)  # fmt: skip


def taken(reading: Reading, index: np.ndarray) -> Reading:
    """The reading with these records in this order; rows are numbered anew, as a file would be."""
    changes = {
        name: getattr(reading, name)[index] for name in PER_RECORD if getattr(reading, name) is not None
    }
    changes["row"] = reading.row[: len(index)] if len(index) <= len(reading) else np.arange(1, len(index) + 1)
    warmth = {name: values[index] for name, values in reading.temperature_degc.items()}
    return replace(reading, **changes, temperature_degc=warmth, rows_in_file=len(index))


def scaled(reading: Reading, factor: float, *names: str) -> Reading:
    present = [name for name in names if getattr(reading, name) is not None]
    return replace(reading, **{name: getattr(reading, name) * factor for name in present})


def sign_flipped(reading: Reading, chance: np.random.Generator) -> Reading:
    return scaled(reading, -1.0, "current_a")


def sign_lost(reading: Reading, chance: np.random.Generator) -> Reading:
    return replace(reading, current_a=np.abs(reading.current_a))


def sign_lost_and_states(reading: Reading, chance: np.random.Generator) -> Reading:
    return replace(reading, current_a=np.abs(reading.current_a), state=None)


def milli_under_ampere(reading: Reading, chance: np.random.Generator) -> Reading:
    return scaled(reading, 1000.0, "current_a")


def milli_everywhere(reading: Reading, chance: np.random.Generator) -> Reading:
    return scaled(reading, 1000.0, "current_a", "charge_ah", "discharge_ah", "net_ah")


def ampere_under_milli(reading: Reading, chance: np.random.Generator) -> Reading:
    return scaled(reading, 0.001, "current_a", "charge_ah", "discharge_ah", "net_ah")


def time_unit(reading: Reading, chance: np.random.Generator) -> Reading:
    factor = float(chance.choice([1000.0, 1 / 60, 1 / 3600]))
    return scaled(reading, factor, "time_s", "step_time_s")


def truncated(reading: Reading, chance: np.random.Generator) -> Reading:
    return taken(reading, np.arange(int(chance.integers(2, len(reading)))))


def head_lost(reading: Reading, chance: np.random.Generator) -> Reading:
    return taken(reading, np.arange(int(chance.integers(1, len(reading) - 1)), len(reading)))


def reordered(reading: Reading, chance: np.random.Generator) -> Reading:
    size = int(chance.integers(2, max(3, len(reading) // 4)))
    start = int(chance.integers(0, len(reading) - size + 1))
    index = np.arange(len(reading))
    index[start : start + size] = chance.permutation(index[start : start + size])
    return taken(reading, index)


def block_moved(reading: Reading, chance: np.random.Generator) -> Reading:
    cut = int(chance.integers(1, len(reading)))
    return taken(reading, np.roll(np.arange(len(reading)), cut))


def duplicated(reading: Reading, chance: np.random.Generator) -> Reading:
    size = int(chance.integers(1, max(2, len(reading) // 3)))
    start = int(chance.integers(0, len(reading) - size + 1))
    each = chance.integers(0, 2)
    block = np.arange(start, start + size)
    middle = np.repeat(block, 2) if each else np.concatenate((block, block))
    return taken(reading, np.concatenate((np.arange(start), middle, np.arange(start + size, len(reading)))))


def gap(reading: Reading, chance: np.random.Generator) -> Reading:
    size = int(chance.integers(1, max(2, len(reading) // 5)))
    start = int(chance.integers(1, max(2, len(reading) - size - 1)))
    return taken(reading, np.concatenate((np.arange(start), np.arange(start + size, len(reading)))))


def column_lost(reading: Reading, chance: np.random.Generator) -> Reading:
    name = str(
        chance.choice(["time_s", "voltage_v", "current_a", "state", "step", "step_time_s", "charge_ah"])
    )
    if name in ("time_s", "voltage_v", "current_a"):
        return replace(reading, **{name: np.full(len(reading), np.nan)})
    return replace(reading, **{name: None})


def values_lost(reading: Reading, chance: np.random.Generator) -> Reading:
    name = str(chance.choice(["time_s", "voltage_v", "current_a"]))
    size = int(chance.integers(1, max(2, len(reading) // 5)))
    start = int(chance.integers(0, len(reading) - size + 1))
    values = getattr(reading, name).copy()
    values[start : start + size] = np.nan
    return replace(reading, **{name: values})


def clock_restarted(reading: Reading, chance: np.random.Generator) -> Reading:
    at = int(chance.integers(1, len(reading)))
    time = reading.time_s.copy()
    time[at:] -= time[at]
    return replace(reading, time_s=time)


def counter_scaled(reading: Reading, chance: np.random.Generator) -> Reading:
    factor = float(chance.choice([1000.0, 0.001, 1.5, 1.03, 1.01, 0.9]))
    return scaled(reading, factor, "charge_ah", "discharge_ah", "net_ah")


def current_off(reading: Reading, chance: np.random.Generator) -> Reading:
    return scaled(reading, float(chance.choice([0.5, 0.9, 1.1, 2.0])), "current_a")


def current_noise(reading: Reading, chance: np.random.Generator) -> Reading:
    share = float(chance.choice([0.001, 0.01, 0.05, 0.3]))
    noise = chance.normal(0, share * np.nanmax(np.abs(reading.current_a)), len(reading))
    return replace(reading, current_a=reading.current_a + noise)


def current_leaps(reading: Reading, chance: np.random.Generator) -> Reading:
    """One to five records of a load bear a current that never flowed, and the counters know nothing of it."""
    loads = np.flatnonzero(np.abs(reading.current_a) > 0.1 * np.nanmax(np.abs(reading.current_a)))
    start, size = int(chance.choice(loads)), int(chance.integers(1, 6))
    current = reading.current_a.copy()
    current[start : start + size] *= float(chance.choice([4.0, 10.0, 100.0]))
    return replace(reading, current_a=current)


def voltage_noise(reading: Reading, chance: np.random.Generator) -> Reading:
    noise = chance.normal(0, float(chance.choice([1e-4, 1e-3, 1e-2, 0.1])), len(reading))
    return replace(reading, voltage_v=reading.voltage_v + noise)


def voltage_unit(reading: Reading, chance: np.random.Generator) -> Reading:
    return scaled(reading, float(chance.choice([1000.0, 0.001])), "voltage_v")


Mutation = Callable[[Reading, np.random.Generator], Reading]
MUTATIONS: tuple[Mutation, ...] = (
    sign_flipped, sign_lost, sign_lost_and_states, milli_under_ampere, milli_everywhere, ampere_under_milli,
    time_unit, truncated, head_lost, reordered, block_moved, duplicated, gap, column_lost, values_lost,
    clock_restarted, counter_scaled, current_off, current_noise, current_leaps, voltage_noise,
    voltage_unit,
)  # fmt: skip
PARTS_OF_THE_TRUTH = (truncated, head_lost)
"""What is left is true: only what is concluded from it may not change, its sums may."""


@dataclass(frozen=True)
class Twin:
    """Mutants that are, number for number, the true file of another test: nothing in them can tell."""

    mutations: tuple[Mutation, ...]
    standing: frozenset[str]
    """What the file bears all the same, spoilt or not: the findings that say what nothing confirms."""
    why: str
    needs_no_energy: bool = False
    """Whether a counter of energy would tell."""

    def covers(self, mutant: Derived, mutation: Mutation) -> bool:
        """Tell whether this is such a mutant."""
        if self.needs_no_energy and any(column.name.endswith("_wh") for column in mutant.columns):
            return False
        return mutation in self.mutations and self.standing <= {flag.code for flag in mutant.flags}


INDISTINGUISHABLE = (
    Twin(
        (milli_under_ampere, milli_everywhere, ampere_under_milli, time_unit),
        frozenset(("W_NO_REFERENCE", "W_NO_COUNTER")),
        "A cell a thousand times larger or smaller, or one that was tested more slowly, shows these very "
        "voltages at these very times. Only its rated capacity or a counter of charge would tell, and the "
        "file holds neither.",
    ),
    Twin(
        (milli_everywhere, ampere_under_milli),
        frozenset(("W_NO_REFERENCE",)),
        "Current and counted charge are wrong alike, as in the file of a cell a thousand times larger or "
        "smaller. Only its rated capacity or a counter of energy would tell, and there is neither.",
        needs_no_energy=True,
    ),
    Twin(
        (current_off,),
        frozenset(("W_NO_COUNTER",)),
        "A current that is off by less than a unit's factor is that of an instrument out of calibration. A "
        "counter of its own would be off alike; only the instrument's calibration tells.",
    ),
)
"""The only mutants that may state a wrong number unasked; any other that does fails."""


@dataclass(frozen=True)
class Lie:
    """A number of a mutant that is off and that nothing warns of."""

    what: str
    value: float
    truth: tuple[float, ...]


def lies(truth: Derived, mutant: Derived, mutation: Mutation) -> list[Lie]:
    """Return the silent wrong values of a mutant.

    A value is silently wrong when all of these hold:

    1. The mutant carries no finding that forbids a conclusion (E_).
    2. It carries no warning (W_) that the unspoilt reading does not carry word for word.
    3. It is none of those that ``INDISTINGUISHABLE`` names with the reason.
    4. A number it states is none of those the unspoilt reading states, within 0.1 %, a resistance
       within 0.1 %
       or within the resolution it states itself. The sums of a part of the records may differ: they are the
       truth about these records.
    """
    if not mutant.concludes:
        return []
    known = set(truth.flags)
    if any(flag.code.startswith("W_") and flag not in known for flag in mutant.flags):
        return []
    if any(twin.covers(mutant, mutation) for twin in INDISTINGUISHABLE):
        return []
    found = []

    def compare(what: str, value: float | None, truths: list[float | None], allowed: float = 0.0) -> None:
        if value is None:
            return
        near = [
            t for t in truths if t is not None and abs(value - t) <= max(TOLERANCE * abs(t), allowed, 1e-12)
        ]
        if not near:
            found.append(Lie(what, value, tuple(t for t in truths if t is not None)[:5]))

    if mutation not in PARTS_OF_THE_TRUTH:
        compare("charge_ah", mutant.charge_ah, [truth.charge_ah])
        compare("discharge_ah", mutant.discharge_ah, [truth.discharge_ah])
    chains = [chain.ah for chain in truth.chains]
    for chain in mutant.chains:
        compare("chain", chain.ah, chains)
    compare("capacity_ah", mutant.capacity_ah, chains)
    if mutant.soh_percent is not None:
        rated = truth.parameters["rated_capacity_ah"]
        compare("soh_percent", mutant.soh_percent, [100 * ah / rated for ah in chains])
    true_r = {}
    for pulse in truth.pulses:
        for each in pulse.resistances:
            true_r.setdefault(each.after_s, []).append(each.r_mohm)
    for pulse in mutant.pulses:
        for each in pulse.resistances:
            if each.comparable or mutation not in PARTS_OF_THE_TRUTH:
                compare(
                    f"r {each.after_s:g} s", each.r_mohm, true_r.get(each.after_s, []), each.resolution_mohm
                )
    return found
