"""Photos: taken in by slot, shown as pixels and nothing else."""

import hashlib
import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from intake.models import Pack, Photo
from intake.services import photos
from tests.factories import make_actor, make_pack, make_person, make_supplier
from tests.intake.pictures import jpeg, uploaded

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES_ROOT = tmp_path


@pytest.fixture
def pack() -> Pack:
    return make_pack(serial="RB-1", status="received")


@pytest.fixture
def warehouse(client):
    client.force_login(make_person(name="Ines"))
    return client


def page(pack, name="inspect_pack"):
    return reverse(name, args=[pack.pk])


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


class TestPhotoAdd:
    def test_adds_and_shows_the_photo_in_its_slot(self, warehouse, pack):
        response = warehouse.post(page(pack, "photo_add"), {"photo_label": uploaded()}, headers=HTMX)

        assert reverse("photo", args=[Photo.objects.get().pk]) in response.content.decode()

    def test_goes_back_to_the_inspection_without_script(self, warehouse, pack):
        response = warehouse.post(page(pack, "photo_add"), {"photo_damage": uploaded()})

        assert response["Location"] == page(pack)
        assert Photo.objects.get().slot == "damage"

    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_says_what_is_wrong_with_a_uploaded(self, warehouse, pack, headers):
        posted = {"photo_label": uploaded(content=b"%PDF-1.7")}

        response = warehouse.post(page(pack, "photo_add"), posted, headers=headers)

        assert "not a JPEG, PNG or WebP picture" in text_of(response)
        assert not Photo.objects.exists()


class TestPhoto:
    @pytest.fixture
    def photo(self, pack) -> Photo:
        [photo] = photos.add(
            pack_ids=[pack.pk], slot="label", file_name="a", content=jpeg(), actor=make_actor(), at=NOW
        )
        return photo

    @pytest.mark.rule(5)
    def test_is_not_there_for_another_supplier(self, client, photo):
        client.force_login(make_person("supplier", supplier=make_supplier()))

        assert client.get(reverse("photo", args=[photo.pk])).status_code == 404

    def test_shows_the_clean_copy_so_that_nothing_in_it_can_run(self, warehouse, photo):
        response = warehouse.get(reverse("photo", args=[photo.pk]))

        assert b"".join(response.streaming_content).startswith(b"\xff\xd8\xff")
        assert response["Content-Type"] == "image/jpeg"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "no-store, private"

    def test_is_given_as_it_was_taken_to_be_checked(self, warehouse, photo):
        response = warehouse.get(reverse("photo_original", args=[photo.pk]))

        content = b"".join(response.streaming_content)
        assert hashlib.sha256(content).hexdigest() == photo.original.sha256
        assert response["Content-Type"] == "application/octet-stream"
        assert response["Content-Disposition"].startswith("attachment")
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"

    @pytest.mark.rule(5)
    def test_as_it_was_taken_is_not_for_a_supplier(self, client, photo, pack):
        client.force_login(make_person("supplier", supplier=pack.supplier))

        assert client.get(reverse("photo_original", args=[photo.pk])).status_code == 403

    def test_is_there_for_the_supplier_whose_pack_it_is(self, client, photo, pack):
        client.force_login(make_person("supplier", supplier=pack.supplier))

        assert client.get(reverse("photo", args=[photo.pk])).status_code == 200
