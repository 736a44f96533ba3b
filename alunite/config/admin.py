"""Every table, to be read: for the Secretariat, by its own eyes. Nothing can be added, changed or deleted here.

Fields of the classes `sealed` and `parties` are not shown, nor what the library's tables hold of secrets. A model is
here because it is installed; a new one needs nothing.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.db.models import Field, Model
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver

from alunite.foundation.accounts.policies import actor_for

HIDDEN_CLASSES = frozenset({"sealed", "parties"})
# Of tables that are not ours, what opens something or belongs to nobody's eyes.
HIDDEN_FIELDS = {
    "mfa.authenticator": {"data"},
    "sessions.session": {"session_key", "session_data"},
    "usersessions.usersession": {"session_key", "data"},
    "socialaccount.socialaccount": {"extra_data"},
    "socialaccount.socialapp": {"secret", "key", "settings", "client_id"},
    "socialaccount.socialtoken": {"token", "token_secret"},
    "account.emailconfirmation": {"key"},
    # What was typed as a name may be a password.
    "axes.accessattempt": {"username", "get_data", "post_data"},
    "axes.accesslog": {"session_hash"},
}
COLUMNS = 6
PER_PAGE = 50


def shown_fields(model: type[Model]) -> list[str]:
    """Return the fields of a model that may be shown."""
    classes: dict[str, str] = getattr(model, "field_classes", {})
    hidden = HIDDEN_FIELDS.get(model._meta.label_lower, set())  # noqa: SLF001, Django's own description of a model
    fields: list[Field[Any, Any]] = list(model._meta.concrete_fields)  # noqa: SLF001
    return [one.name for one in fields if classes.get(one.name) not in HIDDEN_CLASSES and one.name not in hidden]


class ReadOnly(ModelAdmin):  # type: ignore[type-arg]  # it takes no parameter when it runs
    """A table to be read."""

    actions = None
    list_per_page = PER_PAGE
    show_full_result_count = False
    ordering = ("-pk",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return what may be shown of a row."""
        del request, obj
        return shown_fields(self.model)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return all of it."""
        return self.get_fields(request, obj)

    def get_list_display(self, request: HttpRequest) -> Any:
        """Return the columns of a list: the row's key, and its first fields."""
        return ("opened", *self.get_fields(request)[:COLUMNS])

    def get_queryset(self, request: HttpRequest) -> Any:
        """Ask for the rows of other tables that a list names once, not once a row."""
        relations = {one.name for one in self.model._meta.concrete_fields if one.is_relation}  # noqa: SLF001
        named = [name for name in self.get_fields(request)[:COLUMNS] if name in relations]
        rows = super().get_queryset(request)
        return rows.select_related(*named) if named else rows

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        """Link the key to its row, where the key itself may be shown."""
        del request, list_display
        return None if self._key_is_hidden else ("opened",)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Let no address filter: what a filter finds tells, letter by letter, what a hidden field holds."""
        del lookup, value, request
        return False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show one row, where its key may be shown."""
        if self._key_is_hidden:
            raise Http404
        answer: HttpResponse = super().change_view(request, object_id, *args, **kwargs)
        return answer

    @property
    def _key_is_hidden(self) -> bool:
        key = self.model._meta.pk  # noqa: SLF001
        return key is None or key.name not in shown_fields(self.model)

    def opened(self, row: Model) -> str:
        """Return the key of a row, which leads to the row."""
        return "…" if self._key_is_hidden else str(row.pk)

    opened.short_description = "row"  # type: ignore[attr-defined]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let whoever came as far as here read."""
        del obj
        return self.admin_site.has_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Let whoever came as far as here see what tables there are."""
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let nobody add."""
        del request
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let nobody change."""
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let nobody delete."""
        del request, obj
        return False


class ReadingRoom(AdminSite):
    """The tables, for people of the Secretariat; for everybody else the address does not exist."""

    site_header = site_title = "Alunite, every table, to be read"
    site_url = "/"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Tell whether the person works for the Secretariat; asked for each table, looked up once."""
        if not hasattr(request, "reads_tables"):
            request.reads_tables = actor_for(request.user).is_secretariat  # type: ignore[attr-defined]
        return bool(request.reads_tables)  # type: ignore[attr-defined]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Lead the public to the sign-in page, tell strangers that nothing is here, and refuse every change."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.has_permission(request):
                raise Http404
            if request.method not in {"GET", "HEAD"}:
                return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
            answer: HttpResponse = inner(request, *args, **kwargs)
            return answer

        return guarded

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Leave out signing in, passwords and whatever else is done elsewhere."""
        elsewhere = {
            "login",
            "logout",
            "password_change",
            "password_change_done",
            "view_on_site",
            "autocomplete",
        }
        return [one for one in super().get_urls() if getattr(one, "name", None) not in elsewhere]


site = ReadingRoom(name="admin")
for _model in apps.get_models():
    site.register(_model, ReadOnly)
