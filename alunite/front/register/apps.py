from __future__ import annotations

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "alunite.front.register"
    label = "register"

    def ready(self) -> None:
        from alunite.front.register import projector  # noqa: F401, registers itself
