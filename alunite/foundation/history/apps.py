from __future__ import annotations

from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "alunite.foundation.history"
    label = "history"
    default_auto_field = "django.db.models.BigAutoField"
