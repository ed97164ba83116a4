"""Pages of intake; the names are global."""

from django.urls import URLPattern, path

from intake.web import (
    attachments,
    batch,
    batches,
    catalogue,
    corrected,
    dock,
    inspect,
    manifest_list,
    manifests,
    photos,
    receipts,
    repair,
    repair_rows,
    scan,
    suppliers,
    templates,
    uploads,
    workbooks,
)

urlpatterns: list[URLPattern] = [
    path("batches/", batches.batches, name="batches"),
    path("batches/new/", uploads.batch_upload, name="batch_upload"),
    path("batches/new/files/", uploads.upload_list, name="upload_list"),
    path(
        "batches/template/<slug:language>.<slug:extension>", templates.batch_template, name="batch_template"
    ),
    path("batches/<int:batch_id>/", batch.batch, name="batch"),
    path("batches/<int:batch_id>/receipt/", receipts.batch_receipt, name="batch_receipt"),
    path("batches/<int:batch_id>/expected/", batch.batch_expected, name="batch_expected"),
    path("batches/<int:batch_id>/corrected/", corrected.batch_corrected, name="batch_corrected"),
    path("batches/<int:batch_id>/withdraw/", batch.batch_withdraw, name="batch_withdraw"),
    path("batches/<int:batch_id>/documents/", attachments.attachment_list, name="attachments"),
    path("batches/<int:batch_id>/documents/add/", attachments.attachment_add, name="attachment_add"),
    path(
        "batches/<int:batch_id>/documents/progress/",
        attachments.attachments_progress,
        name="attachments_progress",
    ),
    path("documents/<int:attachment_id>/", attachments.attachment, name="attachment"),
    path("documents/<int:attachment_id>/file/", attachments.attachment_file, name="attachment_file"),
    path("documents/<int:attachment_id>/assign/", attachments.attachment_assign, name="attachment_assign"),
    path(
        "documents/<int:attachment_id>/withdraw/", attachments.attachment_withdraw, name="attachment_withdraw"
    ),
    path("manifests/", manifest_list.manifest_list, name="manifests"),
    path("manifests/<int:manifest_id>/", manifests.manifest, name="manifest"),
    path("manifests/<int:manifest_id>/progress/", manifests.manifest_progress, name="manifest_progress"),
    path("manifests/<int:manifest_id>/file/", manifests.manifest_file, name="manifest_file"),
    path("manifests/<int:manifest_id>/read-again/", manifests.manifest_again, name="manifest_again"),
    path("manifests/<int:manifest_id>/answers/", repair.manifest_answer, name="manifest_answer"),
    path("manifests/<int:manifest_id>/leave-out/", repair.manifest_leave_out, name="manifest_leave_out"),
    path("manifests/<int:manifest_id>/undo/", repair.manifest_undo, name="manifest_undo"),
    path("manifests/<int:manifest_id>/announce/", repair.manifest_announce, name="manifest_announce"),
    path("manifests/<int:manifest_id>/discard/", repair.manifest_discard, name="manifest_discard"),
    path("manifests/<int:manifest_id>/rows/<int:row>/", repair_rows.manifest_row, name="manifest_row"),
    path(
        "manifests/<int:manifest_id>/rows/<int:row>/choice/",
        repair_rows.manifest_row_choice,
        name="manifest_row_choice",
    ),
    path(
        "manifests/<int:manifest_id>/rows/<int:row>/cells/<int:column>/",
        repair_rows.manifest_cell,
        name="manifest_cell",
    ),
    path(
        "manifests/<int:manifest_id>/difference/", corrected.manifest_difference, name="manifest_difference"
    ),
    path("manifests/<int:manifest_id>/workbook/", workbooks.manifest_workbook, name="manifest_workbook"),
    path(
        "manifests/<int:manifest_id>/workbook/result/",
        workbooks.manifest_workbook_result,
        name="manifest_workbook_result",
    ),
    path(
        "manifests/<int:manifest_id>/workbook/leave-out/",
        workbooks.manifest_workbook_drop,
        name="manifest_workbook_drop",
    ),
    path("dock/", dock.dock, name="dock"),
    path("dock/<int:batch_id>/", dock.dock_batch, name="dock_batch"),
    path("dock/<int:batch_id>/close/", dock.dock_close, name="dock_close"),
    path("packs/<int:pack_id>/inspect/", inspect.inspect_pack, name="inspect_pack"),
    path("packs/<int:pack_id>/inspect/draft/", inspect.inspection_draft, name="inspection_draft"),
    path("packs/<int:pack_id>/hazard/", inspect.report_hazard, name="report_hazard"),
    path("packs/<int:pack_id>/reopen/", inspect.reopen_pack, name="reopen_pack"),
    path("packs/<int:pack_id>/photos/", photos.photo_add, name="photo_add"),
    path("photos/<int:photo_id>/", photos.photo, name="photo"),
    path("scan/", scan.scan, name="scan"),
    path("suppliers/", suppliers.suppliers, name="suppliers"),
    path("suppliers/new/", suppliers.supplier_new, name="supplier_new"),
    path("suppliers/<int:supplier_id>/", suppliers.supplier, name="supplier"),
    path("suppliers/<int:supplier_id>/edit/", suppliers.supplier_edit, name="supplier_edit"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/new/", catalogue.pack_type_new, name="pack_type_new"),
    path("catalogue/<int:pack_type_id>/", catalogue.pack_type, name="pack_type"),
    path("catalogue/<int:pack_type_id>/edit/", catalogue.pack_type_edit, name="pack_type_edit"),
]
