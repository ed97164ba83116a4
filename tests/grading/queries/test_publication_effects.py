"""What a publication would change, by the report that knows it."""

from datetime import timedelta

import pytest

from grading.domain.policy import seed_document
from grading.queries.publication_effects import effect_of
from grading.services.policies import publish
from grading.services.policy_drafts import change_draft
from rebattery.actor import SYSTEM
from tests.evidence import publish_seed
from tests.factories import AT, make_actor, make_person
from tests.grading.policy_drafting import make_draft, make_report, numbers, with_floor

pytestmark = pytest.mark.django_db


class TestEffectOf:
    def test_counts_the_packs_that_would_get_another_grade(self):
        live, draft = publish_seed(), make_draft()
        report = make_report(live, draft, "a" * 64, numbers=numbers(("A", "A", 1159), ("A", "B", 41)))

        effect = effect_of(draft=draft, live=live)
        assert effect
        assert (effect.report, effect.packs, effect.regraded) == (report, 1200, 41)
        assert effect.sentence == "41 of 1,200 packs would get another grade"

    @pytest.mark.parametrize(
        ("grades", "sentence"),
        [
            ([], "no pack is measured"),
            ([("A", "A", 1)], "none of 1 pack would get another grade"),
            ([("D", "C", 1), ("A", "H", 1), ("X", "X", 1)], "2 of 3 packs would get another grade"),
        ],
    )
    def test_says_it_in_words(self, grades, sentence):
        live, draft = publish_seed(), make_draft()
        make_report(live, draft, "a" * 64, numbers=numbers(*grades))
        effect = effect_of(draft=draft, live=live)
        assert effect and effect.sentence == sentence

    def test_is_that_of_the_newest_report(self):
        live, draft = publish_seed(), make_draft()
        newer = make_report(live, draft, "b" * 64, numbers=numbers(), made_at=AT + timedelta(days=1))
        make_report(live, draft, "a" * 64, numbers=numbers())
        effect = effect_of(draft=draft, live=live)
        assert effect and effect.report == newer

    def test_is_not_known_from_a_part_of_the_packs(self):
        live, draft = publish_seed(), make_draft()
        make_report(live, draft, "a" * 64, numbers=numbers(), scope={"supplier": "ALPHA"})
        assert effect_of(draft=draft, live=live) is None

    def test_is_not_known_against_another_policy(self):
        live, draft = publish_seed(), make_draft()
        former = publish(document=seed_document("seed-v2-guarded"), actor=SYSTEM, at=AT)
        make_report(former, draft, "a" * 64, numbers=numbers())
        assert effect_of(draft=draft, live=live) is None

    def test_is_not_known_of_another_revision(self):
        author = make_person("reviewer")
        live, draft = publish_seed(), make_draft(author)
        make_report(live, draft, "a" * 64, numbers=numbers())
        document = draft.document | {"floors": with_floor("30")}
        changed = change_draft(
            draft_id=draft.pk, revision=1, document=document, part="x", actor=make_actor(author), at=AT
        )
        assert effect_of(draft=changed, live=live) is None
