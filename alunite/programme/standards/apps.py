from __future__ import annotations

from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "alunite.programme.standards"
    label = "standards"

    def ready(self) -> None:
        from alunite.programme.standards import publish, reactions  # noqa: F401, register themselves
