"""One settings file; every value that differs between places comes from the environment."""

import logging
from pathlib import Path

from rebattery import env

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL = env.local_mode()
"""Embedded servers, demo data, no TLS: set by `make run` and the tests, never by hand."""
SECOND_FACTOR_REQUIRED = not LOCAL

DEBUG = False
SECRET_KEY = env.secret("SECRET_KEY", local="local-only-not-a-secret")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1]" if LOCAL else None)
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", default="")

INSTALLED_APPS = [
    "rebattery.ui",
    "django.forms",
    "django.contrib.admin.apps.SimpleAdminConfig",  # shows what urls.py imports, nothing it finds itself
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rebattery.embedded",
    "rebattery.audit",
    "rebattery.accounts",
    "rebattery.api",
    "rebattery.notices",
    "intake",
    "grading",
]
MIDDLEWARE = [
    "rebattery.accounts.middleware.request_id",
    "rebattery.accounts.middleware.storable_text",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "rebattery.ui.upload_limit.upload_limit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "rebattery.accounts.middleware.session_limits",
    "rebattery.accounts.middleware.private_pages",
    "rebattery.accounts.middleware.second_factor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "rebattery.accounts.middleware.StorableForms",
]
ROOT_URLCONF = "rebattery.urls"
WSGI_APPLICATION = "rebattery.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "rebattery.ui.context.theme",
                "rebattery.ui.context.navigation",
            ],
            "builtins": ["rebattery.ui.templatetags.ui", "rebattery.ui.templatetags.words"],
        },
    }
]
FORM_RENDERER = "rebattery.ui.forms.Renderer"

DATABASES = {"default": env.database("DATABASE_URL")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.text("REDIS_URL")
# The cache counts rates and holds nothing else. It shares the server with the queue of Celery: its keys
# carry a prefix, and nobody may clear it as a whole, which would empty the queue as well.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
}
FILES_ROOT = env.path("FILES_ROOT", default=BASE_DIR / ".run" / "files" if LOCAL else None)
"""Where received files are kept, by SHA-256."""
TESTER_FOLDER = env.text("TESTER_FOLDER", default="")
"""Folder that testers write their files to, looked into by the workers; empty for none."""

# Accounts
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "rebattery.accounts.adapter.ClosedAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "10/m/ip,5/m/key",
}
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL

# Sessions, cookies and headers
SESSION_COOKIE_NAME = "session" if LOCAL else "__Host-session"
CSRF_COOKIE_NAME = "csrf" if LOCAL else "__Host-csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not LOCAL
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_IDLE_SECONDS = 30 * 60
SECURE_HSTS_SECONDS = 0 if LOCAL else 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not LOCAL
SECURE_REFERRER_POLICY = "same-origin"
BEHIND_PROXY = env.flag("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

# Pages
LANGUAGE_CODE = "en-us"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True
DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "Y-m-d H:i e"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Compressing takes 25 s, which a first `make run` does not need.
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
UPLOAD_LIMIT_BYTES = 100 * 1024 * 1024
"""Largest manifest that is taken in."""

# Mail
EMAIL_BACKEND = (
    "django.core.mail.backends.console.EmailBackend"
    if LOCAL
    else "django.core.mail.backends.smtp.EmailBackend"
)
EMAIL_HOST = env.text("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.number("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", default="ReBattery <rebattery@localhost>")

# Notices
PUBLIC_URL = env.text(
    "PUBLIC_URL", default="http://localhost:8000" if LOCAL else f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
).rstrip("/")
"""Where people reach the pages: links in mails and webhooks start with it."""
WEBHOOKS_MAY_STAY_INSIDE = env.flag("WEBHOOKS_MAY_STAY_INSIDE", default=False)
"""Let webhooks lead to http and to private addresses; for tests on one machine only."""

# Celery: the database is the queue of record, a message is only a nudge.
CELERY_BROKER_URL = REDIS_URL
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
}
CELERY_TIMEZONE = "UTC"
LEASE_SECONDS = env.number("LEASE_SECONDS", default=60)
"""How long a worker may be silent before another takes its work over; the fence stops a late writer."""

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rebattery.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rebattery.api.permissions.HasCapability"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "rebattery.api.pagination.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rebattery.api.throttling.PersonThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "1200/min"},
    "EXCEPTION_HANDLER": "rebattery.api.errors.handle",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ReBattery API",
    "DESCRIPTION": "Files and test results in; batches, packs and decisions out. Make a token on the page "
    "API tokens and send it as `Authorization: Bearer rb_…`. Decimal numbers travel as text, in the unit "
    "that ends the field's name. A refusal is `{code, message, fields}`: 409 when it cannot be done now, 422 "
    "when a value cannot be taken, with every bad field in `fields`, such as `rows.3.method`. A set is taken "
    "whole or not at all.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "ManifestStateEnum": "intake.models.ManifestState",
        "DeliveryStateEnum": "rebattery.notices.models.Delivery.State",
        "IntentEnum": "intake.models.Intent",
        "BatchStateEnum": [
            (s, s.capitalize()) for s in ("announced", "arriving", "received", "closed", "cancelled")
        ],
        "ProblemSeverityEnum": ["error", "question", "warning"],
        "AttachmentUploadStateEnum": "intake.models.AttachmentUploadState",
        "SohReportKindEnum": "grading.models.SohReport.Kind",
        "TesterFileStateEnum": "grading.models.TesterFile.State",
        "ResultsFileStateEnum": "grading.models.ResultsFile.State",
        "ResistanceMethodEnum": "grading.models.ResistanceTest.Method",
    },
}


def _on_one_line(record: logging.LogRecord) -> bool:
    """Keep a refusal in the log, without the traceback that tells nobody anything."""
    if record.levelno < logging.ERROR:
        record.exc_info = None
    return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"on_one_line": {"()": "django.utils.log.CallbackFilter", "callback": _on_one_line}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["on_one_line"]}
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"rebattery": {"level": "INFO"}, "intake": {"level": "INFO"}, "grading": {"level": "INFO"}},
}
