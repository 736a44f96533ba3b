"""What a scheme pack may say, field by field.

The same frozen models serve twice: they check what stands in the files, and, once every citation is resolved to an
address and every origin is derived, they are what a `Pack` is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from alunite.foundation.core.days import PartialDate
from alunite.foundation.core.judgement import Param
from alunite.foundation.scheme.values import (
    EVERY,
    ActivityCover,
    Amount,
    CertificateState,
    CriterionCover,
    Currency,
    Day,
    ExactDay,
    FileName,
    Id,
    Label,
    Language,
    ManyInt,
    MembershipAct,
    MembershipState,
    Number,
    PositiveInt,
    Scalar,
    Sha256,
    SourceId,
    SubNumber,
    Text,
    TrustWord,
    Url,
    WholeNumber,
    Zone,
)

T = TypeVar("T")


class Record(BaseModel):
    """A frozen record that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)


class Stated(Record):
    """Something stated, with where it comes from."""

    trust: TrustWord = Field(description="How well it is known; see the trust words above")
    sources: tuple[StrictStr, ...] | None = Field(
        default=None,
        description="Ids of this file's sources; left out, those of the record around it",
    )
    origin: StrictStr = Field(
        default="",
        description="Derived from trust and sources; if written, it must be what is derived",
    )

    @property
    def source(self) -> str:
        """Address of the first page cited, or empty."""
        return self.sources[0] if self.sources else ""

    def param(self, value: T) -> Param[T]:
        """Return `value`, one of this record's fields, with the record's provenance."""
        return Param(value=value, trust=self.trust, origin=self.origin, source=self.source)


class Sourced(Stated, Generic[T]):
    """One value with where it comes from."""

    value: T = Field(description="The value")

    def as_param(self) -> Param[T]:
        """Return the value as a `Param`."""
        return self.param(self.value)


class Source(Record):
    """A page that statements of this file cite."""

    id: SourceId = Field(description="Short id, unique in its file")
    url: Url = Field(description="Address of the page")
    title: Label | None = Field(default=None, description="What the page is")
    origin: StrictStr = Field(description="Who speaks there: the scheme's own id, `third_party` or `ours`")
    used_for: Text | None = Field(default=None, description="What was taken from it")


class Named(Stated):
    """Something with an id, a label and the other names people use for it."""

    id: Id = Field(description="Id, unique in its list; never changes")
    label: Label = Field(description="Name as shown")
    aliases: tuple[Label, ...] = Field(
        default=(),
        description="Other names it is found by; case, accents and spaces do not count",
    )
    note: Text | None = Field(default=None, description="A remark for readers")
    translations: dict[Language, Label] = Field(
        default={},
        description="The label in other languages, by language code: translations of our own; without one, `label`",
    )


# --- scheme.yaml ---


class Scheme(Stated):
    """The scheme itself."""

    id: Id = Field(description="Id of the scheme; also the origin of what its owner says")
    name: Label = Field(description="Name of the scheme")
    owner: Label = Field(description="Who owns it")
    time_zone_stated: Sourced[Zone] = Field(alias="time_zone", description="Zone in which its days begin and end")
    notice: Text = Field(description="Sentence for the band at the head of pages")
    notice_translations: dict[Language, Text] = Field(
        default={}, description="The notice in other languages, by language code"
    )

    @property
    def time_zone(self) -> str:
        """IANA name of the zone the scheme's days are counted in."""
        return self.time_zone_stated.value


class StandsAs(Record):
    """Under what other activity one is certified in a family."""

    family: Id = Field(description="Id of a standard family")
    activity: Id = Field(description="Id of the activity it stands as there")


class Activity(Named):
    """An activity a certificate can cover."""

    families: tuple[Id, ...] = Field(description="Ids of the standard families it can be certified under")
    stands_as: tuple[StandsAs, ...] = Field(default=(), description="Families in which it goes by another activity")
    plan_review: StrictBool = Field(default=False, description="Whether the first audit's plan is reviewed beforehand")
    since: Day | None = Field(default=None, description="When it was added to the scheme")


