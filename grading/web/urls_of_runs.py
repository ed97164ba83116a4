"""Pages of grading runs; the names are global."""

from django.urls import URLPattern, path

from grading.web import grading_runs, regrading

urlpatterns: list[URLPattern] = [
    path("grading-runs/", grading_runs.runs, name="grading_runs"),
    path("grading-runs/new/", regrading.regrade_new, name="regrade_new"),
    path("grading-runs/<int:grading_run_id>/", grading_runs.run, name="grading_run"),
    path("grading-runs/<int:grading_run_id>/progress/", grading_runs.progress, name="grading_run_progress"),
    path("grading-runs/<int:grading_run_id>/packs/", grading_runs.packs, name="grading_run_packs"),
    path("grading-runs/<int:grading_run_id>/left/", grading_runs.left, name="grading_run_left"),
]
