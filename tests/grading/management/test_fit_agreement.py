"""manage.py fit_agreement."""

import pytest
from django.core.management import call_command

from tests.factories import make_supplier
from tests.grading.agreeing import make_pairs

pytestmark = pytest.mark.django_db


def run(capsys) -> str:
    call_command("fit_agreement")
    return capsys.readouterr().out


class TestFitAgreement:
    def test_says_what_it_fitted(self, capsys):
        make_pairs(make_supplier(), [1, 2, 3])

        assert "declared agreement v1: 3 pairs in 1 groups, SHA-256 " in run(capsys)

    def test_says_that_there_is_nothing_to_fit(self, capsys):
        assert run(capsys) == "No pack has both a reported and a measured SOH yet.\n"
