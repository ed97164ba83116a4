"""Workers who look for waiting packs at the same moment: each gets packs, none the same."""

import pytest

from grading.services.decisions.claims import claim_next
from tests.evidence import GRADED_AT, make_tested, publish_seed
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("committed_db")
WORKERS, TIMES, PACKS = 4, 20, 5


class TestClaimNext:
    def test_leaves_no_worker_empty_handed_while_packs_wait(self):
        publish_seed()
        waiting = {pack.pk for pack in make_tested(WORKERS * TIMES * PACKS)}

        for _ in range(TIMES):
            claims = at_once(lambda _: claim_next(chunk_size=PACKS, on=GRADED_AT.date()), range(WORKERS))
            assert None not in claims
            for claim in claims:
                assert waiting.issuperset(claim.pack_ids)
                waiting.difference_update(claim.pack_ids)
