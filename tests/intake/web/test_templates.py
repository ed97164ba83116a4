import io

import openpyxl
import pytest
from django.urls import reverse

from rebattery.accounts.roles import Role
from tests.factories import make_pack_type, make_person


def download(client, language, extension):
    return client.get(reverse("batch_template", args=[language, extension]))


def content_of(response):
    return b"".join(response) if response.streaming else response.content


class TestBatchTemplate:
    @pytest.mark.parametrize("role", [Role.WAREHOUSE, Role.REVIEWER, Role.AUDITOR])
    def test_is_for_those_who_send_files(self, client, db, role):
        client.force_login(make_person(role))

        assert download(client, "en", "xlsx").status_code == 403

    @pytest.mark.parametrize(("language", "extension"), [("fr", "xlsx"), ("en", "ods"), ("EN", "csv")])
    def test_is_not_there_in_another_language_or_format(self, client, db, language, extension):
        client.force_login(make_person(Role.SUPPLIER))

        assert download(client, language, extension).status_code == 404

    @pytest.mark.parametrize(("language", "heading"), [("en", "Pack serial"), ("de", "Seriennummer")])
    def test_is_a_csv(self, client, db, language, heading):
        client.force_login(make_person(Role.SUPPLIER))

        response = download(client, language, "csv")

        assert content_of(response).decode("utf-8-sig").startswith(heading)
        assert f'filename="manifest-{language}.csv"' in response["Content-Disposition"]

    def test_is_a_workbook_with_the_types_of_the_catalogue(self, client, db):
        client.force_login(make_person(Role.SUPPLIER))
        active, former = make_pack_type(), make_pack_type(is_active=False)

        book = openpyxl.load_workbook(io.BytesIO(content_of(download(client, "zh", "xlsx"))))

        listed = [cell.value for cell in book.worksheets[2]["A"]]
        assert active.key in listed and former.key not in listed

    def test_is_offered_beside_the_upload(self, client, db):
        client.force_login(make_person(Role.SUPPLIER))

        page = client.get(reverse("batch_upload")).content.decode()

        for language in ("en", "de", "zh"):
            assert reverse("batch_template", args=[language, "xlsx"]) in page
