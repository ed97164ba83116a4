from rebattery.accounts.roles import Role
from rebattery.audit.trail import entry_of, events_of
from rebattery.notices.queries import wanted_topics
from rebattery.notices.services.preferences import choose_topics
from tests.factories import AT, balance, make_actor, make_person
from tests.rebattery.notices.making import ALL_TOPICS


def choose(person, *topics):
    return choose_topics(person=person, topics=topics, actor=make_actor(person), at=AT)


class TestChooseTopics:
    def test_keeps_what_is_unwanted_with_its_event(self, db):
        ann = make_person(Role.SUPPLIER, name="Ann")

        kept = choose(ann, "results")

        [event] = events_of(subject_type="notice_preference", subject_id=kept.pk)
        assert wanted_topics(person=ann) == ["results"]
        assert entry_of(event).sentence == f"Ann chose what mails come: 1 of {len(ALL_TOPICS)} topics."
        assert event.before is None and "results" not in event.after["muted"]
        balance()

    def test_writes_one_event_per_change_and_none_without(self, db):
        ann = make_person(Role.SUPPLIER)

        choose(ann, *ALL_TOPICS)
        for topics in (["results"], ["results"], ALL_TOPICS):
            kept = choose(ann, *topics)

        assert len(events_of(subject_type="notice_preference", subject_id=kept.pk)) == 2
        assert wanted_topics(person=ann) == ALL_TOPICS
        balance()

    def test_does_not_take_what_is_no_topic(self, db):
        ann = make_person(Role.SUPPLIER)

        choose(ann, "nonsense", "test")

        assert wanted_topics(person=ann) == []
