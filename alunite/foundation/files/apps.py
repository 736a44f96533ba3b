from __future__ import annotations

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "alunite.foundation.files"
    label = "files"

    def ready(self) -> None:
        from alunite.foundation.files import checks  # noqa: F401, registers with verification and doctor
