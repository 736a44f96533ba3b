"""Saying what holds at a site otherwise than the answer for all. One action: policy, rule, one transaction, history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from alunite.foundation.accounts.models import Organisation, Person
from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.history.actions import Change, record_many
from alunite.foundation.history.models import Entry
from alunite.programme.assessments.actions import (
    EXPECTED_DAY,
    LONGEST_SHOWN,
    MOST_AT_ONCE,
    Fault,
    Faulty,
    begin_alone,
    is_day,
    managers_among,
    refuse_stale,
)
from alunite.programme.assessments.models import (
    LONGEST_TEXT,
    Assessment,
    EvidenceLink,
    ScopeFacility,
    SiteAnswer,
    SiteEvidence,
)
from alunite.programme.assessments.sites.queries import evidence_of, values_of
from alunite.programme.assessments.sites.rules import SITE_FIELDS

RECORD_TYPE = "site_answer"
_COLUMNS = ("level", "text", "gap", "gap_due", "gap_owner", "version", "saved_at", "saved_by")

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SiteAnswerGiven:
    """What is to be changed of what a site says of a criterion: only the fields that stand in `values`.

    Parameters
    ----------
    number, facility : str
        Of the criterion, and id of the facility.
    version : int
        The version that was seen; 0 where there was none.
    values : mapping of str to str
        Of `SITE_FIELDS`, each as text; an empty one says the same as the answer for all.
    """

    number: str
    facility: str
    version: int
    values: Mapping[str, str]

    @property
    def place(self) -> str:
        """What faults call it."""
        return f"{self.number}/{self.facility}"


def save_site_answers(
    assessment: Assessment, given: Sequence[SiteAnswerGiven], *, actor: Actor, at: datetime | None = None
) -> dict[Pair, tuple[SiteAnswer, dict[str, str]]]:
    """Save what sites say otherwise, all or none; return each with its values as they stand now, by number and facility.

    Two people may change different fields at once, and both stand; of one field, the second is told.

    Raises
    ------
    Faulty
        With every fault of what was sent.
    StaleAnswer
        With every field that somebody else changed since the version that was seen; by number and facility.
    Refused
        If the actor may not.
    """
    require(actor, "scopes.write", assessment.organisation_id)
    moment = at or timezone.now()
    with transaction.atomic():
        pack, covered = current_pack(), _covered(assessment)
        standard = pack.standard(assessment.standard)
        numbers = {one.number for one in standard.criteria} if standard else set()
        pairs = {pair for one in given if (pair := _pair(one))[0] in numbers}
        begin_alone(assessment)
        found = SiteAnswer.objects.select_for_update().filter(
            assessment=assessment,
            number__in={number for number, _ in pairs},
            facility__in=[UUID(facility) for _, facility in pairs if facility in covered],
        )
        held = {pair: one for one in found if (pair := (one.number, str(one.facility_id))) in pairs}
        links = _links(assessment, pairs)
        levels = {one.id for one in pack.assessments.levels} if pack.assessments else set()
        _check(assessment, given, held, Known(numbers, levels, covered, links))
        evidence = evidence_of(assessment, pairs)
        now = {one.place: values_of(held.get(pair), evidence[pair]) for one in given if (pair := _pair(one))}
        seen = _seen(assessment, given, held, now)
        meant = {
            one.place: {name: text for name, text in _in_order(one).items() if text != seen[one.place].get(name)}
            for one in given
        }
        refuse_stale(meant, seen, now)
        changed = [
            (_pair(one), meant[one.place])
            for one in given
            if any(now[one.place][name] != text for name, text in meant[one.place].items())
        ]
        for pair, wishes in changed:
            answer = held.get(pair)
            if answer is None:
                number, facility = pair
                answer = held[pair] = SiteAnswer(assessment=assessment, number=number, facility_id=facility, version=0)
            _apply(answer, wishes, actor, moment)
            now[f"{pair[0]}/{pair[1]}"] |= wishes
        SiteAnswer.objects.bulk_create(
            [held[pair] for pair, _ in changed],
            update_conflicts=True,
            unique_fields=["assessment", "number", "facility"],
            update_fields=_COLUMNS,
        )
        _keep_evidence({pair: wishes["evidence"] for pair, wishes in changed if "evidence" in wishes}, evidence, links)
        changes = [
            Change(
                RECORD_TYPE,
                f"{assessment.pk}/{number}/{facility}",
                {"values": now[f"{number}/{facility}"], "changed": sorted(wishes)},
            )
            for (number, facility), wishes in changed
        ]
        record_many("site_answer.saved", changes, actor=actor.label, at=at)
    return {pair: (one, now[f"{pair[0]}/{pair[1]}"]) for pair, one in held.items()}


class Known(NamedTuple):
    """What there is to say something of: criteria, levels, facilities, and evidence by number and piece."""

    numbers: set[str]
    levels: set[str]
    covered: set[str]
    links: Mapping[tuple[str, str], int]


def _pair(one: SiteAnswerGiven) -> Pair:
    return (one.number, one.facility)


def _pieces(text: str) -> list[str]:
    return sorted({one.strip() for one in text.split(",")} - {""})


def _in_order(one: SiteAnswerGiven) -> dict[str, str]:
    """Return what was sent, the pieces of evidence each once and in their order."""
    said = dict(one.values)
    if "evidence" in said:
        said["evidence"] = ", ".join(_pieces(said["evidence"]))
    return said


def _covered(assessment: Assessment) -> set[str]:
    found = ScopeFacility.objects.filter(scope=assessment.scope_id, left_out_because="")
    return {str(pk) for pk in found.values_list("facility_id", flat=True)}


def _links(assessment: Assessment, pairs: set[Pair]) -> dict[tuple[str, str], int]:
    """Return the links of evidence to these criteria, by number and piece. One query."""
    found = EvidenceLink.objects.filter(assessment=assessment, number__in={number for number, _ in pairs})
    return {(number, piece): pk for number, piece, pk in found.values_list("number", "evidence_id", "pk")}


def _apply(answer: SiteAnswer, values: Mapping[str, str], actor: Actor, moment: datetime) -> None:
    for name in ("level", "text", "gap"):
        if name in values:
            setattr(answer, name, values[name])
    if "gap_owner" in values:
        answer.gap_owner_id = values["gap_owner"] or None
    if "gap_due" in values:
        answer.gap_due = date.fromisoformat(values["gap_due"]) if values["gap_due"] else None
    answer.version += 1
    answer.saved_at = moment
    answer.saved_by_id = actor.person_id


def _keep_evidence(
    wanted: Mapping[Pair, str], now: Mapping[Pair, Sequence[str]], links: Mapping[tuple[str, str], int]
) -> None:
    """Let these pieces speak for these sites, and no others. One query for each site that loses some, one for what is new."""
    for (number, facility), text in wanted.items():
        gone = [links[number, piece] for piece in now[number, facility] if piece not in _pieces(text)]
        if gone:
            SiteEvidence.objects.filter(facility=UUID(facility), link__in=gone).delete()
    SiteEvidence.objects.bulk_create(
        SiteEvidence(link_id=links[number, piece], facility_id=facility)
        for (number, facility), text in wanted.items()
        for piece in _pieces(text)
        if piece not in now[number, facility]
    )


def _check(
    assessment: Assessment,
    given: Sequence[SiteAnswerGiven],
    held: Mapping[Pair, SiteAnswer],
    known: Known,
) -> None:
    named = {owner for one in given if (owner := one.values.get("gap_owner"))}
    people = managers_among(assessment.organisation_id, named) if named else set()
    faults: list[Fault] = []
    if len(given) > MOST_AT_ONCE:
        faults.append(Fault("answers", str(len(given)), f"at most {MOST_AT_ONCE} at once"))
    seen: set[Pair] = set()
    for one in given:
        pair = _pair(one)
        version = held[pair].version if pair in held else 0
        wrong = (
            (one.number not in known.numbers, one.place, one.number, f"a criterion of {assessment.standard}"),
            (one.facility not in known.covered, one.place, one.facility, "a facility that the scope covers"),
            (pair in seen, one.place, one.number, "each criterion once for a site"),
            (
                not 0 <= one.version <= version,
                f"{one.place}.version",
                str(one.version),
                f"a version from 0 to {version}",
            ),
        )
        faults += [
            Fault(place, value[:LONGEST_SHOWN], expected) for is_wrong, place, value, expected in wrong if is_wrong
        ]
        seen.add(pair)
        for name in one.values:
            faults += _check_field(one, name, known, people)
    if faults:
        raise Faulty(faults)


def _check_field(one: SiteAnswerGiven, name: str, known: Known, people: set[str]) -> list[Fault]:
    text = one.values[name]
    strange = name == "evidence" and any((one.number, piece) not in known.links for piece in _pieces(text))
    wrong = (
        (name not in SITE_FIELDS, f"one of {', '.join(SITE_FIELDS)}"),
        ("\0" in text, "text without a NUL"),
        (len(text) > LONGEST_TEXT, f"at most {LONGEST_TEXT} characters"),
        (name == "level" and text not in {"", *known.levels}, f"one of {', '.join(sorted(known.levels))}, or nothing"),
        (name == "gap_owner" and text not in {"", *people}, "somebody who manages for the organisation"),
        (name == "gap_due" and not is_day(text), EXPECTED_DAY),
        (strange, "evidence that speaks to the criterion already"),
    )
    place = f"{one.place}.{name}"
    return [Fault(place, text[:LONGEST_SHOWN], expected) for is_wrong, expected in wrong if is_wrong][:1]


def _seen(
    assessment: Assessment,
    given: Sequence[SiteAnswerGiven],
    held: Mapping[Pair, SiteAnswer],
    now: Mapping[str, Mapping[str, str]],
) -> dict[str, Mapping[str, str]]:
    """Return the values of the version each sender had seen. One query where somebody is behind, else none."""
    found: dict[str, Mapping[str, str]] = dict(now)
    behind = {
        one.place: one.version
        for one in given
        if (one_held := held.get(_pair(one))) and one.version != one_held.version
    }
    # Of a version whose payload was erased nothing is known: whatever is sent is meant, whatever stands is somebody else's.
    found |= {place: {} if version else dict.fromkeys(SITE_FIELDS, "") for place, version in behind.items()}
    keys = {f"{assessment.pk}/{place}": place for place, version in behind.items() if version}
    if keys:
        entries = Entry.objects.filter(
            record_type=RECORD_TYPE, record_id__in=keys, record_version__in=set(behind.values())
        ).select_related("payload")
        for entry in entries:
            place = keys[entry.record_id]
            if entry.record_version == behind[place] and entry.data:
                found[place] = entry.data["values"]
    return found


def gaps_of(person: Person, organisation: Organisation) -> QuerySet[SiteAnswer]:
    """Return what single sites say whose gaps the person sees to."""
    return SiteAnswer.objects.filter(gap_owner=person, assessment__organisation=organisation)


def hand_over_gaps(person: Person, to: Person | None, organisation: Organisation, *, actor: Actor, cause: Entry) -> int:
    """Name the successor of somebody who leaves at the gaps of single sites; part of what ends their rights."""
    held = list(gaps_of(person, organisation).select_for_update().order_by("pk"))
    changes = []
    for one in held:
        one.gap_owner, one.version = to, one.version + 1
        pair = (one.number, str(one.facility_id))
        evidence = evidence_of(one.assessment, [pair])[pair]
        payload = {"values": values_of(one, evidence), "changed": ["gap_owner"]}
        changes.append(Change(RECORD_TYPE, f"{one.assessment_id}/{one.number}/{one.facility_id}", payload))
    SiteAnswer.objects.bulk_update(held, ["gap_owner", "version"], batch_size=500)
    record_many("site_answer.handed_over", changes, actor=actor.label, cause=cause)
    return len(held)
