"""One worker at a time: who holds a lease, who has lost it, when the next may try."""

import pytest
from django.db import transaction
from django.db.models.functions import Now

from intake.models import ManifestRun
from intake.services.manifests import lease as leases
from tests.factories import make_supplier
from tests.intake.services.manifests.acts import accept, draft, lapse

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting():
    return accept(make_supplier(), intent="check")


def claim(manifest):
    return leases.claim(manifest_id=manifest.pk)


class TestClaim:
    def test_gives_one_worker_the_right_and_counts_the_attempt(self, waiting):
        first = claim(waiting)

        assert (first.attempt, claim(waiting)) == (1, None)
        lapse(waiting)
        assert claim(waiting).attempt == 2

    def test_gives_none_for_what_is_settled(self):
        assert claim(draft(make_supplier())) is None


class TestRenew:
    def test_tells_how_far_the_work_is(self, waiting):
        leases.renew(claim(waiting), rows_done=7, step="staging")

        run = ManifestRun.objects.get(manifest=waiting)
        assert (run.rows_done, run.step) == (7, "staging")

    def test_refuses_who_was_overtaken(self, waiting):
        first = claim(waiting)
        lapse(waiting)
        claim(waiting)

        with pytest.raises(leases.LeaseLost):
            leases.renew(first, rows_done=7)
        with pytest.raises(leases.LeaseLost), transaction.atomic():
            leases.lock(first)


class TestHandBack:
    def test_lets_the_next_try_only_after_a_while(self, waiting):
        leases.hand_back(claim(waiting))

        assert claim(waiting) is None
        assert ManifestRun.objects.filter(lease_token=None, step="", lease_until__gt=Now()).exists()

    def test_leaves_alone_what_another_holds(self, waiting):
        first = claim(waiting)
        lapse(waiting)
        second = claim(waiting)

        leases.hand_back(first)

        assert leases.lock(second).pk == waiting.pk
