"""Settings, all from the environment; every one is described in docs/reference/settings.md."""

from __future__ import annotations

import re
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

from alunite.config import logs
from alunite.foundation.keys.installation import Installation
from alunite.foundation.messages.addresses import mail_server

env = Env()

PACKAGE = Path(__file__).resolve().parent.parent
REPOSITORY = PACKAGE.parent

ALUNITE_HOME = Path(env.str("ALUNITE_HOME", "var") or "var").expanduser().resolve()
INSTALLATION = Installation(ALUNITE_HOME)

try:
    ALUNITE_TODAY = date.fromisoformat(env.str("ALUNITE_TODAY")) if env.str("ALUNITE_TODAY", "") else None
except ValueError as error:
    raise ImproperlyConfigured(f"ALUNITE_TODAY: expected a day such as 2026-11-22; {error}") from error

# Set by `alunite demo` for itself: made-up accounts, mail on a page.
ALUNITE_DEMO = env.str("ALUNITE_DEMO", "") == "true"

# Where people reach the site. With https, cookies and redirects are strict; without, this is a machine of one's own.
ALUNITE_ORIGIN = env.str("ALUNITE_ORIGIN", "").rstrip("/")
_origin = urlsplit(ALUNITE_ORIGIN)
if ALUNITE_ORIGIN and (_origin.scheme not in {"http", "https"} or not _origin.hostname):
    raise ImproperlyConfigured("ALUNITE_ORIGIN: expected an address such as https://register.example.org")
_https = _origin.scheme == "https"

DEBUG = False
# Empty until `init` has made or found a master key; Django then refuses whatever needs it, and
# commands that need no secret (`history verify`) still run.
SECRET_KEY = INSTALLATION.derived_secret("django-secret-key") or ""

ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
if _origin.hostname:
    ALLOWED_HOSTS.append(_origin.hostname)
CSRF_TRUSTED_ORIGINS = [ALUNITE_ORIGIN] if ALUNITE_ORIGIN else []

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "axes",
    "csp",
    "alunite.foundation.keys",
    "alunite.foundation.history",
    "alunite.foundation.accounts",
    "alunite.foundation.files",
    "alunite.foundation.messages",
    "alunite.foundation.importing",
    "alunite.foundation.publications",
    "alunite.foundation.decisions",
    "alunite.foundation.merging",
    "alunite.foundation.adoption",
    "alunite.programme.members",
    "alunite.programme.standards",
    "alunite.programme.assessments",
    "alunite.programme.audits",
    "alunite.programme.certificates",
    "alunite.society.impact",
    "alunite.front.inbox",
    "alunite.front.register",
]

MIDDLEWARE = [
    "alunite.config.observing.ObserveRequests",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "alunite.config.speaking.SpeakAsAddressed",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "alunite.foundation.accounts.middleware.SecondFactorRequired",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "alunite.config.urls"
WSGI_APPLICATION = "alunite.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "alunite.front.register.context.site",
            ],
            "libraries": {"request_ids": "alunite.config.request_ids"},
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.insert(0, "django.forms")

# Not through an address: in one, a home with a #, ? or % would name another file.
DATABASES: dict[str, dict[str, Any]] = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(ALUNITE_HOME / "alunite.sqlite3")}
}
if env.str("DATABASE_URL", ""):
    try:
        DATABASES = {"default": dict(env.dj_db_url("DATABASE_URL"))}
    except (EnvError, ValueError) as error:
        expected = "postgresql://user:password@host:port/name, or unset for SQLite"
        raise ImproperlyConfigured(f"DATABASE_URL: expected {expected}") from error
try:
    # `wsgi.py` sets it: somebody in front of a page waits less than a command does.
    ALUNITE_WEB_LOCK_SECONDS = env.float("ALUNITE_WEB_LOCK_SECONDS", 5)
except EnvError as error:
    raise ImproperlyConfigured("ALUNITE_WEB_LOCK_SECONDS: expected a number of seconds") from error
if ALUNITE_WEB_LOCK_SECONDS < 0:
    raise ImproperlyConfigured("ALUNITE_WEB_LOCK_SECONDS: expected a number of seconds, 0 or more")
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Measured in stack.md 6: writers queue instead of failing, readers are never blocked.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;",
    }
    # To open the file and set it up takes longer than a query of a page.
    DATABASES["default"]["CONN_MAX_AGE"] = 60
