"""Scopes and self assessments. Everything here belongs to one organisation and, once sent, is read by whom it was sent to."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.models import Invitation, Organisation, Person
from alunite.foundation.files.models import Content
from alunite.foundation.messages.threads.models import Thread
from alunite.foundation.publications.identifiers import new_public_id
from alunite.programme.members.models import OwnFacility

LONGEST_TITLE = 200
LONGEST_TEXT = 20_000
LONGEST_REASON = 2_000
LONGEST_NUMBER = 12
LONGEST_ID = 40


class Scope(models.Model):
    """What a certification is to cover. Activities, conditions and classes are ids of the scheme pack."""

    id = models.CharField(primary_key=True, max_length=12, default=new_public_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="scopes")
    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    type = models.CharField(_("kind of scope"), max_length=LONGEST_ID)
    text = models.TextField(_("what it covers, as the certificate will say"), max_length=LONGEST_TEXT, blank=True)
    activities = models.JSONField(_("activities"), default=list)
    excluded = models.TextField(_("what is left out, and why"), max_length=LONGEST_TEXT, blank=True)
    shared_functions = models.TextField(_("functions shared with others"), max_length=LONGEST_TEXT, blank=True)
    joint_ventures = models.TextField(_("joint ventures, and who controls them"), max_length=LONGEST_TEXT, blank=True)
    member_class = models.CharField(_("class of membership"), max_length=LONGEST_ID, blank=True)
    is_first_cycle = models.BooleanField(_("first certification under this version"), default=True)
    conditions = models.JSONField(_("conditions"), default=dict)
    fieldwork_from = models.DateField(_("first day of fieldwork"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            *("id", "organisation", "title", "type", "text", "activities", "excluded", "shared_functions"),
            *("joint_ventures", "member_class", "is_first_cycle", "conditions", "fieldwork_from", "created_at"),
        ),
        "member",
    )

    class Meta:
        verbose_name = _("scope")
        verbose_name_plural = _("scopes")

    def __str__(self) -> str:
        return self.title


class ScopeFacility(models.Model):
    """A facility of the organisation that a scope covers, or leaves out for a reason."""

    scope = models.ForeignKey(Scope, on_delete=models.CASCADE, related_name="facilities")
    facility = models.ForeignKey(OwnFacility, on_delete=models.PROTECT, related_name="scopes")
    left_out_because = models.CharField(_("left out because"), max_length=LONGEST_REASON, blank=True)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(("id", "scope", "facility", "left_out_because"), "member")

    class Meta:
        verbose_name = _("facility of a scope")
        verbose_name_plural = _("facilities of scopes")
        constraints = [
            models.UniqueConstraint(fields=["scope", "facility"], name="assessments_facility_once_in_a_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.scope_id} · {self.facility_id}"


class Override(models.Model):
    """What a member says against the rule that decides whether a criterion applies. The auditor is shown it."""

    scope = models.ForeignKey(Scope, on_delete=models.CASCADE, related_name="overrides")
    standard = models.CharField(max_length=LONGEST_ID)
    number = models.CharField(_("criterion"), max_length=LONGEST_NUMBER)
    applies = models.BooleanField(_("applies"))
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("id", "scope", "standard", "number", "applies", "reason", "by", "at"), "member"
    )

    class Meta:
        verbose_name = _("override")
        verbose_name_plural = _("overrides")
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "standard", "number"], name="assessments_one_override_a_criterion"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope_id} · {self.number}"


class Assessment(models.Model):
    """A self assessment of a scope against one version of a standard."""

    id = models.CharField(primary_key=True, max_length=12, default=new_public_id, editable=False)
    scope = models.ForeignKey(Scope, on_delete=models.PROTECT, related_name="assessments")
    # Said twice, so that a list of an organisation's asks one table.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="assessments")
    standard = models.CharField(_("version of the standard"), max_length=LONGEST_ID)
    opened_at = models.DateTimeField(default=timezone.now)
    carried_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="carried_on_as"
    )

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("id", "scope", "organisation", "standard", "opened_at", "carried_from"), "member"
    )

    class Meta:
        verbose_name = _("self assessment")
        verbose_name_plural = _("self assessments")
        indexes = [
            models.Index(fields=["organisation", "-opened_at", "-id"], name="assessments_newest_of_one"),
            models.Index(fields=["-opened_at", "-id"], name="assessments_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.scope_id} · {self.standard}"


class Answer(models.Model):
    """What a member says of one criterion; there is none until somebody says something."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="answers")
    number = models.CharField(_("criterion"), max_length=LONGEST_NUMBER)
    level = models.CharField(_("level"), max_length=LONGEST_ID, blank=True)
    text = models.TextField(_("how it is met"), max_length=LONGEST_TEXT, blank=True)
    gap = models.TextField(_("what is missing, and the plan"), max_length=LONGEST_TEXT, blank=True)
    gap_due = models.DateField(_("by when"), null=True, blank=True)
    gap_owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who sees to it")
    )
    owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who answers")
    )
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    carried = models.CharField(
        max_length=20,
        blank=True,
        help_text=_("How it was carried over from an earlier version; empty where it was not."),
    )
    carried_numbers = models.JSONField(default=list, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            *("id", "assessment", "number", "level", "text", "gap", "gap_due", "gap_owner", "owner", "version"),
            *("saved_at", "saved_by", "carried", "carried_numbers", "checked_at", "checked_by"),
        ),
        "member",
    )

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "number"], name="assessments_one_answer_a_criterion"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} · {self.number}"

    @property
    def is_to_check(self) -> bool:
        """Tell whether it was carried over and nobody has looked at the difference yet."""
        return bool(self.carried) and self.checked_at is None


