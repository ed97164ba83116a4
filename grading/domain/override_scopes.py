"""For what a grade counts that two people set against the policy, and how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from rebattery.dates import day_in_words

ANY_USE = "any_use"
SCOPES: Mapping[str, str] = {
    ANY_USE: "Any use",
    "application": "One application only",
    "customer": "One customer only",
    "internal": "Our own use only",
}
"""What an override may count for, by its code."""
_SHORT: Mapping[str, str] = {
    "application": "for one application only",
    "customer": "for one customer only",
    "internal": "for our own use only",
}
LONGEST = timedelta(days=2 * 365)
LONGEST_NOTE = 200
_MUST_END = ("application", "customer")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """For what an override counts."""

    code: str
    """One of ``SCOPES``."""
    note: str = ""
    """Which application, customer or use; none is needed for any use."""
    expires_on: date | None = None
    """The last day on which it counts."""

    @property
    def short_words(self) -> str:
        """Say it without the note, so that a supplier may read it; empty for any use."""
        return _SHORT.get(self.code, "")

    @property
    def words(self) -> str:
        """Say it with the note, for staff; empty for any use."""
        note = self.note.strip()
        return f"{self.short_words}: {note}" if self.short_words and note else self.short_words

    @property
    def words_after_for(self) -> str:
        """Say it with the note where "for" stands before it."""
        return self.words.removeprefix("for ") or "any use"


def without_note(words: str) -> str:
    """Return the words of a scope as a supplier may read them."""
    return words.partition(": ")[0]


def scope_faults(scope: Scope, *, today: date) -> dict[str, str]:
    """Return what is wrong with a scope, by field name; empty when nothing is.

    What one customer or one application asks for changes, and the pack must not carry that grade for ever:
    such an override has to end. One for any use, or for our own, says something about the pack itself, and
    may last as long as its evidence.
    """
    faults = {}
    if scope.code not in SCOPES:
        return {"scope": "Choose what it counts for."}
    if scope.code != ANY_USE and not scope.note.strip():
        faults["scope_note"] = "Say which application, customer or use."
    if len(scope.note) > LONGEST_NOTE:
        faults["scope_note"] = f"At most {LONGEST_NOTE} characters."
    if scope.expires_on is None:
        if scope.code in _MUST_END:
            faults["expires_on"] = "Say until when: what one application or customer needs has an end."
    elif scope.expires_on <= today:
        faults["expires_on"] = "Choose a day after today."
    elif scope.expires_on > today + LONGEST:
        last = day_in_words(today + LONGEST)
        faults["expires_on"] = f"At most two years ahead: {last}."
    return faults


def override_sentence(*, grade: str, instead_of: str, scope: Scope) -> str:
    """Return what stands on the dossier for ever, for suppliers too: it names no person and no customer."""
    parts = [f"{grade}, not {instead_of}: set by two reviewers against the policy", scope.short_words]
    if scope.expires_on:
        parts.append(f"until {day_in_words(scope.expires_on)}")
    return f"{', '.join(part for part in parts if part)}."


def asked_words(*, grade: str, scope: Scope) -> str:
    """Return what is asked for, as the second person and the trail read it."""
    until = f"until {day_in_words(scope.expires_on)}" if scope.expires_on else ""
    return ", ".join(part for part in (grade, scope.words, until) if part)