elif DATABASES["default"]["ENGINE"].endswith("postgresql"):
    DATABASES["default"]["ENGINE"] = "alunite.config.postgresql"
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
else:
    raise ImproperlyConfigured("DATABASE_URL: expected PostgreSQL, or unset for SQLite")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
try:
    # A demonstration's people can sign in with nothing but their password.
    ALUNITE_SECOND_FACTOR = env.bool("ALUNITE_SECOND_FACTOR", True) and not ALUNITE_DEMO
    ALUNITE_REVIEW_DAYS = env.int("ALUNITE_REVIEW_DAYS", 180)
except EnvError as error:
    raise ImproperlyConfigured(f"expected true or false, or a number of days; {error}") from error
ACCOUNT_ADAPTER = "alunite.foundation.accounts.adapter.ClosedAccountAdapter"
MFA_ADAPTER = "alunite.foundation.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "authenticate": "alunite.foundation.accounts.forms.CodeForm",
    "reauthenticate": "alunite.foundation.accounts.forms.ConfirmingCodeForm",
}
MFA_TOTP_ISSUER = _origin.hostname or "Alunite"
# Browsers offer passkeys without https on this machine itself only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _https
USERSESSIONS_ADAPTER = "alunite.foundation.accounts.adapter.SessionsAdapter"
SOCIALACCOUNT_ADAPTER = "alunite.foundation.accounts.adapter.SingleSignOnAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
# Linking a provider adds a way to sign in, like a second factor.
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True
ALUNITE_OIDC_SERVER = env.str("ALUNITE_OIDC_SERVER", "").rstrip("/")
_provider = urlsplit(ALUNITE_OIDC_SERVER)
if ALUNITE_OIDC_SERVER:
    if _provider.scheme != "https" and _provider.hostname not in {"127.0.0.1", "localhost"}:
        raise ImproperlyConfigured("ALUNITE_OIDC_SERVER: expected the provider's address, with https")
    SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "sso",
                    "name": env.str("ALUNITE_OIDC_NAME", "single sign-on"),
                    "client_id": env.str("ALUNITE_OIDC_CLIENT_ID", ""),
                    "secret": env.str("ALUNITE_OIDC_CLIENT_SECRET", ""),
                    "settings": {"server_url": ALUNITE_OIDC_SERVER},
                }
            ],
        }
    }
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account_home"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

# Brute force: after five wrong passwords for one name from one address, a pause of a quarter of an hour.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "alunite.foundation.accounts.addresses.client_address"
AXES_USERNAME_FORM_FIELD = "login"
# What was typed as a name may be a password: it is counted by a digest, and kept nowhere.
AXES_USERNAME_CALLABLE = "alunite.foundation.accounts.sign_ins.counted_name"
AXES_SENSITIVE_PARAMETERS = ["login"]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_VERBOSE = False
# Who signed in from where is not kept for ever; history will say that somebody did, without the address.
AXES_DISABLE_ACCESS_LOG = True

# How long a proposal waits for the second person before it lapses.
try:
    ALUNITE_DECISION_DAYS = env.int("ALUNITE_DECISION_DAYS", 14)
except EnvError as error:
    raise ImproperlyConfigured("ALUNITE_DECISION_DAYS: expected a number of days, 1 or more") from error
if ALUNITE_DECISION_DAYS < 1:
    raise ImproperlyConfigured("ALUNITE_DECISION_DAYS: expected a number of days, 1 or more")

# Each process counts for itself what may be done how often: limits that must be exact, of wrong passwords and codes, are
# counted in the database. A cache shared by processes would unpickle what stands in a file or a table, so whoever can
# write there could run code beside the master key. docs/how-to/deploy.md gives the numbers, and what a proxy can add.
# What is counted stands by itself: a cache that is full forgets, and pictures and pages, which anybody can ask for in
# any number, may not make it forget who asked how often.
_IN_THIS_PROCESS = "django.core.cache.backends.locmem.LocMemCache"
CACHES = {
    "default": {"BACKEND": _IN_THIS_PROCESS, "LOCATION": "counts", "OPTIONS": {"MAX_ENTRIES": 50_000}},
    "made": {"BACKEND": _IN_THIS_PROCESS, "LOCATION": "made", "OPTIONS": {"MAX_ENTRIES": 300}},
}

