"""Keeping a file, killed at any moment: no row without its file, and what is left over goes."""

from __future__ import annotations

import os
import random
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from alunite.config.commands.common import writing
from alunite.foundation.accounts.policies import OPERATOR, SYSTEM
from alunite.foundation.files.actions import clear_left_over, keep
from alunite.foundation.files.models import Content
from alunite.foundation.files.storing import folder, path_of, receiving, stored_files
from alunite.foundation.history.models import Entry
from tests.operation.test_killed import MOMENTS_AT_FULL_LENGTH, assert_whole, base, in_a_process, place

__all__ = ["base", "place"]  # fixtures

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are made by fork")
SENT = b"%PDF-1.7\nmade up, and sent once\n"


def run_keep(_folder: Path) -> None:
    """Keep a file as an action of a room does, and seal as a command does."""
    with receiving([SENT[:9], SENT[9:]]) as received, writing():
        keep(received, actor=OPERATOR)


def contents() -> list[str]:
    return list(Content.objects.values_list("pk", flat=True))


def clear_a_day_later() -> None:
    at = (timezone.now() - timedelta(hours=25)).timestamp()
    for path in stored_files():
        os.utime(path, (at, at))
    clear_left_over(actor=SYSTEM)


@pytest.mark.soak
def test_killed_at_any_moment_no_row_is_without_its_file_and_what_is_left_over_goes(place, tmp_path, soak, capfd):
    with place():
        total = in_a_process(run_keep, tmp_path, moment=0)
        [wanted] = contents()
        assert_whole()
    # Three times something is forced to the disk before the first statement, each with a moment before and after it.
    assert total > 12
    share = soak / 4 if connection.vendor == "sqlite" else soak / 8
    number = min(max(round(MOMENTS_AT_FULL_LENGTH * share), 1), total)
    left = 0
    for moment in sorted(random.Random(f"keep {number}").sample(range(1, total + 1), number)):
        with place():
            assert in_a_process(run_keep, tmp_path, moment) == 0, f"it was not killed at moment {moment} of {total}"
            assert_whole()
            left += len(list(stored_files())) - len(contents())
            clear_a_day_later()
            assert list(stored_files()) == [path_of(key) for key in contents()], f"moment {moment} of {total}"
            assert Entry.objects.filter(kind="content.kept").count() == len(contents())
            in_a_process(run_keep, tmp_path, moment=0)
            assert contents() == [wanted]
            assert list(stored_files()) == [path_of(wanted)]
            assert_whole()
            assert path_of(wanted).parent.parent == folder()
    assert left > 0 or number < total, "no process was killed while it kept anything"