class MemberClass(Named):
    """A class of members."""

    kind: Label = Field(description="Kind of class, in the scheme's words")
    may_certify: StrictBool = Field(description="Whether its members may hold certificates")


class Family(Named):
    """A family of standards: one subject, several versions over time."""


class VersionNote(Stated):
    """A dated remark on a version or what came after it."""

    version: Label = Field(description="Version the note speaks of")
    date: Day = Field(description="When")
    text: Text = Field(description="What happened")


class OutlinePart(Record):
    """One numbered part of a version whose criteria are not held."""

    number: PositiveInt = Field(description="Number")
    title: Label = Field(description="Title")


class Outline(Stated):
    """The numbered parts of a version whose criteria are not held: what is known of it."""

    parts: tuple[OutlinePart, ...] = Field(min_length=1, description="Its parts, in order")


class Version(Named):
    """A version of a standard. Listed oldest first within its family."""

    family: Id = Field(description="Id of its family")
    published: Day = Field(description="Day, month or year of publication")
    file: FileName | None = Field(default=None, description="File with its criteria, below this folder")
    outline: Outline | None = Field(default=None, description="Its numbered parts, where no file holds its criteria")
    notes: tuple[VersionNote, ...] = Field(default=(), description="Dated remarks, oldest first")

    @property
    def published_day(self) -> PartialDate:
        """When it was published, at the precision known."""
        return PartialDate.parse(self.published)


class OtherDay(Stated):
    """A day of a change of versions as another page has it: the same day, or another one, and then pages differ."""

    of: Literal["free_choice_from", "free_choice_until", "required_from"] = Field(description="Which day of the change")
    day: ExactDay = Field(description="The day that page gives")
    note: Text | None = Field(default=None, description="A remark for readers")


class VersionChange(Stated):
    """When new versions take over from old ones."""

    id: Id = Field(description="Id of the change")
    versions: tuple[Id, ...] = Field(min_length=1, description="Ids of the versions that come in")
    free_choice_from: ExactDay = Field(description="First day old or new may be chosen")
    free_choice_until: ExactDay = Field(description="Last day old or new may be chosen")
    required_from: ExactDay = Field(description="First day only the new may be used")
    events: tuple[Id, ...] = Field(description="Ids of the certification events it binds")
    old_certificates: Id = Field(description="What becomes of certificates under the old version")
    note: Text | None = Field(default=None, description="A remark for readers")
    other_days: tuple[OtherDay, ...] = Field(default=(), description="Its days as other pages have them")


class Milestone(Stated):
    """A dated fact in the life of a family of standards: a consultation, a revision begun, a last day."""

    family: Id = Field(description="Id of the family")
    version: Label = Field(description="Version it speaks of, in words: it may be one to come")
    start: Day = Field(description="When, or when it began")
    end: Day | None = Field(default=None, description="When it ended; left out for what took one day")
    text: Text = Field(description="What happened or happens")


class Level(Named):
    """A level of certificate."""

    mark: Label = Field(description="Sign shown before the label")
    validity_years: Sourced[PositiveInt] = Field(description="Whole years a certificate of this level runs")
    surveillance_months: Sourced[PositiveInt] | None = Field(
        default=None, description="Months after issue at which there is usually an audit in between; null where none is"
    )


class Event(Named):
    """What can happen in the life of a certification, as announced."""

    continues: StrictBool = Field(
        default=False,
        description="Whether it goes on from a certification there was before; our own reading of the word",
    )


class Rating(Named):
    """A word an auditor can rate a criterion with."""

    is_non_conformance: StrictBool = Field(description="Whether it counts as a non-conformance")
    needs_reason: StrictBool = Field(default=False, description="Whether a reason must be given")
    needs_follow_up: StrictBool = Field(default=False, description="Whether it must be looked at again")


