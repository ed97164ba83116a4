"""How many of a group must be opened."""

import pytest

from grading.domain.sampling import sample_size


class TestSampleSize:
    @pytest.mark.parametrize(
        ("count", "size"),
        [
            (1, 1),
            (2, 2),
            (3, 3),
            (4, 3),
            (30, 3),
            (31, 4),
            (40, 4),
            (191, 20),
            (200, 20),
            (201, 20),
            (999, 20),
        ],
    )
    def test_is_three_or_a_tenth(self, count, size):
        assert sample_size(count) == size
