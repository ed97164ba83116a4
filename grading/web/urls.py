"""Pages of grading; the names are global."""

from django.urls import URLPattern, path

from grading.web import bench, dossier, home, instruments, packs, policies, review, trail

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("packs/", packs.packs, name="packs"),
    path("packs/<int:pack_id>/", dossier.pack, name="pack"),
    path("trail/", trail.trail, name="trail"),
    path("trail/<int:event_id>/", trail.trail_event, name="trail_event"),
    path("bench/", bench.bench, name="bench"),
    path("packs/<int:pack_id>/bench/", bench.bench_pack, name="bench_pack"),
    path("packs/<int:pack_id>/bench/capacity/", bench.bench_capacity, name="bench_capacity"),
    path("packs/<int:pack_id>/bench/resistance/", bench.bench_resistance, name="bench_resistance"),
    path("packs/<int:pack_id>/bench/finish/", bench.bench_finish, name="bench_finish"),
    path("instruments/", instruments.instruments, name="instruments"),
    path("instruments/new/", instruments.instrument_new, name="instrument_new"),
    path("instruments/<int:instrument_id>/", instruments.instrument, name="instrument"),
    path("instruments/<int:instrument_id>/edit/", instruments.instrument_edit, name="instrument_edit"),
    path(
        "instruments/<int:instrument_id>/calibrate/",
        instruments.instrument_calibrate,
        name="instrument_calibrate",
    ),
    path("review/", review.review_queue, name="review_queue"),
    path("review/confirm/", review.review_confirm_group, name="review_confirm_group"),
    path("review/<int:case_id>/", review.review_case, name="review_case"),
    path("review/<int:case_id>/confirm/", review.review_confirm, name="review_confirm"),
    path("review/<int:case_id>/override/", review.review_override, name="review_override"),
    path("review/<int:case_id>/answer/", review.review_answer, name="review_answer"),
    path("review/<int:case_id>/retest/", review.review_retest, name="review_retest"),
    path("policies/", policies.policies, name="policies"),
    path("policies/<int:policy_id>/", policies.policy, name="policy"),
]