class Presence(models.Model):
    """Where in an assessment somebody was last seen. It is looked at for a minute, and is no part of what happened."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="presences")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    number = models.CharField(max_length=LONGEST_NUMBER, blank=True)
    at = models.DateTimeField(default=timezone.now)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(("id", "assessment", "person", "number", "at"), "member")

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "person"], name="assessments_one_place_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} · {self.number}"


class Sharing(models.TextChoices):
    """Who beside the organisation reads a piece of evidence: the classes `member` and `audit` of the plan of the house."""

    MEMBER = "member", _("the audit team and the Secretariat")
    AUDIT = "audit", _("the audit team and the Secretariat's oversight only")


class Evidence(models.Model):
    """Something an organisation shows that it meets criteria: a file, a page elsewhere, or both.

    One that is a certificate under a scheme the pack recognises says which, its number, who issued it and what for.
    """

    id = models.CharField(primary_key=True, max_length=12, default=new_public_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="evidence")
    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    content = models.ForeignKey(
        Content, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("file")
    )
    file_name = models.CharField(max_length=LONGEST_TITLE, blank=True)
    link = models.URLField(_("address of a page"), max_length=LONGEST_REASON, blank=True)
    public_content = models.ForeignKey(
        Content,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("redacted public copy"),
    )
    public_file_name = models.CharField(max_length=LONGEST_TITLE, blank=True)
    sharing = models.CharField(_("who else reads it"), max_length=10, choices=Sharing.choices, default=Sharing.MEMBER)
    evidence_date = models.DateField(_("date of the evidence"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    recognised = models.CharField(_("recognised scheme"), max_length=LONGEST_ID, blank=True)
    certificate_number = models.CharField(_("number of the certificate"), max_length=LONGEST_TITLE, blank=True)
    certificate_body = models.CharField(_("issued by"), max_length=LONGEST_TITLE, blank=True)
    certificate_scope = models.CharField(_("what it covers"), max_length=LONGEST_REASON, blank=True)
    added_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_because = models.CharField(_("why it was withdrawn"), max_length=LONGEST_REASON, blank=True)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            *("id", "organisation", "title", "content", "file_name", "link", "public_content", "public_file_name"),
            *("sharing", "evidence_date", "valid_until", "recognised", "certificate_number", "certificate_body"),
            *("certificate_scope", "added_at", "added_by", "withdrawn_at", "withdrawn_because"),
        ),
        "member",
    )

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(content__isnull=False) | ~models.Q(link=""), name="assessments_evidence_of_something"
            ),
            models.CheckConstraint(
                condition=models.Q(recognised="") | ~models.Q(certificate_number="") & ~models.Q(certificate_body=""),
                name="assessments_certificate_with_number_and_body",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-added_at", "-id"], name="assessments_newest_evidence")]

    def __str__(self) -> str:
        return self.title


class EvidenceLink(models.Model):
    """That a piece of evidence speaks to a criterion, in a self assessment of the same organisation."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="links")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="evidence_links")
    number = models.CharField(_("criterion"), max_length=LONGEST_NUMBER)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(("id", "evidence", "assessment", "number"), "member")

    class Meta:
        verbose_name = _("link of evidence to a criterion")
        verbose_name_plural = _("links of evidence to criteria")
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "number", "evidence"], name="assessments_evidence_once_a_criterion"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evidence_id} · {self.assessment_id} {self.number}"


