"""Nobody judges their own work, whatever people do in whatever order; page and service say the same."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.grading.services.reviews.house import House


@pytest.mark.rule(4)
@pytest.mark.django_db
class TestSeparation:
    def test_holds_on_every_path(self):
        run_state_machine_as_test(
            House,
            settings=settings(
                max_examples=15,
                stateful_step_count=25,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate],
            ),
        )
