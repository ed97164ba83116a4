import pytest

from intake.models import Manifest, ManifestState
from intake.web.next_steps import next_step


class TestNextStep:
    @pytest.mark.parametrize(
        ("errors", "questions", "step"),
        [
            (0, 0, "Announce it"),
            (1, 0, "Mend 1 error"),
            (12, 0, "Mend 12 errors"),
            (12, 1, "Answer 1 question"),
            (0, 2, "Answer 2 questions"),
        ],
    )
    def test_of_a_draft_follows_from_its_last_reading(self, errors, questions, step):
        summary = {"questions": [{}] * questions}

        assert next_step(Manifest(state="draft", error_count=errors, summary=summary)) == step

    @pytest.mark.parametrize("state", ManifestState)
    def test_is_known_for_each_state(self, state):
        assert next_step(Manifest(state=state))
