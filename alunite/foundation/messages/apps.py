from __future__ import annotations

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "alunite.foundation.messages"
    # Django's own `messages` (what a page says once) has taken the plain label.
    label = "outbox"

    def ready(self) -> None:
        from alunite.foundation.messages import chores, holding  # noqa: F401, jobs and personal data register themselves
