"""Addresses of the review that take what a form sends, and lead to its page when they are only opened."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse

View = Callable[..., HttpResponse]


def posted(view: View) -> Callable[..., HttpResponseBase]:
    """Let only POST through to ``view``.

    After a refused form its address stands in the browser: whoever loads it again comes to the review, or to
    the queue, with the filters that it named. Nothing is changed by that.
    """

    @wraps(view)
    def guarded(request: HttpRequest, **keys: Any) -> HttpResponseBase:
        if request.method == "POST":
            return view(request, **keys)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["POST"])
        page = reverse("review_case", kwargs=keys) if keys else reverse("review_queue")
        return redirect(f"{page}?{request.GET.urlencode()}" if request.GET else page)

    return guarded
