"""Several who send the same bytes in the same moment."""

from __future__ import annotations

import hashlib
import threading

from django.db import connection

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.files.actions import keep
from alunite.foundation.files.checks import check_contents
from alunite.foundation.files.models import Content
from alunite.foundation.files.storing import receiving
from alunite.foundation.files.tests.files import PDF
from alunite.foundation.history.models import Entry


def test_many_who_send_the_same_at_once_keep_it_once(committed_db):
    done: list[str] = []
    together = threading.Barrier(3)

    def send() -> None:
        try:
            with receiving([PDF]) as received:
                together.wait(10)
                done.append(keep(received, actor=OPERATOR).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert done == [hashlib.sha256(PDF).hexdigest()] * 3
    assert Content.objects.count() == Entry.objects.filter(record_type="content").count() == 1
    assert list(check_contents()) == []
