"""Photos: the original is evidence, the clean copy is what people see."""

from datetime import UTC, datetime

import pytest

from intake.domain.pictures import PictureRefused
from intake.models import Photo, StoredFile
from intake.services import files, photos
from rebattery.audit.trail import events_of
from tests.factories import balance, make_actor, make_batch, make_pack, make_person
from tests.intake.pictures import jpeg, phone_photo

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES_ROOT = tmp_path


def add(*packs, slot="label", content=None, file_name="IMG_1.jpg", actor=None):
    return photos.add(
        pack_ids=[pack.pk for pack in packs],
        slot=slot,
        file_name=file_name,
        content=jpeg() if content is None else content,
        actor=actor or make_actor(),
        at=NOW,
    )


@pytest.mark.django_db
class TestAdd:
    def test_keeps_the_original_and_shows_the_clean_copy(self):
        actor = make_actor(make_person(name="Ines"))

        [photo] = add(make_pack(status="received"), content=phone_photo(), actor=actor)

        assert files.path_of(photo.original).read_bytes() == phone_photo()
        assert b"SpyPhone" not in files.path_of(photo.shown).read_bytes()
        assert (photo.slot, photo.person_label, photo.shown.media_type) == ("label", "Ines", "image/jpeg")
        balance()

    def test_tells_the_slot_the_digest_and_the_time_of_the_shot(self):
        [photo] = add(make_pack(status="received"), content=phone_photo())

        [event] = events_of(subject_type="photo", subject_id=photo.pk)
        assert event.facts == {
            "slot": "Rating label",
            "sha256": photo.original.sha256,
            "taken_at": "2026-11-22T07:59:30",
        }

    def test_shows_several_packs_with_one_picture(self):
        made = add(*make_batch(packs=[{"status": "received"}] * 3).packs.all())

        assert len(made) == 3
        assert StoredFile.objects.filter(media_type="image/jpeg").count() == 2
        balance()

    def test_returns_the_photo_that_is_there_when_it_comes_again(self):
        first, second = make_batch(packs=[{"status": "received"}] * 2).packs.all()
        [there] = add(first)

        again = add(first, second)

        assert again[0] == there
        assert [photo.pack for photo in again] == [first, second]
        assert len(events_of(subject_type="photo", subject_id=there.pk)) == 1
        assert len(add(first, slot="front")) == 1
        assert Photo.objects.count() == 3
        balance()

    @pytest.mark.parametrize("name", ["../../x.jpg", "a\0b", "evil\u202egpj.exe", "n" * 400])
    def test_keeps_a_strange_name_as_harmless_text(self, name):
        [photo] = add(make_pack(status="received"), file_name=name)

        assert len(photo.file_name) <= 300
        assert photo.file_name.isprintable()
        assert files.path_of(photo.original).name == photo.original.sha256

    @pytest.mark.parametrize("status", ["announced", "missing", "withdrawn"])
    @pytest.mark.rule(21)
    def test_adds_nothing_when_one_pack_is_not_in_the_building(self, status):
        absent = make_pack(status=status, serial="RB-ABSENT")

        with pytest.raises(PictureRefused, match="RB-ABSENT"):
            add(make_pack(status="received"), absent)

        assert not Photo.objects.exists()

    def test_refuses_an_unknown_slot_and_a_huge_file(self, monkeypatch):
        pack = make_pack(status="received")
        with pytest.raises(PictureRefused, match="slot"):
            add(pack, slot="selfie")
        monkeypatch.setattr(photos, "PHOTO_LIMIT_BYTES", 10)
        with pytest.raises(PictureRefused, match="larger"):
            add(pack)