class Indicator(Named):
    """Something counted about the programme, under whatever names it is reported."""

    counts: Literal["moment", "period"] = Field(
        description="`moment` for what there is on a day, `period` for what happens over a year"
    )
    whole: tuple[StrictStr, ...] = Field(
        default=(), description="Words that sources write for a part of it and mean the whole"
    )
    is_key: StrictBool = Field(default=False, description="Whether it stands among the key figures of the first page")
    is_growth: StrictBool = Field(default=False, description="Whether the chart of growth draws it")
    own_count: Literal["members", "lines", "audits", "countries"] | None = Field(
        default=None, description="What of the register's own records is counted beside it; left out, nothing is"
    )


class SchemeFile(Record):
    """`scheme.yaml`: the scheme and the one list of its ids, labels and aliases."""

    format: Literal[1] = Field(description="Version of this file format")
    scheme: Scheme = Field(description="The scheme itself")
    sources: tuple[Source, ...] = Field(default=(), description="Pages cited in this file")
    activities: tuple[Activity, ...] = Field(min_length=1, description="Activities, in the order they are shown")
    classes: tuple[MemberClass, ...] = Field(min_length=1, description="Classes of members")
    families: tuple[Family, ...] = Field(min_length=1, description="Families of standards")
    versions: tuple[Version, ...] = Field(min_length=1, description="Versions of all families")
    version_changes: tuple[VersionChange, ...] = Field(default=(), description="When versions take over")
    milestones: tuple[Milestone, ...] = Field(default=(), description="Dated facts about families, earliest first")
    mappings: tuple[FileName, ...] = Field(default=(), description="Files with mappings, below this folder")
    levels: tuple[Level, ...] = Field(min_length=1, description="Levels of certificate")
    events: tuple[Event, ...] = Field(min_length=1, description="Certification events")
    ratings: tuple[Rating, ...] = Field(min_length=1, description="Rating words")
    indicators: tuple[Indicator, ...] = Field(
        default=(), description="What is counted about the programme, with the names figures bear in sources"
    )


# --- certificates.yaml ---


class Transition(Stated):
    """One allowed change of a certificate's state."""

    from_states: tuple[CertificateState, ...] = Field(alias="from", min_length=1, description="States it leaves")
    to: CertificateState = Field(description="State it leads to")
    cause: Literal["decision", "date", "reaction"] = Field(description="What brings it about")
    who: Id | None = Field(default=None, description="Who decides")
    of: tuple[Id, ...] = Field(default=(), description="Events it is a reaction to")
    needs: tuple[Id, ...] = Field(default=(), description="What must be there first")
    proposed_after_months: PositiveInt | None = Field(default=None, description="Months after which it is proposed")
    note: Text | None = Field(default=None, description="A remark for readers")


class Remark(Stated):
    """A statement in words, with no effect on any computation."""

    id: Id = Field(description="Id of the remark")
    text: Text = Field(description="What it says")


class CertificatesFile(Record):
    """`certificates.yaml`: which state of a certificate may follow which."""

    format: Literal[1] = Field(description="Version of this file format")
    sources: tuple[Source, ...] = Field(default=(), description="Pages cited in this file")
    transitions: tuple[Transition, ...] = Field(min_length=1, description="Allowed changes of state")
    remarks: tuple[Remark, ...] = Field(default=(), description="What else is said of states")


# --- assessments.yaml ---


class ScopeType(Named):
    """A kind of certification scope."""


class SelfLevel(Named):
    """How far a member says it meets a criterion, in its self assessment. Its id is that of the rating it foresees."""

    mark: Literal["full", "minor", "major", "not-applicable"] = Field(description="Shape shown before the label")
    is_gap: StrictBool = Field(default=False, description="Whether something is missing, and a plan is due")
    needs_reason: StrictBool = Field(default=False, description="Whether the answer must say why")


