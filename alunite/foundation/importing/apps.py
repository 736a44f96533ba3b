from __future__ import annotations

from django.apps import AppConfig


class ImportingConfig(AppConfig):
    name = "alunite.foundation.importing"
    label = "importing"
