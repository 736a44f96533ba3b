"""Adding, changing and withdrawing evidence. Nothing is deleted: what an auditor may have seen stays findable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from alunite.foundation.accounts.models import Organisation
from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.files.actions import keep
from alunite.foundation.files.names import safe_name
from alunite.foundation.files.storing import Received
from alunite.foundation.history import editing
from alunite.foundation.history.actions import record
from alunite.programme.assessments.actions import Fault, Faulty
from alunite.programme.assessments.evidence.queries import SHORT, criteria_of, values_of
from alunite.programme.assessments.evidence.rules import Words, faults_of
from alunite.programme.assessments.models import Assessment, Evidence, EvidenceLink

RECORD_TYPE = "evidence"


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that came in, and what it was called."""

    received: Received
    name: str

    @property
    def safe_name(self) -> str:
        """Name to store and to save it under."""
        return safe_name(self.name, self.received.media_type)


@dataclass(frozen=True, slots=True)
class Given:
    """All that a form says of a piece of evidence.

    Parameters
    ----------
    words : Words
        What is said of it.
    criteria : mapping of str to tuple of str
        Numbers of criteria by the id of a self assessment; of assessments not named here nothing changes.
    file, public_file : Sent or None
        None leaves what is there.
    """

    words: Words
    criteria: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    file: Sent | None = None
    public_file: Sent | None = None


def add_evidence(organisation: Organisation, given: Given, *, actor: Actor) -> Evidence:
    """Keep a piece of evidence of an organisation.

    Raises
    ------
    Faulty
        With every fault; nothing is kept.
    Refused
        If the actor may not.
    """
    require(actor, "evidence.write", organisation.pk)
    evidence = Evidence(organisation=organisation, added_by_id=actor.person_id)
    _check(evidence, given)
    with transaction.atomic():
        _fill(evidence, given, actor)
        evidence.save(force_insert=True)
        _link(evidence, given.criteria)
        _record("evidence.added", evidence, values_of(evidence, criteria_of(evidence)), actor)
    return evidence


def edit_evidence(evidence: Evidence, given: Given, *, mark: str, actor: Actor) -> Evidence:
    """Change a piece of evidence as a form says that was opened when `mark` was made.

    Raises
    ------
    Stale
        If somebody else changed it since; nothing is saved.
    NoMark
        If the mark is not one of this evidence.
    Faulty, Refused
        As `add_evidence`; also for one that was withdrawn.
    """
    require(actor, "evidence.write", evidence.organisation_id)
    with transaction.atomic():
        held = Evidence.objects.select_for_update().get(pk=evidence.pk)
        _check(held, given)
        before = values_of(held, criteria_of(held))
        changed = editing.check(mark, RECORD_TYPE, held.pk, now=before, yours=_yours(held, before, given))
        if changed:
            _fill(held, given, actor)
            held.save()
            _link(held, given.criteria)
            said = {"before": {name: before[name] for name in changed}, "after": changed}
            record("evidence.edited", record_type=RECORD_TYPE, record_id=held.pk, payload=said, actor=actor.label)
    return held


def withdraw_evidence(evidence: Evidence, *, reason: str, actor: Actor) -> None:
    """Take a piece of evidence back: it speaks to no criterion any more, and stays findable with the reason.

    Raises
    ------
    Faulty
        Without a reason.
    Refused
        If the actor may not.
    """
    require(actor, "evidence.write", evidence.organisation_id)
    if not reason.strip():
        raise Faulty([Fault("reason", "", _("a reason"))])
    with transaction.atomic():
        held = Evidence.objects.select_for_update().get(pk=evidence.pk)
        if held.withdrawn_at is not None:
            return
        before = values_of(held, criteria_of(held))
        held.links.all().delete()
        held.withdrawn_at, held.withdrawn_because = timezone.now(), reason.strip()
        held.save(update_fields=["withdrawn_at", "withdrawn_because"])
        _record("evidence.withdrawn", held, {**before, "reason": held.withdrawn_because}, actor)


def _check(evidence: Evidence, given: Given) -> None:
    pack = current_pack()
    schemes = {one.id for one in pack.recognition.schemes} if pack.recognition else set()
    found = faults_of(
        given.words,
        has_file=bool(given.file or evidence.content_id),
        has_public_copy=bool(given.public_file or evidence.public_content_id),
        schemes=schemes,
    )
    faults = [Fault(place, "", expected) for place, expected in found]
    if evidence.withdrawn_at is not None:
        faults.append(Fault("", evidence.title, _("evidence that was not withdrawn")))
    assessments = Assessment.objects.filter(pk__in=given.criteria, organisation_id=evidence.organisation_id)
    standards = dict(assessments.values_list("pk", "standard"))
    for assessment, numbers in given.criteria.items():
        standard = pack.standard(standards.get(assessment, ""))
        known = {one.number for one in standard.criteria} if standard else set()
        unknown = [number for number in numbers if number not in known]
        if unknown:
            expected = _("numbers of criteria; there is no %(numbers)s") % {"numbers": ", ".join(unknown)}
            faults.append(Fault(f"criteria_{assessment}", ", ".join(unknown), expected))
    if faults:
        raise Faulty(faults)


def _fill(evidence: Evidence, given: Given, actor: Actor) -> None:
    for name, value in asdict(given.words).items():
        setattr(evidence, name, value)
    if given.file:
        evidence.content, evidence.file_name = keep(given.file.received, actor=actor), given.file.safe_name
    if given.public_file:
        evidence.public_content = keep(given.public_file.received, actor=actor)
        evidence.public_file_name = given.public_file.safe_name


def _link(evidence: Evidence, criteria: Mapping[str, Sequence[str]]) -> None:
    """Let the evidence speak to these criteria of the assessments named, and to no others of them."""
    wanted = {(assessment, number) for assessment, numbers in criteria.items() for number in numbers}
    held = EvidenceLink.objects.filter(evidence=evidence, assessment__in=criteria)
    there = {(link.assessment_id, link.number): link.pk for link in held}
    EvidenceLink.objects.filter(pk__in=[key for pair, key in there.items() if pair not in wanted]).delete()
    EvidenceLink.objects.bulk_create(
        EvidenceLink(evidence=evidence, assessment_id=assessment, number=number)
        for assessment, number in sorted(wanted - there.keys())
    )


def _yours(evidence: Evidence, before: Mapping[str, str], given: Given) -> dict[str, str]:
    """Return what was sent, in the words of `values_of`; what was not sent is as it stands."""
    said = values_of(Evidence(**asdict(given.words)), {**criteria_of(evidence), **given.criteria})
    for name, sent in (("file", given.file), ("public_file", given.public_file)):
        said[name] = f"{sent.safe_name} ({sent.received.sha256[:SHORT]})" if sent else before[name]
    return said


def _record(kind: str, evidence: Evidence, said: Mapping[str, str], actor: Actor) -> None:
    payload = {"organisation": str(evidence.organisation_id), **said}
    record(kind, record_type=RECORD_TYPE, record_id=evidence.pk, payload=payload, actor=actor.label)