class Readiness(Stated):
    """What is asked of a self assessment before an audit begins."""

    id: Literal[
        "every_criterion_answered",
        "triggers_answered",
        "differences_checked",
        "reasons_given",
        "gaps_planned",
        "evidence",
    ] = Field(description="What is looked at")
    blocks: StrictBool = Field(description="Whether an audit waits for it; else it is pointed out")
    text: Text = Field(description="What is asked, in our own words")


class AssessmentsFile(Record):
    """`assessments.yaml`: what members say of themselves before an audit."""

    format: Literal[1] = Field(description="Version of this file format")
    sources: tuple[Source, ...] = Field(default=(), description="Pages cited in this file")
    scope_types: tuple[ScopeType, ...] = Field(min_length=1, description="Kinds of certification scope")
    levels: tuple[SelfLevel, ...] = Field(min_length=1, description="Levels a member chooses from, best first")
    readiness: tuple[Readiness, ...] = Field(default=(), description="What must be there before an audit")


# --- membership.yaml ---


class ActivityGroup(Stated):
    """Activities that speak for a class."""

    activities: tuple[Id, ...] = Field(min_length=1, description="Activity ids, any of them")
    note: Text | None = Field(default=None, description="A remark for readers")


class ClassRule(Stated):
    """Who joins in a class of members. A class without `suits` asks for no activity."""

    member_class: Id = Field(description="Id of the class in scheme.yaml")
    who: Text = Field(description="Who it is for, in our own words")
    must_certify: Sourced[StrictBool] = Field(description="Whether its members have to reach a certificate in time")
    kinds: tuple[Id, ...] = Field(min_length=1, description="Kinds of applicants it is open to")
    forced_by: tuple[ActivityGroup, ...] = Field(default=(), description="Activities that leave no other class")
    suits: ActivityGroup | None = Field(default=None, description="Activities it is open to beside those that force it")


class MembershipStateWord(Named):
    """A state of an application or a membership, as pages call it. Its id is one of the programme's own words."""

    id: MembershipState = Field(description="The state")
    is_member: StrictBool = Field(default=False, description="Whether the organisation is a member in it")


class MembershipTransition(Stated):
    """One allowed change of a membership's state."""

    act: MembershipAct = Field(description="What is done")
    from_states: tuple[MembershipState, ...] = Field(alias="from", min_length=1, description="States it leaves")
    to: MembershipState = Field(description="State it leads to")
    by: Literal["applicant", "office", "payment"] = Field(description="Who does it, or that payment does")
    needs: tuple[Literal["complete", "class_fits", "due_diligence", "reason", "paid", "second_person"], ...] = Field(
        default=(), description="What must be there first; `second_person`: one proposes, another decides"
    )
    note: Text | None = Field(default=None, description="A remark for readers")


class Question(Named):
    """Something an application asks."""

    answer: Literal["text", "long_text", "consent", "files"] = Field(
        description="How it is answered; `consent` is a box that has to be ticked where it is required, "
        "`files` is documents, at least one where it is required"
    )
    required: StrictBool = Field(default=False, description="Whether an application is incomplete without it")
    kept_up: StrictBool = Field(default=False, description="Whether a member goes on changing the answer itself")


class ApplicationForm(Stated):
    """What an application asks beside name, class, kind, size, activities, places and group."""

    questions: tuple[Question, ...] = Field(min_length=1, description="Questions, in order")
    note: Text | None = Field(default=None, description="A remark for readers")


class FeeBand(Record):
    """The yearly fee of a class over a run of sizes."""

    member_class: Id = Field(description="Id of the class in scheme.yaml")
    from_size: WholeNumber = Field(alias="from", description="Smallest size, inclusive")
    below: WholeNumber | None = Field(default=None, description="First size that is too large; left out, there is none")
    amount: Amount = Field(description="Fee of a whole year, in quotes")


