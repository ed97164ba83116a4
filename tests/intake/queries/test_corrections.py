"""What is in force of the steps of a draft."""

import pytest

from intake.models import ManifestCorrection
from intake.queries.corrections import folded, in_force, rows_touched
from tests.factories import AT

Kind = ManifestCorrection.Kind


def step(kind, payload):
    return ManifestCorrection(kind=kind, payload=payload)


class TestFolded:
    @pytest.mark.parametrize(
        ("steps", "answers", "cells", "dropped"),
        [
            ([], {}, {}, set()),
            (
                [(Kind.ANSWER, {"unit:1": "Wh"}), (Kind.ANSWER, {"unit:1": "kWh"})],
                {"unit:1": "kWh"},
                {},
                set(),
            ),
            (
                [(Kind.CELLS, {"5": {"0": "a", "1": "b"}}), (Kind.CELLS, {"5": {"1": "c"}})],
                {},
                {5: {0: "a", 1: "c"}},
                set(),
            ),
            ([(Kind.DROP, [5, 6]), (Kind.RESTORE, [6]), (Kind.DROP, [9])], {}, {}, {5, 9}),
            ([(Kind.RESTORE, [5])], {}, {}, set()),
            (
                [
                    (Kind.ANSWER, {"unit:1": "Wh", "fill:make": "Kia", "header_row": "3"}),
                    (Kind.CELLS, {"5": {"0": "a"}}),
                    (Kind.DROP, [5, 6]),
                    (Kind.ANSWER, {"sheet": "B", "set_aside": "sheet"}),
                    (Kind.DROP, [7]),
                ],
                {"fill:make": "Kia", "sheet": "B"},
                {},
                {7},
            ),
            (
                [
                    (Kind.ANSWER, {"unit:1": "Wh", "fill:make": "Kia", "header_row": "3"}),
                    (Kind.CELLS, {"5": {"0": "a"}}),
                    (Kind.DROP, [5]),
                    (Kind.ANSWER, {"delimiter": ";", "unit:1": "mAh", "set_aside": "delimiter"}),
                ],
                {"fill:make": "Kia", "header_row": "3", "delimiter": ";", "unit:1": "mAh"},
                {},
                {5},
            ),
        ],
    )
    def test_lets_the_later_step_win(self, steps, answers, cells, dropped):
        found = folded(step(kind, payload) for kind, payload in steps)

        assert (found.answers, found.cells, found.dropped) == (answers, cells, dropped)


class TestInForce:
    def test_takes_the_newest_first_and_leaves_out_what_was_undone(self):
        undone = step(Kind.CELLS, {"5": {"0": "c"}})
        undone.undone_at = AT
        history = [undone, step(Kind.CELLS, {"5": {"0": "b"}}), step(Kind.CELLS, {"5": {"0": "a"}})]

        assert in_force(history).cells == {5: {0: "b"}}


class TestRowsTouched:
    @pytest.mark.parametrize(
        ("kind", "payload", "rows"),
        [
            (Kind.ANSWER, {"unit:1": "Wh"}, None),
            (Kind.CELLS, {"5": {"0": "a"}, "7": {"0": "b"}}, {5, 7}),
            (Kind.DROP, [5, 6], {5, 6}),
            (Kind.RESTORE, [6], {6}),
        ],
    )
    def test_is_none_for_what_concerns_the_whole_file(self, kind, payload, rows):
        assert rows_touched(step(kind, payload)) == rows
