"""For what an override counts, and how long."""

from datetime import date, timedelta

import pytest

from grading.domain.override_scopes import LONGEST, Scope, asked_words, override_sentence, scope_faults

TODAY = date(2026, 3, 1)
TOMORROW = TODAY + timedelta(days=1)


class TestScopeFaults:
    @pytest.mark.parametrize(
        ("scope", "fields"),
        [
            (Scope(code="any_use"), set()),
            (Scope(code="any_use", expires_on=TOMORROW), set()),
            (Scope(code="internal", note="Our test stand"), set()),
            (Scope(code="customer", note="Acme", expires_on=TOMORROW), set()),
            (Scope(code="application", note="Street lamps", expires_on=TODAY + LONGEST), set()),
            (Scope(code=""), {"scope"}),
            (Scope(code="everything", expires_on=TODAY), {"scope"}),
            (Scope(code="internal", note="  "), {"scope_note"}),
            (Scope(code="internal", note="x" * 201), {"scope_note"}),
            (Scope(code="customer", note="Acme"), {"expires_on"}),
            (Scope(code="application"), {"scope_note", "expires_on"}),
            (Scope(code="any_use", expires_on=TODAY), {"expires_on"}),
            (Scope(code="any_use", expires_on=TODAY + LONGEST + timedelta(days=1)), {"expires_on"}),
        ],
    )
    def test_names_each_field(self, scope, fields):
        assert set(scope_faults(scope, today=TODAY)) == fields


class TestOverrideSentence:
    def test_names_no_customer(self):
        scope = Scope(code="customer", note="Acme", expires_on=TOMORROW)
        assert override_sentence(grade="C", instead_of="D", scope=scope) == (
            "C, not D: set by two reviewers against the policy, for one customer only, until 2 Mar 2026."
        )

    def test_of_any_use_says_no_more(self):
        said = override_sentence(grade="C", instead_of="D", scope=Scope(code="any_use"))
        assert said == "C, not D: set by two reviewers against the policy."


class TestAskedWords:
    @pytest.mark.parametrize(
        ("scope", "words"),
        [
            (Scope(code="any_use"), "C"),
            (Scope(code="internal", note="Stand 2"), "C, for our own use only: Stand 2"),
            (
                Scope(code="application", note="Lamps", expires_on=TOMORROW),
                "C, for one application only: Lamps, until 2 Mar 2026",
            ),
        ],
    )
    def test_say_for_whom_and_until_when(self, scope, words):
        assert asked_words(grade="C", scope=scope) == words