class FeeTable(Stated):
    """Yearly fees by class and size."""

    scaled: Sourced[StrictBool] = Field(description="Whether fees depend on class and size")
    currency: Currency = Field(description="Currency of all amounts, by its three letters")
    size_label: Label = Field(description="What the size is, and in which unit")
    size_translations: dict[Language, Label] = Field(default={}, description="The same in other languages")
    pro_rata: Literal["months", "none"] = Field(
        description="`months`: a part year costs a twelfth for each month begun; `none`: it costs a whole year"
    )
    bands: tuple[FeeBand, ...] = Field(min_length=1, description="Bands, without gaps within a class")


class CertificationClock(Stated):
    """By when members who must certify have to have done it."""

    years: Sourced[PositiveInt] = Field(description="Years from joining")
    amber_days: Sourced[PositiveInt] = Field(description="From how many days before the end the light is amber")
    longest_extension_months: Sourced[PositiveInt] = Field(description="Months it can be put off by at most")
    reminders_days_before: Sourced[tuple[PositiveInt, ...]] = Field(description="Days before the end to remind on")


class InvoiceClock(Stated):
    """By when an invoice has to be paid, and what follows."""

    days: Sourced[PositiveInt] = Field(description="Days from its date to the last day it can be paid in time")
    reminders_days_before: Sourced[tuple[PositiveInt, ...]] = Field(description="Days before the end to remind on")
    terminated_after_days: Sourced[PositiveInt] = Field(
        description="Days of suspension after which termination is proposed"
    )


class MembershipClocks(Record):
    """The clocks of a membership."""

    certification: CertificationClock = Field(description="To the first certificate")
    invoice: InvoiceClock = Field(description="To the payment")


class MembershipFile(Record):
    """`membership.yaml`: how organisations become members, and stay or leave."""

    format: Literal[1] = Field(description="Version of this file format")
    sources: tuple[Source, ...] = Field(default=(), description="Pages cited in this file")
    kinds: tuple[Named, ...] = Field(min_length=1, description="What applicants are")
    classes: tuple[ClassRule, ...] = Field(
        min_length=1, description="Who joins in which class; the first that fits is proposed"
    )
    states: tuple[MembershipStateWord, ...] = Field(min_length=1, description="Names of the states")
    transitions: tuple[MembershipTransition, ...] = Field(min_length=1, description="Allowed changes of state")
    application: ApplicationForm = Field(description="What is asked")
    due_diligence: tuple[Named, ...] = Field(default=(), description="What the office looks into before it approves")
    fees: FeeTable = Field(description="What it costs")
    clocks: MembershipClocks = Field(description="By when")

    def state(self, name: str) -> MembershipStateWord | None:
        """Return what a state is called, or None."""
        return _with(self.states, lambda state: state.id == name)

    def class_rule(self, member_class: str) -> ClassRule | None:
        """Return who joins in a class, or None."""
        return _with(self.classes, lambda rule: rule.member_class == member_class)

    def transition(self, act: str, state: str) -> MembershipTransition | None:
        """Return where an act leads from a state, or None where it leads nowhere."""
        return _with(self.transitions, lambda one: one.act == act and state in one.from_states)


# --- recognition.yaml ---


class RecognisedScheme(Named):
    """Another scheme whose certificates may speak for criteria. Whether one does, an auditor decides case by case."""

    versions: tuple[Id, ...] = Field(min_length=1, description="Ids of the versions it is recognised for")


class RecognitionFile(Record):
    """`recognition.yaml`: which other schemes are recognised."""

    format: Literal[1] = Field(description="Version of this file format")
    sources: tuple[Source, ...] = Field(default=(), description="Pages cited in this file")
    schemes: tuple[RecognisedScheme, ...] = Field(min_length=1, description="Schemes, in the order they are shown")
    remarks: tuple[Remark, ...] = Field(default=(), description="How their certificates count")


# --- standards/<id>.yaml ---


