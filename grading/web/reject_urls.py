"""Pages of what becomes of rejects: their reports, and the orders that take them away; names are global."""

from django.urls import URLPattern, path

from grading.web import disposition_notes, dispositions, reject_reports

urlpatterns: list[URLPattern] = [
    path("packs/<int:pack_id>/reject-report/", reject_reports.reject_report, name="reject_report"),
    path(
        "packs/<int:pack_id>/reject-report/pdf/", reject_reports.reject_report_pdf, name="reject_report_pdf"
    ),
    path("batches/<int:batch_id>/reject-report/", reject_reports.batch_rejects, name="batch_rejects"),
    path(
        "batches/<int:batch_id>/reject-report/pdf/",
        reject_reports.batch_rejects_pdf,
        name="batch_rejects_pdf",
    ),
    path("dispositions/", dispositions.disposition_list, name="dispositions"),
    path("dispositions/new/", dispositions.disposition_new, name="disposition_new"),
    path("dispositions/<int:order_id>/", dispositions.disposition, name="disposition"),
    path("dispositions/<int:order_id>/note/", disposition_notes.disposition_note, name="disposition_note"),
    path(
        "dispositions/<int:order_id>/hand-over/",
        dispositions.disposition_hand_over,
        name="disposition_hand_over",
    ),
    path(
        "dispositions/<int:order_id>/release/", dispositions.disposition_release, name="disposition_release"
    ),
]
