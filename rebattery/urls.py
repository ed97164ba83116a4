"""The whole URL map: pages, sign-in, API, health."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from rebattery import health
from rebattery.accounts import web as accounts
from rebattery.accounts.guards import requires
from rebattery.accounts.roles import Capability
from rebattery.ui import web as ui

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
signed_in = requires(Capability.SIGNED_IN)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("intake.web.urls")),
    path("", include("grading.web.urls")),
    path("people/", accounts.people, name="people"),
    path("people/invite/", accounts.person_invite, name="person_invite"),
    path("people/<int:person_id>/", accounts.person, name="person"),
    path("people/<int:person_id>/<str:verb>/", accounts.person_change, name="person_change"),
    path("tokens/", accounts.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", accounts.token_revoke, name="token_revoke"),
    path("theme/", ui.set_theme, name="set_theme"),
    path("styleguide/", ui.styleguide, name="styleguide"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("intake.api.urls")),
    path("api/v1/", include("grading.api.urls")),
    path(
        "api/v1/schema/",
        signed_in(SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[])),
        name="api_schema",
    ),
    path(
        "api/v1/docs/",
        signed_in(
            SpectacularSwaggerSplitView.as_view(
                url_name="api_schema", authentication_classes=[], permission_classes=[]
            )
        ),
        name="api_docs",
    ),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
