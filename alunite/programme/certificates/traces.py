"""Where else what is published of certificates and events stands, for whoever has to take it out."""

from __future__ import annotations

from collections.abc import Sequence

from alunite.foundation.decisions.acts import Beneath, stands_beneath
from alunite.foundation.publications.queries import told_in
from alunite.programme.certificates.models import CertificationEvent

CERTIFICATE, EVENT = "certificate", "certification_event"


@stands_beneath(CERTIFICATE)
def beneath_certificates(subjects: Sequence[str]) -> Beneath:
    """Return the events a certificate is told by, other certificates' words of them, and the entries that state them."""
    events = list(CertificationEvent.objects.filter(certificate__in=subjects).values_list("pk", flat=True))
    return Beneath(
        records=[(EVENT, pk) for pk in events],
        publications=told_in(CERTIFICATE, events),
        entries=[*((EVENT, pk) for pk in events), *((CERTIFICATE, pk) for pk in subjects)],
    )


@stands_beneath(EVENT)
def beneath_events(subjects: Sequence[str]) -> Beneath:
    """Return the certificates that tell of events, those that once told of them, and the entries that state these."""
    certificates = CertificationEvent.objects.filter(pk__in=subjects).exclude(certificate=None)
    return Beneath(
        records=[(CERTIFICATE, pk) for pk in certificates.values_list("certificate_id", flat=True) if pk],
        publications=told_in(CERTIFICATE, subjects),
        entries=[(EVENT, pk) for pk in subjects],
    )
