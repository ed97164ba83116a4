"""The whole URL map: pages, sign-in, API, health."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.views import APIView

# Importing them fills the admin, which looks for nothing itself.
import grading.admin  # noqa: F401
import intake.admin  # noqa: F401
from rebattery import health
from rebattery.accounts import web as accounts
from rebattery.accounts.guards import View, requires
from rebattery.accounts.roles import Capability
from rebattery.ui import web as ui

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


def api_page(view: type[APIView], **options: str) -> View:
    """Show a page about the API to people in their session; the endpoints themselves want tokens."""
    page = view.as_view(authentication_classes=[], permission_classes=[], throttle_classes=[], **options)
    return login_required(requires(Capability.SIGNED_IN)(page))


urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("intake.web.urls")),
    path("", include("grading.web.urls")),
    path("", include("grading.web.reject_urls")),
    path("notices/", include("rebattery.notices.web.urls")),
    path("people/", accounts.people, name="people"),
    path("people/invite/", accounts.person_invite, name="person_invite"),
    path("people/<int:person_id>/", accounts.person, name="person"),
    path("people/<int:person_id>/deactivate/", accounts.person_deactivate, name="person_deactivate"),
    path("people/<int:person_id>/reactivate/", accounts.person_reactivate, name="person_reactivate"),
    path("people/<int:person_id>/role/", accounts.person_role, name="person_role"),
    path("tokens/", accounts.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", accounts.token_revoke, name="token_revoke"),
    path("theme/", ui.set_theme, name="set_theme"),
    path("styleguide/", ui.styleguide, name="styleguide"),
    # A person's address changes with its event or not at all, and nobody confirms or adds one here.
    path("accounts/email/", accounts.not_here, name="no_email_page"),
    path("accounts/confirm-email/", accounts.not_here, name="no_confirmation_page"),
    path("accounts/signup/", accounts.not_here, name="no_signup_page"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("intake.api.urls")),
    path("api/v1/", include("grading.api.urls")),
    path("api/v1/", include("rebattery.notices.api.urls")),
    path("api/v1/schema/", api_page(SpectacularAPIView), name="api_schema"),
    path("api/v1/docs/", api_page(SpectacularSwaggerSplitView, url_name="api_schema"), name="api_docs"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
