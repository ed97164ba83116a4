"""Endpoints of notices."""

from django.urls import URLPattern, path

from rebattery.notices.api.notices import NoticeList

urlpatterns: list[URLPattern] = [path("notices/", NoticeList.as_view(), name="api_notices")]
