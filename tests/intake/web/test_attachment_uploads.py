"""The list of all that was sent for a batch."""

import pytest
from django.urls import reverse

from intake.models import Batch
from rebattery.accounts.roles import Role
from tests.factories import make_batch, make_person
from tests.intake.sending import PDF, take_in, zip_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES_ROOT = tmp_path


@pytest.fixture
def batch() -> Batch:
    return make_batch(packs=[{"serial": "RB-0001"}])


@pytest.fixture
def supplier(client, batch):
    client.force_login(make_person(Role.SUPPLIER, supplier=batch.supplier))
    return client


class TestAttachmentUploads:
    def test_is_not_for_another_supplier(self, client, batch):
        client.force_login(make_person(Role.SUPPLIER))

        assert client.get(reverse("attachment_uploads", args=[batch.pk])).status_code == 404

    def test_lists_all_that_was_sent_with_its_outcome(self, supplier, batch):
        take_in(batch, "bad.html", b"<html>")
        take_in(batch, "some.zip", zip_of({"RB-0001.pdf": PDF, "x.html": b"<html>"}))
        take_in(batch, "good.pdf")
        address = reverse("attachment_uploads", args=[batch.pk])

        every, wrong = supplier.get(address).text, supplier.get(address, {"state": "wrong"}).text

        assert [name in every for name in ("bad.html", "some.zip", "good.pdf")] == [True] * 3
        assert "bad.html" in wrong and "x.html" in wrong and "good.pdf" not in wrong

    def test_can_be_taken_away(self, supplier, batch):
        take_in(batch, "some.zip", zip_of({"RB-0001.pdf": PDF, "x.html": b"<html>"}))

        response = supplier.get(reverse("attachment_uploads", args=[batch.pk]), {"export": "csv"})

        assert "x.html: " in b"".join(response.streaming_content).decode()

    def test_says_so_when_there_is_none(self, supplier, batch):
        assert "Nothing was sent yet." in supplier.get(reverse("attachment_uploads", args=[batch.pk])).text