class StandardHead(Stated):
    """Which version of which standard the file holds."""

    id: Id = Field(description="Id of the version in scheme.yaml")
    release: PositiveInt = Field(description="Release number of this file; see releases.yaml")
    title: Label = Field(description="Title of the standard")
    parts: Literal["principles", "sections"] = Field(
        default="principles", description="What its numbered parts are called: `principles` below are these parts"
    )
    licence_note: Text | None = Field(default=None, description="What the text is and is not")


class Counts(Stated):
    """How many parts the source says there are; checked against the parts listed."""

    sections: PositiveInt = Field(description="Sections")
    principles: PositiveInt = Field(description="Principles")
    criteria: ManyInt = Field(description="Criteria")


class Covers(Stated):
    """Which activities the source of this standard speaks of. `all` means all of these."""

    activities: tuple[Id, ...] = Field(min_length=1, description="Activity ids")


class Trigger(Named):
    """A condition on which criteria hang, to be answered by whoever knows the case."""


class ClassNeed(Record):
    """A class a relief asks for where an activity is in the scope."""

    activity: Id = Field(description="Activity id")
    classes: tuple[Id, ...] = Field(min_length=1, description="Class ids, any of them")


class Relief(Stated):
    """A rule that frees activities from criteria that would otherwise bind them."""

    id: Id = Field(description="Id of the relief; the rule id of its reasons")
    text: Text = Field(description="The rule in words")
    activities: tuple[Id, ...] = Field(min_length=1, description="Activities it frees")
    kept_principles: tuple[PositiveInt, ...] = Field(description="Principles that still bind")
    cycle: Literal["first", "later"] | None = Field(default=None, description="Cycle it holds in; left out, any")
    frees_before: ExactDay | None = Field(default=None, description="First day on which it frees nothing any more")
    whole_scope: StrictBool = Field(
        default=False,
        description="Whether it holds only if every activity of the scope qualifies",
    )
    class_needs: tuple[ClassNeed, ...] = Field(default=(), description="Classes asked for, by activity")
    max_cycle_years: PositiveInt | None = Field(default=None, description="Longest the cycle can be, for readers")
    note: Text | None = Field(default=None, description="A remark for readers")

    @property
    def frees_before_day(self) -> date | None:
        """First day on which it frees nothing, or None where it has no end."""
        return date.fromisoformat(self.frees_before) if self.frees_before else None


class Priority(Stated):
    """A subject that criteria are tagged with."""

    id: Id = Field(description="Id")
    label: Label = Field(description="Name as shown")
    note: Text | None = Field(default=None, description="A remark for readers")


class OpenQuestion(Record):
    """What is still to be found out. A question of ours, so without trust."""

    priority: PositiveInt = Field(description="1 is the most pressing")
    criteria: CriterionCover = Field(description="Criterion numbers, or `all`")
    question: Text = Field(description="What is not known")


class Statement(Stated):
    """A sentence of substance."""

    text: Text = Field(description="The sentence")


class Applies(Stated):
    """To which activities a criterion applies, and on what conditions."""

    to: ActivityCover = Field(description="Activity ids, or `all` for all the standard covers")
    when: tuple[Id, ...] = Field(default=(), description="Trigger ids; any of them makes it apply")
    always: tuple[Id, ...] = Field(default=(), description="Activities it binds without any of these triggers")

    @property
    def to_all(self) -> bool:
        """Whether it is for all activities the standard covers."""
        return self.to == (EVERY,)


class Disclosure(Stated):
    """Whether and what has to be made public."""

    required: StrictBool = Field(description="Whether something has to be published")
    what: Text | None = Field(default=None, description="What")
    frequency: Text | None = Field(default=None, description="How often")


class Review(Stated):
    """When a plan or policy has to be looked at again."""

    max_interval_years: PositiveInt = Field(description="Longest time between two reviews, in years")
    after: tuple[Id, ...] = Field(default=(), description="What also makes a review due")


