"""Rejects on their way out in a real browser: the report, the order, and the hand-over by scanning."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from intake.models import DispositionOrder, Pack
from rebattery.accounts.roles import Role
from tests.browser.looks import assert_all_fine, assert_fine, keep
from tests.evidence import publish_seed
from tests.factories import make_person
from tests.grading.sending_off import (
    hand_over,
    make_code,
    make_operator,
    make_quarantined,
    make_rejected,
    send_off,
    to_recycling,
)

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("committed_db")]


@pytest.fixture
def supplier():
    publish_seed()
    return make_person(Role.SUPPLIER)


class TestReport:
    def test_leads_its_supplier_from_the_pack_to_dispute_and_paper(self, windows, supplier):
        [pack] = make_rejected(supplier=supplier.supplier)
        page = windows.open(supplier, size="tablet", path=reverse("pack", args=[pack.pk]))
        page.get_by_role("link", name="Reject report").click()
        keep(page, "reject_report")

        expect(page.get_by_role("heading", name="Why it was rejected")).to_be_visible()
        expect(page.get_by_role("link", name="Dispute this result")).to_be_visible()
        paper = page.request.get(page.get_by_role("link", name="PDF").get_attribute("href"))

        assert paper.body().startswith(b"%PDF-")
        batch = [pack.batch_id]
        assert_all_fine(page, page.url, reverse("batch_rejects", args=batch))


class TestOrder:
    def test_goes_from_ticks_in_the_list_to_the_empty_dock(self, windows, supplier):
        packs = make_rejected(2, supplier=supplier.supplier)
        reviewer = windows.open(make_person(Role.REVIEWER), path=f"{reverse('packs')}?waits=order")
        for pack in packs:
            reviewer.get_by_label(f"Pack {pack.serial}").check()
        keep(reviewer, "packs")
        reviewer.get_by_role("button", name="Return or recycle the ticked packs").click()
        expect(reviewer.get_by_role("heading", name="Return or recycle", level=1)).to_be_visible()
        keep(reviewer, "order_new")
        assert_fine(reviewer, "disposition_new")
        reviewer.get_by_label("Return to the supplier").check()
        reviewer.get_by_label("Address of the return").fill("Ramp 2")
        reviewer.get_by_label("Reason").fill("No use for them")
        reviewer.get_by_role("button", name="Order for 2 packs").click()
        expect(reviewer.get_by_text("The warehouse hands the packs over.")).to_be_visible()

        order = DispositionOrder.objects.get()
        worker = windows.open(make_person(), size="tablet", path=reverse("disposition", args=[order.pk]))
        keep(worker, "order")
        assert_fine(worker, "disposition")
        worker.get_by_label(f"Tick pack {packs[0].serial}").check()
        worker.get_by_label("Scan the packs").fill(f"{packs[1].serial}\n")
        worker.get_by_label("Number of the paper").fill("CMR-5")
        worker.get_by_role("button", name="Hand over").click()

        expect(worker.get_by_text("handed over, document CMR-5.")).to_be_visible()
        assert set(Pack.objects.values_list("status", flat=True)) == {"returned"}

    def test_is_for_everybody_in_every_state(self, windows, supplier):
        order = send_off(make_quarantined(), to_recycling(transport_remark="Our expert"))
        gone = hand_over(send_off(make_rejected(supplier=supplier.supplier)))
        pack_id = gone.lines.get().pack_id
        reviewer = windows.open(make_person(Role.REVIEWER))

        assert_all_fine(
            reviewer,
            reverse("dispositions"),
            reverse("disposition_new"),
            *(reverse("disposition", args=[key]) for key in (order.pk, gone.pk)),
            reverse("pack", args=[pack_id]),
        )
        keep(reviewer, "pack")

    def test_names_operators_and_codes_for_everybody(self, windows, supplier):
        operator, code = make_operator(), make_code()
        administrator = windows.open(make_person(Role.ADMINISTRATOR))

        assert_all_fine(
            administrator,
            reverse("waste_operators"),
            reverse("waste_operator", args=[operator.pk]),
            reverse("waste_operator_edit", args=[operator.pk]),
            reverse("waste_codes"),
            reverse("waste_code", args=[code.pk]),
            reverse("waste_code_new"),
        )
