"""How far to trust a value, in words: the notes that stand beside what a scheme says."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alunite.foundation.core.judgement import OURS, Reason, Trust

TRUST_WORDS = {
    Trust.READ: gettext_lazy("read"),
    Trust.CUT: gettext_lazy("broke off"),
    Trust.KNOWN: gettext_lazy("general knowledge"),
    Trust.DESIGN: gettext_lazy("our default"),
}


def host(url: str) -> str:
    """Return the host of an address without its `www`.

    >>> host("https://www.example.org/page"), host("")
    ('example.org', '')
    """
    return (urlsplit(url).hostname or "").removeprefix("www.")


def trust_word(trust: str, origin: str, scheme_id: str) -> str:
    """Return the note of a trust in a word or two, for a row; the note itself stands once beside the rows."""
    if trust != Trust.READ or (origin and origin == scheme_id):
        return str(TRUST_WORDS[Trust(trust)])
    return str(TRUST_WORDS[Trust.DESIGN] if origin == OURS else _("reported"))


def trust_note(trust: str, origin: str, source: str, *, scheme_id: str, owner: str) -> tuple[str, bool]:
    """Return the note a value's trust asks for, and whether it may be shown as the scheme's own."""
    name = scheme_id.upper() or owner
    if trust == Trust.READ and origin and origin == scheme_id:
        return _("read at %(owner)s") % {"owner": name}, True
    if trust == Trust.READ and origin != OURS:
        return _("reported by %(source)s") % {"source": host(source) or _("a third party")}, False
    if trust == Trust.CUT:
        return _("source broke off; completed by us"), False
    if trust == Trust.KNOWN:
        return _("general knowledge, not checked against %(owner)s’s text") % {"owner": name}, False
    return _("our default, not %(owner)s’s") % {"owner": name}, False


def reason_note(reason: Reason, *, scheme_id: str, owner: str) -> tuple[str, bool]:
    """Return the note of a reason, and whether it may be shown as the scheme's own."""
    return trust_note(str(reason.trust), reason.origin, reason.source, scheme_id=scheme_id, owner=owner)
