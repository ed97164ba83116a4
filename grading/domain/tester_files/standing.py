"""Where a file stands after it was read: ready to record, or waiting for a person, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

READY, INBOX = "ready", "inbox"


@dataclass(frozen=True)
class Standing:
    """State and reason."""

    state: str
    why: str
    told: str
    """For the trail."""


def gives_result(test: Mapping[str, Any]) -> bool:
    """Return whether a result can be recorded from this test: nothing forbids it, and there is one."""
    return bool(test["concludes"]) and (test["capacity_ah"] is not None or bool(resistances_of(test)))


def resistances_of(test: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """Return the pulses with a resistance, each with its place."""
    return [(place, pulse) for place, pulse in enumerate(test["pulses"]) if pulse["r_mohm"]]


def standing_of(tests: Sequence[Mapping[str, Any]], *, has_pack: bool, candidates: Sequence[str]) -> Standing:
    """Return the standing of a file whose tests were derived.

    It is ready when its pack is known and at least one test gives a result. The reason names what a person
    can do something about: first the pack, without which the ratings are unknown, then what forbids.
    """
    if not has_pack:
        if candidates:
            why = f"Several packs fit: {', '.join(candidates)}. Choose one."
            return _inbox(f"E_PACK: {why}")
        return _inbox("E_PACK: Neither its name nor its content names a pack at the bench. Say which it is.")
    if any(gives_result(test) for test in tests):
        return Standing(READY, "", _words(tests))
    forbidding = {
        flag["code"]: flag["message"]
        for test in tests
        for flag in test["flags"]
        if flag["code"].startswith("E_")
    }
    if forbidding:
        return _inbox("\n".join(f"{code}: {message}" for code, message in forbidding.items()))
    return _inbox("E_NOTHING: It holds neither a capacity nor a resistance that can be recorded.")


def _inbox(why: str) -> Standing:
    return Standing(INBOX, why, why.split("\n", 1)[0])


def _words(tests: Sequence[Mapping[str, Any]]) -> str:
    parts = []
    for test in tests:
        if test["capacity_ah"] is not None and test["concludes"]:
            parts.append(f"{test['capacity_ah']:.3f} Ah")
        if pulses := len(resistances_of(test)):
            parts.append(f"{pulses} pulse{'s' if pulses > 1 else ''}")
    return f"ready to record, {', '.join(parts)}." if parts else "ready to record."
