"""The web application, for granian or any other WSGI server."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alunite.config.settings")

application = get_wsgi_application()

# A command waits long for its turn to write. Whoever waits for a page is told that the database is busy instead.
if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    connections.settings["default"]["OPTIONS"]["timeout"] = settings.ALUNITE_WEB_LOCK_SECONDS