class Threshold(Stated):
    """A number a criterion sets."""

    metric: Label = Field(description="What is measured")
    value: Scalar = Field(description="The number, or true or false")
    unit: Label | None = Field(default=None, description="Unit of the value")
    operator: Id | None = Field(default=None, description="How the value is compared")
    kind: Id | None = Field(default=None, description="Limit if left out, or `target`")
    cohort: Text | None = Field(default=None, description="For whom")
    route: Text | None = Field(default=None, description="Which of several ways to meet it")
    counted_from: Text | None = Field(default=None, description="From when")
    by_year: StrictInt | None = Field(default=None, ge=1900, le=2199, description="Year by which it has to be met")
    together_with: Text | None = Field(default=None, description="What else is asked")
    must_confirm: StrictBool = Field(
        default=False,
        description="Shown, and never an input of a decision until confirmed",
    )
    basis: Text | None = Field(default=None, description="What the value rests on")


class SubCriterion(Stated):
    """A part of a criterion."""

    id: SubNumber = Field(description="Number of the criterion, a point and a letter")
    text: Text = Field(description="What it asks")


class Tags(Stated):
    """The priorities a criterion belongs to."""

    ids: tuple[Id, ...] = Field(min_length=1, description="Priority ids")


class Criterion(Stated):
    """A criterion. Its own trust is that of its number and title."""

    number: Number = Field(description="Number, in quotes")
    title: Label = Field(description="Short title")
    requirement: Statement = Field(description="What it asks, in our own words")
    applies: Applies = Field(description="To what it applies")
    disclosure: Disclosure | None = Field(default=None, description="What has to be published")
    review: Review | None = Field(default=None, description="When it has to be reviewed")
    thresholds: tuple[Threshold, ...] = Field(default=(), description="Numbers it sets")
    priorities: Tags | None = Field(default=None, description="Priorities it belongs to")
    note: Text | None = Field(default=None, description="A remark for readers")
    sub_criteria: tuple[SubCriterion, ...] = Field(default=(), description="Its parts")


class Principle(Stated):
    """A principle with its criteria."""

    number: PositiveInt = Field(description="Number")
    title: Label = Field(description="Title")
    intent: Text | None = Field(default=None, description="What it is for")
    criteria: tuple[Criterion, ...] = Field(min_length=1, description="Criteria, in order")


class Section(Stated):
    """A section with its principles."""

    id: Id = Field(description="Id")
    title: Label = Field(description="Title")
    principles: tuple[Principle, ...] = Field(min_length=1, description="Principles, in order")


