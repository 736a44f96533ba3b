from __future__ import annotations

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    name = "alunite.programme.certificates"
    label = "certificates"

    def ready(self) -> None:
        from alunite.programme.certificates import importer, merging, publish, reactions, traces  # noqa: F401, register themselves
