"""Files to fill in, in three languages."""

import io

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from intake.domain.manifest.template import Language, template_csv
from intake.domain.manifest.template_workbook import write_template
from intake.queries.catalogue import catalogue_for_reading
from rebattery.accounts.guards import requires
from rebattery.accounts.roles import Capability
from rebattery.ui.exports import XLSX_TYPE

FORMATS = ("xlsx", "csv")


@require_safe
@requires(Capability.UPLOAD_MANIFEST)
def batch_template(request: HttpRequest, language: str, extension: str) -> HttpResponseBase:
    if language not in list(Language) or extension not in FORMATS:
        raise Http404
    chosen, name = Language(language), f"manifest-{language}.{extension}"
    if extension == "csv":
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(template_csv(chosen), content_type="text/csv; charset=utf-8", headers=headers)
    workbook = io.BytesIO()
    write_template(workbook, language=chosen, types=catalogue_for_reading())
    workbook.seek(0)
    return FileResponse(workbook, as_attachment=True, filename=name, content_type=XLSX_TYPE)
