"""A supplier disputes a result: what is kept, what is refused."""

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction

from grading.domain.disputes import LONGEST_COMMENT, MOST_FILES
from grading.domain.undoing import UNDO_WINDOW
from grading.models import Dispute, DisputeFile
from grading.services import decisions
from grading.services.disputes import Upload
from grading.services.disputes.evidence import FILE_LIMIT_BYTES, FileRefused
from grading.services.disputes.opening import DisputeRefused
from intake.services import files
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from rebattery.audit.models import Event
from tests.evidence import add_capacity, add_resistance, finish_again, publish_seed
from tests.factories import balance, make_actor, make_person
from tests.grading import cast
from tests.grading.services.disputes.acts import answer, decision_of, dispute, owner_of
from tests.intake.pictures import jpeg
from tests.together import at_once

SECOND = timedelta(seconds=1)
PDF = b"%PDF-1.7\n1 0 obj\n"


@pytest.fixture
def policy(db):
    return publish_seed()


def zipped(*names: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


class TestOpenDispute:
    @pytest.mark.parametrize("state", ["graded", "in_review", "held", "rejected", "overridden"])
    def test_keeps_words_and_files_with_their_trail(self, policy, state):
        pack = cast.STATES[state]()
        person = owner_of(pack)

        made = dispute(pack, uploads=[Upload("bench.pdf", PDF)], actor=make_actor(person))

        assert (made.state, made.comment, made.opened_by) == ("open", "Our own test says 84 %.", person.name)
        assert made.decision == decision_of(pack)
        told = Event.objects.filter(actor_label=person.name).order_by("id")
        assert [e.event_type for e in told] == ["dispute.opened", "dispute.file_added"]
        assert {(e.pack_id, e.supplier_id) for e in told} == {(pack.pk, pack.supplier_id)}
        balance()

    @pytest.mark.parametrize("state", ["announced", "received", "inspected", "tested"])
    def test_needs_a_decision_to_object_to(self, policy, state):
        pack = cast.STATES[state]()

        with pytest.raises(DisputeRefused, match="no decision"):
            dispute(pack, decision_id=1)

    def test_waits_until_the_reviewers_step_stands(self, policy):
        pack = cast.rejected()
        last = cast.STANDING + UNDO_WINDOW

        with pytest.raises(DisputeRefused, match=f"dispute it from {last + SECOND:%H:%M:%S} UTC on"):
            dispute(pack, at=last)
        assert not Dispute.objects.exists()
        assert dispute(pack, at=last + timedelta(microseconds=1)).state == "open"

    def test_waits_for_no_answer_to_a_dispute(self, policy):
        pack, reviewer = cast.graded(), make_actor(make_person(Role.REVIEWER))
        answer(dispute(pack), reviewer, outcome="rejected", text="It stands.")

        assert dispute(pack).state == "open"

    def test_is_one_at_a_time(self, policy):
        pack = cast.graded()
        dispute(pack)

        with pytest.raises(DisputeRefused, match="disputed already"):
            dispute(pack)

    def test_is_twice_about_one_decision_and_no_more(self, policy):
        pack, reviewer = cast.graded(), make_actor(make_person(Role.REVIEWER))
        for _ in range(2):
            answer(dispute(pack), reviewer, outcome="rejected", text="It stands.")

        with pytest.raises(DisputeRefused, match="answered twice"):
            dispute(pack)
        assert Dispute.objects.count() == 2

    def test_is_about_a_newer_decision_again(self, policy):
        pack, reviewer = cast.graded(), make_actor(make_person(Role.REVIEWER))
        answer(dispute(pack), reviewer, outcome="rejected", text="It stands.")
        answer(dispute(pack), reviewer)
        add_capacity([pack], "74", by=cast.staff())
        add_resistance([pack], "1.1", by=cast.staff())
        finish_again([pack])
        decisions.grade(pack_ids=[pack.pk], actor=SYSTEM, at=cast.LATER)

        assert dispute(pack).state == Dispute.State.OPEN

    def test_is_one_at_a_time_for_the_database_too(self, policy):
        first = dispute(cast.graded())

        with pytest.raises(IntegrityError, match="dispute_one_open_per_decision"), transaction.atomic():
            Dispute.objects.create(
                pack=first.pack, decision=first.decision, comment="x", opened_at=cast.LATER, opened_by="x"
            )

    def test_is_about_the_decision_that_was_seen(self, policy):
        pack = cast.measured_again()
        earlier = decision_of(pack).pk - 1

        with pytest.raises(DisputeRefused, match="a newer decision"):
            dispute(pack, decision_id=earlier)

    @pytest.mark.parametrize("comment", ["", "  ", "x" * (LONGEST_COMMENT + 1)])
    def test_wants_words(self, policy, comment):
        with pytest.raises(DisputeRefused) as refused:
            dispute(cast.graded(), comment=comment)

        assert "comment" in refused.value.fields

    def test_takes_the_longest_comment(self, policy):
        assert dispute(cast.graded(), comment="x" * LONGEST_COMMENT).pk

    def test_lets_one_of_two_at_once_win(self, committed_db):
        publish_seed()
        pack = cast.graded()
        actor, seen = make_actor(owner_of(pack)), decision_of(pack).pk

        def work(_):
            try:
                dispute(pack, actor=actor, decision_id=seen)
            except DisputeRefused:
                return "lost"
            return "won"

        assert sorted(at_once(work, range(2))) == ["lost", "won"]


class TestFiles:
    def test_picture_is_shown_without_its_metadata(self, policy):
        content = jpeg()

        made = dispute(cast.graded(), uploads=[Upload("a.jpg", content)])

        [file] = made.files.all()
        assert files.path_of(file.original).read_bytes() == content
        assert file.shown.media_type == "image/jpeg"
        assert b"Exif" not in files.path_of(file.shown).read_bytes()

    def test_other_file_is_handed_out_as_it_came(self, policy):
        [file] = dispute(cast.graded(), uploads=[Upload("../a.pdf", PDF)]).files.all()

        assert (file.original, file.file_name) == (file.shown, ".._a.pdf")
        assert file.original.media_type == "application/pdf"

    @pytest.mark.parametrize(
        ("name", "content", "why"),
        [
            ("a.pdf", b"", "It is empty"),
            ("a.pdf", b"MZ\x90\x00\x03", "It is a program"),
            ("a.html", b"<html><script>x</script>", "HTML"),
            ("a.svg", b"<svg onload='x'>", "SVG"),
            ("a.jpg", b"\xff\xd8\xff\xe0 not a picture", "damaged"),
            ("a.zip", zipped("a.csv"), "one by one"),
            ("a.xlsx", zipped("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "macros"),
            ("a.pdf", PDF + bytes(FILE_LIMIT_BYTES), "larger than 20 MB"),
        ],
    )
    def test_what_nobody_should_open_is_refused_by_name(self, policy, name, content, why):
        pack = cast.graded()

        with pytest.raises(FileRefused, match=why) as refused:
            dispute(pack, uploads=[Upload("ok.pdf", PDF), Upload(name, content)])

        assert name in refused.value.fields["files"]
        assert (Dispute.objects.count(), DisputeFile.objects.count()) == (0, 0)
        assert Event.objects.filter(event_type__startswith="dispute").count() == 0

    def test_are_at_most_ten(self, policy):
        with pytest.raises(FileRefused, match="At most 10"):
            dispute(cast.graded(), uploads=[Upload("a.pdf", PDF)] * (MOST_FILES + 1))

    def test_may_be_of_exactly_the_limit(self, policy):
        content = PDF + bytes(FILE_LIMIT_BYTES - len(PDF))

        assert dispute(cast.graded(), uploads=[Upload("a.pdf", content)]).files.count() == 1
