"""Files to fill in, in three languages."""

import io

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from intake.domain.manifest.workbooks.template import Language, template_csv
from intake.domain.manifest.workbooks.template_workbook import write_template
from intake.queries.catalogue import catalogue_for_reading
from rebattery.accounts.guards import requires
from rebattery.accounts.roles import Capability
from rebattery.ui.exports import workbook_response

FORMATS = ("xlsx", "csv")


@require_safe
@requires(Capability.UPLOAD_MANIFEST)
def batch_template(request: HttpRequest, language: str, extension: str) -> HttpResponseBase:
    if language not in list(Language) or extension not in FORMATS:
        raise Http404
    chosen = Language(language)
    if extension == "csv":
        headers = {"Content-Disposition": f'attachment; filename="manifest-{language}.csv"'}
        return HttpResponse(template_csv(chosen), content_type="text/csv; charset=utf-8", headers=headers)
    workbook = io.BytesIO()
    write_template(workbook, language=chosen, types=catalogue_for_reading())
    return workbook_response(name=f"manifest-{language}", workbook=workbook)
