"""Files sent with an application: added and taken back by the applicant while it can be changed, read by the office."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.files.actions import keep
from alunite.foundation.files.names import safe_name
from alunite.foundation.files.storing import Received
from alunite.programme.members.joining import queries
from alunite.programme.members.joining.actions import locked, refuse, tell
from alunite.programme.members.joining.models import LONGEST_VALUE, Document, Membership

# In these an application can be changed.
OPEN = ("enquiry", "queried")
MOST = 50


def add_document(
    membership: Membership,
    question: str,
    received: Received,
    name: str,
    *,
    actor: Actor,
    at: datetime | None = None,
) -> Document:
    """Add a file to an application, as an answer to one of its questions; now, if no other instant is said.

    Raises
    ------
    CannotDo
        If it has been submitted, asks for no files there, or has too many.
    Refused
        If the actor may not.
    """
    require(actor, "membership.applicant", membership)
    _pack, scheme = queries.pack_with_membership()
    if question not in {one.id for one in queries.asked_in_files(scheme)}:
        refuse("membership.not_offered", "This is not among what can be chosen.", field="question")
    with transaction.atomic():
        held = _changeable(membership)
        if Document.objects.filter(membership=held, withdrawn_at=None).count() >= MOST:
            refuse("membership.documents", "There are too many documents; take some back first.", most=MOST)
        content = keep(received, actor=actor)
        file_name = safe_name(name, received.media_type)[:LONGEST_VALUE]
        moment = at or timezone.now()
        made = Document.objects.create(
            membership=held, question=question, content=content, file_name=file_name, added_at=moment
        )
        said = {"document": str(made.pk), "question": question, "sha256": content.sha256, "name": file_name}
        tell("membership.document_added", held, said, actor, at=at)
    return made


def withdraw_document(document: Document, *, actor: Actor) -> Document:
    """Take a file back; once taken back it stays so. Errors as for `add_document`."""
    require(actor, "membership.applicant", document.membership)
    with transaction.atomic():
        held = _changeable(document.membership)
        found = Document.objects.select_for_update().get(pk=document.pk)
        if found.withdrawn_at is None:
            found.withdrawn_at = timezone.now()
            found.save(update_fields=["withdrawn_at"])
            tell("membership.document_withdrawn", held, {"document": str(found.pk), "name": found.file_name}, actor)
    return found


def _changeable(membership: Membership) -> Membership:
    held = locked(membership)
    if held.state not in OPEN:
        refuse("membership.submitted_already", "It has been submitted and is not changed any more.")
    return held
