"""Counts that follow single rows exactly."""

from intake.services.manifests.tallying import Tally, row_severity


def said(rule="number_ambiguous", severity="question", column="SOH (%)"):
    return {
        "column": column, "field": "soh_declared_percent", "rule": rule, "severity": severity,
        "value": "1.234",
        "message": "It can mean two things.", "fix": "Say which.",
    }  # fmt: skip


def summary(count=1):
    group = said() | {
        "index": 5,
        "count": count,
        "fixes": [{"id": "decimal:5", "value": "comma", "label": "…"}],
    }
    question = {"id": "decimal:5", "rule": "number_ambiguous", "column": "SOH (%)",
                "field": "soh_declared_percent"}  # fmt: skip
    about_file = {"id": "sheet", "rule": "sheet_ambiguous", "column": None, "field": None}
    return {
        "groups": [group], "questions": [question, about_file], "open_questions": count, "errors": 0,
        "warnings": 0, "accepted": 3, "refused": count,
    }  # fmt: skip


class TestApplied:
    def test_settles_a_question_that_no_cell_raises_any_more(self):
        tally = Tally()
        tally.take([said()])

        found = tally.applied(summary())

        assert [question["id"] for question in found["questions"]] == ["sheet"]
        assert found["open_questions"] == 0

    def test_raises_it_again_with_its_fixes_when_the_step_is_undone(self):
        taken, added = Tally(), Tally()
        taken.take([said()])
        added.add([said()])

        found = added.applied(taken.applied(summary()))

        assert {question["id"] for question in found["questions"]} == {"sheet", "decimal:5"}
        [group] = found["groups"]
        assert (group["count"], group["fixes"][0]["id"]) == (1, "decimal:5")

    def test_makes_a_group_of_what_is_new(self):
        tally = Tally()
        tally.add([said("serial_repeated", "error", "Pack serial")] * 2)
        tally.row("open", 0, -2)
        tally.row("open", 3, 2)

        found = tally.applied(summary())

        assert found["groups"][1]["count"] == found["errors"] == 2
        assert (found["accepted"], found["refused"]) == (1, 3)


class TestRowSeverity:
    def test_is_that_of_the_worst_problem(self):
        problems = [said(severity="warning"), said(severity="error"), said()]

        assert row_severity(problems, is_refused=True) == 3
        assert row_severity(problems[:1], is_refused=False) == 1
        assert row_severity([], is_refused=False) == 0

    def test_waits_for_an_answer_where_the_file_is_refused_as_a_whole(self):
        assert row_severity([], is_refused=True) == 2
        assert row_severity([said(severity="warning")], is_refused=True) == 2
