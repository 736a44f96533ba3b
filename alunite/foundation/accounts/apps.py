from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "alunite.foundation.accounts"
    label = "accounts"

    def ready(self) -> None:
        from alunite.foundation.accounts import holding  # noqa: F401, what is held of people registers itself
