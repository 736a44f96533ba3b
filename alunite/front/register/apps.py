from __future__ import annotations

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "alunite.front.register"
    label = "register"

    def ready(self) -> None:
        from alunite.front.register import checks, projector  # noqa: F401, register themselves
