"""The list of packs: filters, search, pages, exports."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from rebattery.accounts.roles import Role
from tests.evidence import publish_seed
from tests.factories import make_batch, make_pack, make_person, make_supplier
from tests.grading import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(make_person(Role.AUDITOR))


def serials(client, address: str = "") -> list[str]:
    return [pack.serial for pack in client.get(f"/packs/{address}").context["page"].rows]


def exported(client, address: str) -> list[dict[str, str]]:
    content = b"".join(client.get(f"/packs/{address}").streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


class TestAccess:
    @pytest.mark.rule(5)
    @pytest.mark.parametrize("address", ["", "?export=csv", "?supplier=RIVALX", "?q=SECRET"])
    def test_a_supplier_never_meets_another(self, client, address):
        other = make_supplier(code="RIVALX", name="Rivale")
        make_pack(other, serial="SECRET-1")
        own = make_pack(serial="OWN-1")
        client.force_login(make_person(Role.SUPPLIER, supplier=own.supplier))

        response = client.get(f"/packs/{address}")
        content = b"".join(response.streaming_content) if response.streaming else response.content

        assert b"SECRET-1" not in content
        assert b"Rivale" not in content

    def test_a_supplier_is_not_offered_the_staffs_filters(self, client):
        client.force_login(make_person(Role.SUPPLIER))

        assert {item["key"] for item in client.get("/packs/").context["page"].filters} == {
            "q", "status", "grade", "chemistry", "batch"
        }  # fmt: skip

    def test_asks_to_sign_in(self, client):
        assert client.get("/packs/").status_code == 302


class TestSearch:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("ab-1234", ["AB-1234"]),
            ("AB", ["AB-1234"]),
            ("b-12", ["AB-1234"]),
            ("1234", ["XY.1234", "AB-1234"]),
            ("A", ["AB-1234"]),
            ("34", []),
            ("%", []),
            ("_", []),
            ("nothing", []),
        ],
    )
    def test_finds_by_any_part_of_a_serial(self, client, staff, text, found):
        make_batch(packs=[{"serial": "AB-1234"}, {"serial": "XY.1234"}])

        assert serials(client, f"?q={text.replace('%', '%25')}") == found


class TestFilters:
    def test_keep_what_they_say(self, client, staff):
        publish_seed()
        graded, rejected, fresh = cast.graded(), cast.rejected(), make_pack(chemistry="LFP")

        assert serials(client, "?grade=B") == [graded.serial]
        assert serials(client, "?grade=D") == [rejected.serial]
        assert serials(client, "?grade=none") == [fresh.serial]
        assert serials(client, "?status=rejected") == [rejected.serial]
        assert serials(client, f"?supplier={fresh.supplier.code.lower()}") == [fresh.serial]
        assert serials(client, f"?batch={fresh.batch.number}&chemistry=LFP") == [fresh.serial]
        assert serials(client, "?chemistry=NCA") == []
        assert serials(client, "?status=nonsense") == []

    def test_grade_is_the_one_in_force(self, client, staff):
        publish_seed()
        pack = cast.measured_again()

        assert serials(client, "?grade=D") == []
        assert serials(client, "?grade=B") == [pack.serial]
        assert exported(client, "?export=csv")[0]["Grade"] == "B"
        assert exported(client, "?export=csv")[0]["Policy"] == "seed-v1 v1"

    def test_an_empty_list_says_why(self, client, staff):
        assert "No packs yet." in client.get("/packs/").text
        assert "No pack fits these filters." in client.get("/packs/?status=graded").text


class TestPages:
    @pytest.mark.parametrize("sort", ["-id", "serial", "-serial", "status"])
    def test_show_every_pack_once(self, client, staff, sort):
        expected = {pack.serial for pack in make_batch(packs=120).packs.all()}

        address, seen = f"?sort={sort}", []
        while address:
            page = client.get(f"/packs/{address}").context["page"]
            seen += [pack.serial for pack in page.rows]
            address = page.next_url

        assert len(seen) == 120
        assert set(seen) == expected

    def test_ask_the_database_as_often_for_fifty_as_for_one(self, client, staff):
        publish_seed()
        cast.graded()
        client.get("/packs/")
        with CaptureQueriesContext(connection) as for_one:
            client.get("/packs/")
        make_batch(packs=80)

        with CaptureQueriesContext(connection) as for_fifty:
            assert len(serials(client)) == 50

        assert len(for_fifty) == len(for_one)


class TestExport:
    def test_holds_the_rows_of_the_list(self, client, staff):
        make_batch(packs=60)
        make_pack(chemistry="LFP")
        listed = serials(client, "?chemistry=NMC&sort=serial")

        rows = exported(client, "?chemistry=NMC&sort=serial&export=csv")

        assert len(rows) == 60
        assert [row["Serial"] for row in rows][:50] == listed
        assert rows[0]["Nominal (kWh)"] == "40.000"
        assert rows[0]["Since"] == "2026-11-20 09:00:00 UTC"

    @pytest.mark.rule(25)
    def test_neutralizes_what_a_supplier_wrote(self, client, staff):
        make_pack(make="=HYPERLINK(1)", model="@x")

        assert exported(client, "?export=csv")[0]["Type"] == "'=HYPERLINK(1) @x"

    def test_is_a_workbook_with_numbers(self, client, staff):
        make_batch(packs=3)

        content = b"".join(client.get("/packs/?export=xlsx").streaming_content)

        sheet = load_workbook(io.BytesIO(content)).active
        assert sheet.max_row == 4
        kwh = [cell.value for cell in sheet[1]].index("Nominal (kWh)")
        assert [row[kwh].value for row in sheet.iter_rows(min_row=2)] == [40, 40, 40]

    def test_leaves_other_suppliers_names_out_for_a_supplier(self, client):
        pack = make_pack()
        client.force_login(make_person(Role.SUPPLIER, supplier=pack.supplier))

        assert "Supplier" not in exported(client, "?export=csv")[0]
