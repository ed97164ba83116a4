"""Addresses of the pages about notices."""

from django.urls import URLPattern, path

from rebattery.notices.web import deliveries, endpoints, notices, preferences

urlpatterns: list[URLPattern] = [
    path("", notices.notices, name="notices"),
    path("<int:notice_id>/", notices.notice, name="notice"),
    path("failing/", deliveries.failing, name="failing_deliveries"),
    path("retry/", deliveries.deliveries_retry, name="deliveries_retry"),
    path("settings/", preferences.notice_settings, name="notice_settings"),
    path("settings/topics/", preferences.notice_topics, name="notice_topics"),
    path("endpoints/<int:endpoint_id>/", endpoints.endpoint, name="endpoint"),
    path("endpoints/<int:endpoint_id>/secret/", endpoints.endpoint_secret, name="endpoint_secret"),
    path("endpoints/<int:endpoint_id>/test/", endpoints.endpoint_test, name="endpoint_test"),
]
