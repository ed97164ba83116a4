from datetime import timedelta

import pytest
from django.urls import reverse

from grading.queries.reject_reports import rejects_for, report_of, reports_of
from grading.web.reject_report_words import sheet_of
from intake.services import photos
from rebattery.accounts.roles import Role
from tests.evidence import make_reviews, publish_seed
from tests.factories import make_actor, make_person, make_supplier
from tests.grading.sending_off import (
    LEFT_AT,
    ORDERED_AT,
    REJECTED_AT,
    hand_over,
    make_quarantined,
    make_rejected,
    send_off,
    to_recycling,
)
from tests.intake.pictures import jpeg


@pytest.fixture(autouse=True)
def policy(db):
    publish_seed()


@pytest.fixture
def supplier(db):
    return make_person(Role.SUPPLIER)


def address(name: str, key: int) -> str:
    return reverse(name, args=[key])


class TestReportOf:
    def test_waits_until_nobody_can_take_it_back(self):
        [pack] = make_rejected()

        assert report_of(pack=pack, at=REJECTED_AT + timedelta(seconds=59)) is None
        assert report_of(pack=pack, at=REJECTED_AT + timedelta(seconds=60))

    def test_is_none_before_a_reviewer_decided(self):
        [case] = make_reviews()

        assert report_of(pack=case.pack, at=ORDERED_AT) is None

    def test_stays_when_the_pack_has_left(self):
        [pack] = make_rejected()
        hand_over(send_off([pack]))
        pack.refresh_from_db()

        sheet = sheet_of(report_of(pack=pack, at=LEFT_AT))

        [sentence] = sheet["next"]
        assert sentence.startswith("On its way back to you on 20 Nov 2026: order RT-2026-")
        assert sentence.endswith("document CMR-7.")
        assert sheet["dispute"] == ["The pack has left our house: nothing of it can be measured again."]

    def test_asks_as_often_for_one_as_for_many(self, django_assert_num_queries):
        packs = make_rejected(5)

        with django_assert_num_queries(8):
            assert len(reports_of(packs=packs, at=ORDERED_AT)) == 5


class TestSheet:
    def test_sets_claim_against_measurement_with_its_uncertainty(self):
        [pack] = make_rejected()
        report = report_of(pack=pack, at=ORDERED_AT)
        report.capacity.u_soh_points = report.capacity.soh_percent / 100

        [soh, *_] = sheet_of(report)["claims"]

        assert soh == ["State of health", "%", "82", "78 ± 1.56 (k = 2)", "−4.00", "claimed by bms"]

    def test_names_the_rule_with_value_and_limit(self):
        [pack] = make_rejected()

        sheet = sheet_of(report_of(pack=pack, at=ORDERED_AT))

        assert sheet["limits"][0][:4] == ["State of health", "%", "78", "80"]
        assert sheet["path"] and sheet["why"]
        assert dict(sheet["decision"])["Grade"] == "D by policy seed-v1 v1"
        assert "did not measure the pack confirmed it" in dict(sheet["decision"])["Review"]

    def test_says_what_a_recycled_pack_is_in_law(self):
        [pack] = make_quarantined()
        hand_over(send_off([pack], to_recycling(transport_remark="Expert")))
        pack.refresh_from_db()

        sheet = sheet_of(report_of(pack=pack, at=LEFT_AT))

        assert ["In law now", "Waste"] in sheet["facts"]
        assert "waste code 16 06 99*" in sheet["next"][0]
        assert "Recycling Works" not in str(sheet)


class TestPage:
    def test_is_for_the_packs_own_supplier_alone(self, client, supplier):
        [pack] = make_rejected(supplier=supplier.supplier)
        for name in ("reject_report", "reject_report_pdf"):
            client.force_login(make_person(Role.SUPPLIER))
            assert client.get(address(name, pack.pk)).status_code == 404
            client.force_login(supplier)
            assert client.get(address(name, pack.pk)).status_code == 200

    def test_names_nobody_of_ours_and_quotes_no_reason(self, client, supplier):
        [pack] = make_rejected(supplier=supplier.supplier)
        client.force_login(supplier)

        shown = client.get(address("reject_report", pack.pk)).content.decode()

        assert "Reviewer" not in shown.replace("Reviewers", "") and "Seen." not in shown
        assert address("dispute_open", pack.pk) in shown

    def test_says_so_when_there_is_none(self, client, supplier):
        [case] = make_reviews(supplier=supplier.supplier)
        client.force_login(supplier)

        assert (
            "There is no reject report" in client.get(address("reject_report", case.pack_id)).content.decode()
        )
        response = client.get(address("reject_report_pdf", case.pack_id))
        assert (response.status_code, response["Location"]) == (302, address("reject_report", case.pack_id))


class TestPaper:
    def test_is_equal_whenever_it_is_asked_for(self, client):
        [pack] = make_rejected()
        client.force_login(make_person(Role.AUDITOR))

        first, second = (client.get(address("reject_report_pdf", pack.pk)) for _ in range(2))

        assert first.content == second.content and first.content.startswith(b"%PDF-")
        assert first["Content-Type"] == "application/pdf"

    def test_shows_the_photos(self, client):
        [pack] = make_rejected()
        client.force_login(make_person(Role.AUDITOR))
        bare = client.get(address("reject_report_pdf", pack.pk)).content

        photos.add(
            pack_ids=[pack.pk],
            slot="damage",
            file_name="a.jpg",
            content=jpeg(),
            actor=make_actor(),
            at=LEFT_AT,
        )

        shown = client.get(address("reject_report_pdf", pack.pk)).content
        assert b"/Subtype/Image" in shown and b"/Subtype/Image" not in bare


class TestBatch:
    def test_lists_its_rejects_with_one_paper(self, client, supplier):
        packs = make_rejected(3, supplier=supplier.supplier)
        client.force_login(supplier)

        shown = client.get(address("batch_rejects", packs[0].batch_id)).content.decode()
        paper = client.get(address("batch_rejects_pdf", packs[0].batch_id))

        assert all(pack.serial in shown for pack in packs)
        assert paper.content.startswith(b"%PDF-")

    def test_is_not_there_for_another_supplier(self, client, supplier):
        [pack] = make_rejected()
        client.force_login(supplier)

        for name in ("batch_rejects", "batch_rejects_pdf"):
            assert client.get(address(name, pack.batch_id)).status_code == 404

    def test_leads_back_when_nothing_is_rejected(self, client):
        [case] = make_reviews()
        client.force_login(make_person(Role.AUDITOR))

        assert client.get(address("batch_rejects_pdf", case.pack.batch_id)).status_code == 302
        assert client.get(address("batch_rejects", case.pack.batch_id) + "?part=x").status_code == 200

    def test_shows_a_supplier_its_own(self, supplier):
        make_rejected(supplier=make_supplier())

        assert not rejects_for(viewer=supplier, at=ORDERED_AT).exists()
