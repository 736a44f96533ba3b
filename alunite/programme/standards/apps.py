from __future__ import annotations

from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "alunite.programme.standards"
    label = "standards"

    def ready(self) -> None:
        from alunite.programme.standards import publish  # noqa: F401, PLC0415, registers its kinds