class PublishedAnswer(models.Model):
    """An answer of the help desk that everybody may read beside the criterion. It names nobody who asked."""

    id = models.CharField(primary_key=True, max_length=12, default=new_public_id, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="published_answers")
    standard = models.CharField(max_length=LONGEST_ID)
    number = models.CharField(_("criterion"), max_length=LONGEST_NUMBER)
    question = models.TextField(_("question"), max_length=LONGEST_REASON)
    answer = models.TextField(_("answer"), max_length=LONGEST_TEXT)
    language = models.CharField(_("language"), max_length=LONGEST_ID)
    made_up = models.BooleanField(default=False)
    answered_on = models.DateField(_("answered on"))
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    field_classes: ClassVar[dict[str, str]] = {
        "thread": "member",
        "withdrawn_at": "member",
        **dict.fromkeys(
            ("id", "standard", "number", "question", "answer", "language", "made_up", "answered_on"), "public"
        ),
    }

    class Meta:
        verbose_name = _("published answer")
        verbose_name_plural = _("published answers")
        indexes = [models.Index(fields=["standard", "number"], name="assessments_published_answers")]

    def __str__(self) -> str:
        return f"{self.standard} {self.number}"


class SentWorkbook(models.Model):
    """A workbook of a self assessment that came back and waits for whoever sent it to decide: only what it says otherwise."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="workbooks")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=LONGEST_TITLE, blank=True)
    sha256 = models.CharField(max_length=64)
    wishes = models.JSONField(default=list)
    sent_at = models.DateTimeField(default=timezone.now)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("id", "assessment", "person", "file_name", "sha256", "wishes", "sent_at"), "member"
    )

    class Meta:
        verbose_name = _("workbook sent")
        verbose_name_plural = _("workbooks sent")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "person"], name="assessments_one_workbook_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} · {self.file_name}"


class Sending(models.Model):
    """That a member sent a self assessment to an audit firm: while it stands, the firm's auditors read it with its evidence."""

    id = models.BigAutoField(primary_key=True)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="sendings")
    firm = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="sendings", verbose_name=_("audit firm")
    )
    sent_at = models.DateTimeField(default=timezone.now)
    sent_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(null=True, blank=True)
    received_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("id", "assessment", "firm", "sent_at", "sent_by", "received_at", "received_by", "withdrawn_at"), "member"
    )

    class Meta:
        verbose_name = _("sending to an audit firm")
        verbose_name_plural = _("sendings to audit firms")
        constraints = [
            models.UniqueConstraint(
                fields=["assessment"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="assessments_sent_to_one_firm_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["firm"], condition=models.Q(withdrawn_at__isnull=True), name="assessments_sent_to_a_firm"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} · {self.firm_id}"


class SiteAnswer(models.Model):
    """What one facility of a scope says of a criterion otherwise than the answer for all. An empty field says the same."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="site_answers")
    number = models.CharField(_("criterion"), max_length=LONGEST_NUMBER)
    facility = models.ForeignKey(OwnFacility, on_delete=models.PROTECT, related_name="site_answers")
    level = models.CharField(_("level"), max_length=LONGEST_ID, blank=True)
    text = models.TextField(_("how it is met"), max_length=LONGEST_TEXT, blank=True)
    gap = models.TextField(_("what is missing, and the plan"), max_length=LONGEST_TEXT, blank=True)
    gap_due = models.DateField(_("by when"), null=True, blank=True)
    gap_owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who sees to it")
    )
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            *("id", "assessment", "number", "facility", "level", "text", "gap", "gap_due", "gap_owner", "version"),
            *("saved_at", "saved_by"),
        ),
        "member",
    )

    class Meta:
        verbose_name = _("answer of a site")
        verbose_name_plural = _("answers of sites")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "number", "facility"], name="assessments_one_answer_a_site"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} · {self.number} · {self.facility_id}"


class SiteEvidence(models.Model):
    """That a piece of evidence speaks to a criterion at this facility. One of which no facility is named speaks for all."""

    link = models.ForeignKey(EvidenceLink, on_delete=models.CASCADE, related_name="at_sites")
    facility = models.ForeignKey(OwnFacility, on_delete=models.PROTECT, related_name="+")

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(("id", "link", "facility"), "member")

    class Meta:
        verbose_name = _("evidence of a site")
        verbose_name_plural = _("evidence of sites")
        constraints = [
            models.UniqueConstraint(fields=["link", "facility"], name="assessments_evidence_once_a_site"),
        ]

    def __str__(self) -> str:
        return f"{self.link_id} · {self.facility_id}"


class InvitedToCriteria(models.Model):
    """Which criteria somebody gets who was invited for them, once the invitation is accepted."""

    invitation = models.OneToOneField(Invitation, on_delete=models.PROTECT, primary_key=True, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="invited")
    numbers = models.JSONField(_("criteria"), default=list)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(("invitation", "assessment", "numbers"), "member")

    class Meta:
        verbose_name = _("invitation to criteria")
        verbose_name_plural = _("invitations to criteria")

    def __str__(self) -> str:
        return f"{self.invitation_id} · {self.assessment_id}"
