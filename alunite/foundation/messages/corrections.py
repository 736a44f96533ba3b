"""What readers say is wrong: a mail to whoever corrects, and nothing else.

Until there is a room for enquiries, what was sent lives as long as any mail does: its text until it is sent, and the rest
until old mail is forgotten. History keeps nothing of it: it would grow by whatever strangers type.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext, override, pgettext

HOUR = 3600
MOST_OF_ONE = 5
MOST_OF_ALL = 100


class TooMany(Exception):
    """More corrections were sent in this hour than are taken: by this sender, or by all together."""

    def __init__(self, *, by_all: bool) -> None:
        super().__init__("by all" if by_all else "by this sender")
        self.by_all = by_all


class NobodyCorrects(Exception):
    """The operator has not said where corrections go."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a reader says.

    Parameters
    ----------
    about, address : str
        Name of the record it is about, and its whole address; empty where it is about none.
    wrong, right, source, email : str
        As typed; only `wrong` is always said.
    language : str
        The language its pages were read in, so that an answer can be written in it.
    """

    about: str
    address: str
    wrong: str
    right: str
    source: str
    email: str
    language: str


def takes_corrections() -> bool:
    """Tell whether there is anybody to send them to."""
    return bool(settings.ALUNITE_CORRECTIONS_TO)


def send_correction(said: Correction, *, sender: str) -> None:
    """Write what a reader says into the outbox. Anybody may, only so often in an hour.

    Parameters
    ----------
    sender : str
        By what one sender is told from another; counted for an hour by this process, and kept nowhere else.

    Raises
    ------
    NobodyCorrects
        If the operator has not said where corrections go.
    TooMany
        If this sender, or all together, have sent as many in this hour as are taken.
    """
    if not takes_corrections():
        raise NobodyCorrects
    if not _counts(f"of:{sender}", MOST_OF_ONE):
        raise TooMany(by_all=False)
    if not _counts("all", MOST_OF_ALL):
        raise TooMany(by_all=True)
    # Whoever corrects reads the language of the installation, not the one its page was read in.
    with override(settings.LANGUAGE_CODE), transaction.atomic():
        subject = gettext("Correction: %(about)s") % {"about": said.about or pgettext("web site", "the site")}
        body = render_to_string("messages/correction.txt", {"said": said})
        send_mail(subject, body, None, [settings.ALUNITE_CORRECTIONS_TO])


def _counts(sender: str, most: int) -> bool:
    """Count one more of a sender in this clock hour; tell whether it is taken."""
    key = f"corrections:{sender}:{int(time.time()) // HOUR}"
    cache.add(key, 0, HOUR)
    try:
        return bool(cache.incr(key) <= most)
    except ValueError:  # it went out of the cache between the two
        return True
