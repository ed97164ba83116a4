"""Endpoints of grading."""

from django.urls import URLPattern, path

from grading.api.declarations import DeclarationList, DeclarationRadius
from grading.api.disputes import DisputeDetail, DisputeList, PackDisputes
from grading.api.expected import ExpectedGrades
from grading.api.instruments import InstrumentList
from grading.api.packs import DecisionList, PackDetail, PackList
from grading.api.policies import PolicyDetail, PolicyList
from grading.api.results_files import (
    ResultsFileDetail,
    ResultsFileList,
    ResultsFileRecord,
    ResultsFileRuns,
    ResultsFileWorkbook,
)
from grading.api.soh_reports import SohReports
from grading.api.test_results import CapacityTests, ResistanceTests
from grading.api.tester_files import TesterFileDetail, TesterFileList, TesterFileRaw

urlpatterns: list[URLPattern] = [
    path("packs/", PackList.as_view(), name="api_packs"),
    path("packs/<int:pk>/", PackDetail.as_view(), name="api_pack"),
    path("packs/<int:pk>/disputes/", PackDisputes.as_view(), name="api_pack_disputes"),
    path("disputes/", DisputeList.as_view(), name="api_disputes"),
    path("disputes/<int:pk>/", DisputeDetail.as_view(), name="api_dispute"),
    path("manifests/<int:pk>/expected-grades/", ExpectedGrades.as_view(), name="api_expected_grades"),
    path("instruments/", InstrumentList.as_view(), name="api_instruments"),
    path("declarations/", DeclarationList.as_view(), name="api_declarations"),
    path(
        "declarations/<int:declaration_id>/radius/",
        DeclarationRadius.as_view(),
        name="api_declaration_radius",
    ),
    path("policies/", PolicyList.as_view(), name="api_policies"),
    path("policies/<int:policy_id>/", PolicyDetail.as_view(), name="api_policy"),
    path("decisions/", DecisionList.as_view(), name="api_decisions"),
    path("capacity-tests/", CapacityTests.as_view(), name="api_capacity_tests"),
    path("soh-reports/", SohReports.as_view(), name="api_soh_reports"),
    path("resistance-tests/", ResistanceTests.as_view(), name="api_resistance_tests"),
    path("results-files/", ResultsFileList.as_view(), name="api_results_files"),
    path("results-files/<int:results_file_id>/", ResultsFileDetail.as_view(), name="api_results_file"),
    path(
        "results-files/<int:results_file_id>/workbook/",
        ResultsFileWorkbook.as_view(),
        name="api_results_file_workbook",
    ),
    path(
        "results-files/<int:results_file_id>/record/",
        ResultsFileRecord.as_view(),
        name="api_results_file_record",
    ),
    path(
        "results-files/<int:results_file_id>/runs/", ResultsFileRuns.as_view(), name="api_results_file_runs"
    ),
    path("tester-files/", TesterFileList.as_view(), name="api_tester_files"),
    path("tester-files/<int:tester_file_id>/", TesterFileDetail.as_view(), name="api_tester_file"),
    path("tester-files/<int:tester_file_id>/file/", TesterFileRaw.as_view(), name="api_tester_file_raw"),
]
