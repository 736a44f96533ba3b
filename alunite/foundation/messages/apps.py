from __future__ import annotations

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "alunite.foundation.messages"
    # Django's own `messages` (what a page says once) has taken the plain label.
    label = "outbox"

    def ready(self) -> None:
        from alunite.foundation.messages import chores, holding, own_tasks  # noqa: F401, register themselves
        from alunite.foundation.messages.threads import leaving  # noqa: F401, registers itself