class Standard(Record):
    """`standards/<id>.yaml`: one version of one standard."""

    format: Literal[1] = Field(description="Version of this file format")
    head: StandardHead = Field(alias="standard", description="Which version it is")
    sources: tuple[Source, ...] = Field(default=(), description="Pages cited in this file")
    counts: Counts = Field(description="How many parts there are")
    covers: Covers = Field(description="Activities the source speaks of")
    triggers: tuple[Trigger, ...] = Field(default=(), description="Conditions criteria hang on")
    reliefs: tuple[Relief, ...] = Field(default=(), description="Rules that free activities from criteria")
    applicability_notes: tuple[Remark, ...] = Field(default=(), description="What else is said of applicability")
    disclosure_notes: tuple[Remark, ...] = Field(default=(), description="What is said of publishing in general")
    version_notes: tuple[VersionNote, ...] = Field(default=(), description="Dated remarks, oldest first")
    priorities: tuple[Priority, ...] = Field(default=(), description="Subjects criteria are tagged with")
    open_questions: tuple[OpenQuestion, ...] = Field(default=(), description="What is still to be found out")
    sections: tuple[Section, ...] = Field(min_length=1, description="Sections, in order")

    @property
    def id(self) -> str:
        """Id of the version."""
        return self.head.id

    @property
    def release(self) -> int:
        """Release number."""
        return self.head.release

    @property
    def title(self) -> str:
        """Title of the standard."""
        return self.head.title

    @property
    def principles(self) -> tuple[Principle, ...]:
        """All principles, in order."""
        return tuple(principle for section in self.sections for principle in section.principles)

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria, in order."""
        return tuple(criterion for principle in self.principles for criterion in principle.criteria)

    def criterion(self, number: str) -> Criterion | None:
        """Return the criterion with that number, or None."""
        return _with(self.criteria, lambda criterion: criterion.number == number)


# --- mappings/<id>.yaml ---

Relation = Literal["kept", "moved", "renamed", "strengthened", "replaced", "split", "merged", "new", "dropped"]


class MappingHead(Stated):
    """Which versions a mapping joins."""

    before: Id = Field(description="Id of the earlier version")
    after: Id = Field(description="Id of the later version, of the same family")
    basis: Text | None = Field(default=None, description="How the links that no page states were found")


class Link(Stated):
    """What became of criteria of the earlier version in the later one."""

    relation: Relation = Field(
        description="`kept`: little changes; `moved`: only its number does; `renamed`: title and emphasis; "
        "`strengthened`: asks more; `replaced`: asks something else; `split` into several; several `merged` into one; "
        "`new`; `dropped`"
    )
    before: tuple[Number, ...] = Field(default=(), description="Numbers in the earlier version; none where it is new")
    after: tuple[Number, ...] = Field(default=(), description="Numbers in the later version; none where it is dropped")
    draws_on: tuple[Number, ...] = Field(
        default=(), description="Of what is new: numbers in the earlier version whose subject it takes up"
    )
    change: Text = Field(description="What changes, in our own words")


class StandardMapping(Record):
    """`mappings/<id>.yaml`: what became of each criterion of a version in the next one."""

    format: Literal[1] = Field(description="Version of this file format")
    head: MappingHead = Field(alias="mapping", description="Which versions it joins")
    sources: tuple[Source, ...] = Field(default=(), description="Pages cited in this file")
    links: tuple[Link, ...] = Field(min_length=1, description="Links, in the order of the later version")

    @property
    def id(self) -> str:
        """Id of the mapping, made of those of its versions.

        >>> head = MappingHead(before="leaf-1", after="leaf-2", trust="design")
        >>> StandardMapping.model_construct(head=head).id
        'leaf-1-to-leaf-2'
        """
        return f"{self.head.before}-to-{self.head.after}"


# --- releases.yaml ---


class Release(Record):
    """The seal of one release of one standard file."""

    number: PositiveInt = Field(description="1 for the first, then one more each time")
    released: ExactDay = Field(description="Day of release")
    sha256: Sha256 = Field(description="SHA-256 of the file's canonical content, comments not counted")
    note: Text | None = Field(default=None, description="What changed")


class StandardReleases(Record):
    """The releases of one standard file."""

    standard: Id = Field(description="Id of the version")
    releases: tuple[Release, ...] = Field(min_length=1, description="Releases, oldest first")


class ReleasesFile(Record):
    """`releases.yaml`: what has been released is frozen by its hash."""

    format: Literal[1] = Field(description="Version of this file format")
    standards: tuple[StandardReleases, ...] = Field(default=(), description="One entry for each standard file")


class PackFiles(Record):
    """A scheme pack: one property for each kind of file."""

    scheme: SchemeFile = Field(description="`scheme.yaml`")
    standards: tuple[Standard, ...] = Field(description="The files that versions name in `file`")
    mappings: tuple[StandardMapping, ...] = Field(default=(), description="The files that `mappings` names")
    certificates: CertificatesFile = Field(description="`certificates.yaml`")
    releases: ReleasesFile = Field(description="`releases.yaml`")
    assessments: AssessmentsFile | None = Field(default=None, description="`assessments.yaml`; a pack may lack it")
    membership: MembershipFile | None = Field(default=None, description="`membership.yaml`; a pack may lack it")
    recognition: RecognitionFile | None = Field(default=None, description="`recognition.yaml`; a pack may lack it")


def _with(items: Iterable[T], test: Callable[[T], bool]) -> T | None:
    return next((item for item in items if test(item)), None)
