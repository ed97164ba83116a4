"""Packs for lists: the queue of grading seen as a filter."""

import pytest

from grading.queries.packs import packs_for, waiting
from grading.queries.waiting import waiting_among
from intake.models import Pack
from tests.evidence import publish_seed
from tests.factories import make_person
from tests.grading import cast

pytestmark = pytest.mark.django_db


class TestWaiting:
    def test_for_a_grade_is_the_queue_that_the_workers_read(self):
        publish_seed()
        for made in cast.STATES.values():
            made()
        everything = packs_for(viewer=make_person("auditor"))

        kept = {pack.pk for pack in waiting(everything, "grade")}

        assert kept == waiting_among(pack_ids=list(Pack.objects.values_list("pk", flat=True)))
        assert {pack.status for pack in waiting(everything, "grade")} == {"tested", "quarantined"}

    def test_for_something_unknown_is_an_error(self):
        with pytest.raises(KeyError):
            waiting(packs_for(viewer=make_person("auditor")), "coffee")
