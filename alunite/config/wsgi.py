"""The web application, for granian or any other WSGI server."""

from __future__ import annotations

import ctypes
import gc
import os
import sys

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections

# Of Linux' mallopt, and what is said with them.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
KILOBYTE = 1024
# Of the database's pages SQLite keeps so many kilobytes for each thread; the system keeps the file for all of them.
SQLITE_CACHE = 500

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alunite.config.settings")


def give_back_memory() -> None:
    """Let what one thread has freed be used by the others, and what is large be given back to the system.

    By itself the C library keeps a heap for each thread, each as large as the largest answer it ever made. Here rather
    than in the environment, so that it holds whoever starts the server and however. Other C libraries have no such heaps.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)
        mallopt(M_TRIM_THRESHOLD, 1024 * KILOBYTE)
        mallopt(M_MMAP_THRESHOLD, 512 * KILOBYTE)


give_back_memory()
application = get_wsgi_application()

if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    options = connections.settings["default"]["OPTIONS"]
    # A command waits long for its turn to write. Whoever waits for a page is told that the database is busy instead.
    options["timeout"] = settings.ALUNITE_WEB_LOCK_SECONDS
    options["init_command"] += f"PRAGMA cache_size=-{SQLITE_CACHE};"

# What was loaded stays. Python looks for what can be thrown away when a share of all it knows is new; of what is loaded
# it need not, so that it looks before so much has come together.
gc.collect()
gc.freeze()