# Not "en-gb": with it every sentence is looked up in six catalogues that have nothing but Django's own.
LANGUAGE_CODE = "en"
# English stands at the plain addresses, every other language below its own: /fr/register/.
LANGUAGES = [("en", "English"), ("fr", "Français")]
FORMAT_MODULE_PATH = ["alunite.config.formats"]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = ALUNITE_HOME / "static"
STATICFILES_DIRS = [PACKAGE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "alunite.config.static_files.StaticFiles"},
}
# What esbuild names by its content never changes, and neither does what Django does.
WHITENOISE_IMMUTABLE_FILE_TEST = r"(^.+\.[0-9a-f]{12}\..+$|/built/chunk-[0-9A-Z]{8}\.)"
# Contents by SHA-256. Nothing below it is served by an address: a room's view asks who may first.
MEDIA_ROOT = ALUNITE_HOME / "files"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        # Signing in at the provider begins with a form of ours.
        "form-action": ["'self'", *([f"{_provider.scheme}://{_provider.netloc}"] if ALUNITE_OIDC_SERVER else [])],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_SSL_REDIRECT = _https
# What watches the site asks the server itself, behind whatever ends TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
try:
    ALUNITE_BEHIND_PROXY = env.bool("ALUNITE_BEHIND_PROXY", False)
except EnvError as error:
    raise ImproperlyConfigured("ALUNITE_BEHIND_PROXY: expected true or false") from error
if ALUNITE_BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Of the program; part of what tells one answer of the API from another.
ALUNITE_VERSION = metadata.version("alunite")

# How often one client may ask the public API in a minute; 0 for as often as it likes.
try:
    ALUNITE_API_REQUESTS_A_MINUTE = env.int("ALUNITE_API_REQUESTS_A_MINUTE", 600)
except EnvError as error:
    raise ImproperlyConfigured("ALUNITE_API_REQUESTS_A_MINUTE: expected a whole number, 0 for no limit") from error


# Whoever sends mail writes it into the outbox; `alunite worker` hands it over, to this server or into these files.
EMAIL_BACKEND = "alunite.foundation.messages.backend.Outbox"
EMAIL_FILE_PATH = ALUNITE_HOME / "mail"
try:
    MAIL_SERVER = mail_server(env.str("ALUNITE_MAIL_URL", ""))
except ValueError as error:
    raise ImproperlyConfigured(f"ALUNITE_MAIL_URL: {error}") from error
DEFAULT_FROM_EMAIL = env.str("ALUNITE_MAIL_FROM", "") or f"Alunite <no-reply@{_origin.hostname or 'localhost'}>"
try:
    ALUNITE_MAIL_KEPT_DAYS = env.int("ALUNITE_MAIL_KEPT_DAYS", 30)
except EnvError as error:
    raise ImproperlyConfigured("ALUNITE_MAIL_KEPT_DAYS: expected a number of days") from error

# Where readers' corrections go, as mail.
ALUNITE_CORRECTIONS_TO = env.str("ALUNITE_CORRECTIONS_TO", "") or ("corrections@localhost" if ALUNITE_DEMO else "")
if ALUNITE_CORRECTIONS_TO and not re.fullmatch(r"[^@\s]+@[^@\s]+", ALUNITE_CORRECTIONS_TO):
    raise ImproperlyConfigured("ALUNITE_CORRECTIONS_TO: expected an e-mail address, or nothing")

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# Whoever sends them and wherever to: files larger than this takes are not even written into temporary files.
FILE_UPLOAD_HANDLERS = ["alunite.foundation.importing.uploads.BoundedUpload"]

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# A site on https is somebody's, and is watched; a trial on one's own machine is quiet and read by people.
_log_level = env.str("ALUNITE_LOG_LEVEL", "") or ("INFO" if _https else "WARNING")
if _log_level not in LOG_LEVELS:
    raise ImproperlyConfigured(f"ALUNITE_LOG_LEVEL: expected one of {', '.join(LOG_LEVELS)}")
_log_style = env.str("ALUNITE_LOG_STYLE", "") or (logs.JSON if _https else logs.TEXT)
if _log_style not in logs.STYLES:
    raise ImproperlyConfigured(f"ALUNITE_LOG_STYLE: expected one of {', '.join(logs.STYLES)}")
LOGGING = logs.settings_for(_log_style, _log_level)

ALUNITE_METRICS_TOKEN = env.str("ALUNITE_METRICS_TOKEN", "")
if ALUNITE_METRICS_TOKEN and (len(ALUNITE_METRICS_TOKEN) < 20 or not ALUNITE_METRICS_TOKEN.isascii()):
    raise ImproperlyConfigured("ALUNITE_METRICS_TOKEN: expected at least 20 random ASCII characters, or nothing")
