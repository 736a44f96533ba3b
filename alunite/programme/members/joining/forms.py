"""What people type to apply, to review and to pay. What may be done is said by the actions."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.actions import InvalidAccount
from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.core.judgement import Reason
from alunite.foundation.files.errors import UnfitFile
from alunite.foundation.files.media_types import ENDINGS
from alunite.foundation.files.storing import LARGEST_CONTENT, receiving
from alunite.foundation.history.editing import NoMark
from alunite.foundation.importing.day_field import DayField
from alunite.foundation.publications.sentences import spoken
from alunite.foundation.scheme.models import MembershipFile, Named, Question
from alunite.foundation.scheme.pack import Pack
from alunite.programme.members.joining import actions, changes, documents, extensions
from alunite.programme.members.joining.actions import CannotDo, Values
from alunite.programme.members.joining.models import (
    LONGEST_TEXT,
    LONGEST_VALUE,
    Application,
    Document,
    ExtensionRequest,
    Invoice,
    Membership,
    Payment,
    Proposal,
)
from alunite.programme.members.joining.queries import (
    applying_organisations,
    asked_in_files,
    asked_in_words,
    kept_up_by,
    membership_rules,
)
from alunite.programme.members.models import LONGEST_NAME
from alunite.programme.members.places.forms import (
    LONGEST_ADDRESS,
    Boxes,
    CountryField,
    DayInput,
    activity_choices,
    public_id_in,
)

LARGEST_SIZE = 10**12
ANSWER = "answer_"


def said(item: Named) -> str:
    """Return the label of something of the pack in the language of the page."""
    return item.translations.get(get_language() or "", item.label)


class Doing(forms.Form):
    """A form that does one thing; what stands against it stands on the form."""

    what: ClassVar[str] = ""

    def do(self, membership: Membership, today: date, actor: Actor) -> bool:  # noqa: ARG002, as all of these
        """Do nothing: what was sent names nothing that can be done here."""
        self.add_error(None, _("This is nothing that can be done here."))
        return False

    def done(self, act: Callable[[], object]) -> bool:
        """Do it; False where something stands against it."""
        if not self.is_valid():
            return False
        try:
            act()
        except CannotDo as refused:
            self.refuse(refused.reasons)
        except NoMark:
            self.add_error(None, _("The form was not opened here. Nothing was changed; open it anew."))
        return not self.errors

    def refuse(self, reasons: tuple[Reason, ...]) -> None:
        """Put each reason beside the field it names, or on top."""
        for reason in reasons:
            field = str(reason.values.get("field", ""))
            self.add_error(field if field in self.fields else None, spoken(reason.text))


class BeginForm(Doing):
    """For which organisation somebody applies."""

    organisation = forms.ChoiceField(label=_("For which organisation"), required=False)
    name = forms.CharField(
        label=_("Name of the organisation, if it is not in the list"), required=False, max_length=LONGEST_NAME
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.own = {str(one.pk): one for one in applying_organisations(actor)}
        offered = [("", _("one that is not in the list")), *((key, one.name) for key, one in self.own.items())]
        self.fields["organisation"].choices = offered  # type: ignore[attr-defined]

    def begin(self) -> Membership | None:
        """Begin the application; None where something stands against it, which the form then says."""
        made: list[Membership] = []
        try:
            self.done(lambda: made.append(self._begin()))
        except InvalidAccount as invalid:
            for name, expected in invalid.faults:
                self.add_error(name if name in self.fields else None, expected)
        return made[0] if made else None

    def _begin(self) -> Membership:
        given = self.cleaned_data
        return actions.begin_application(given["name"], self.own.get(given["organisation"]), actor=self.actor)


class ApplicationForm(Doing):
    """What an application says; nothing of it is required to be saved."""

    mark = forms.CharField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label=_("What the organisation is"), required=False)
    country = CountryField(label=_("Country of the head office"), required=False)
    activities = forms.MultipleChoiceField(
        label=_("What it does, beside what is done at the places it lists"), required=False, widget=Boxes
    )
    wants_certificate = forms.BooleanField(label=_("It wants a certificate of its own"), required=False)
    member_class = forms.ChoiceField(label=_("Class of membership"), required=False)
    size = forms.IntegerField(required=False, max_value=LARGEST_SIZE)
    has_group = forms.NullBooleanField(
        label=_("It controls other companies"),
        required=False,
        widget=forms.Select(choices=[("", _("not said")), ("True", _("yes")), ("False", _("no"))]),
    )

    def __init__(self, *args: Any, pack: Pack, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scheme = membership_rules(pack)
        labels = {one.id: said(one) for one in pack.classes}
        classes = [(rule.member_class, labels[rule.member_class]) for rule in self.scheme.classes]
        kinds = [(one.id, said(one)) for one in self.scheme.kinds]
        self.fields["kind"].choices = [("", _("not said")), *kinds]  # type: ignore[attr-defined]
        self.fields["member_class"].choices = [("", _("not said")), *classes]  # type: ignore[attr-defined]
        self.fields["activities"].choices = activity_choices()  # type: ignore[attr-defined]
        fees = self.scheme.fees
        self.fields["size"].label = fees.size_translations.get(get_language() or "", fees.size_label)
        self.fields["size"].help_text = _(
            "What is counted, and the fee that follows, is our default, not the scheme’s."
        )
        for question in asked_in_words(self.scheme):
            self.fields[f"{ANSWER}{question.id}"] = _field_of(question)

    def save(self, membership: Membership, actor: Actor) -> bool:
        """Save what was typed; False where something stands against it. `Stale` comes through."""
        return self.done(
            lambda: actions.save_application(membership, self._values(), mark=self.cleaned_data["mark"], actor=actor)
        )

    def _values(self) -> Values:
        given = self.cleaned_data
        names = ("kind", "country", "member_class", "wants_certificate", "size", "has_group")
        return Values(
            activities=tuple(given["activities"]),
            answers={question.id: self._answer(question) for question in asked_in_words(self.scheme)},
            **{name: given[name] for name in names},
        )

    def _answer(self, question: Question) -> str:
        given = self.cleaned_data[f"{ANSWER}{question.id}"]
        if question.answer == "consent":
            return "yes" if given else ""
        return str(given)

    @staticmethod
    def typed(application: Application, scheme: MembershipFile) -> dict[str, Any]:
        """Return what the form shows of an application."""
        names = ("kind", "country", "activities", "wants_certificate", "member_class", "size", "has_group")
        answers = application.answers
        return {name: getattr(application, name) for name in names} | {
            f"{ANSWER}{one.id}": answers.get(one.id, "") == "yes"
            if one.answer == "consent"
            else answers.get(one.id, "")
            for one in asked_in_words(scheme)
        }


class KeptUpForm(ApplicationForm):
    """What a member goes on saying of itself: whom to write to, and where."""

    def __init__(self, *args: Any, pack: Pack, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, pack=pack, **kwargs)
        self.application = membership.application
        self.kept_up = kept_up_by(membership, self.scheme)
        names = {"mark", *(f"{ANSWER}{one.id}" for one in self.kept_up)}
        for name in set(self.fields) - names:
            del self.fields[name]

    def _values(self) -> Values:
        asked = tuple(one.id for one in asked_in_words(self.scheme))
        held = actions.values_of(self.application, asked)
        changed = {one.id: self._answer(one) for one in self.kept_up}
        return replace(held, answers={**(held.answers or {}), **changed})


def _field_of(question: Question) -> forms.Field:
    label = said(question)
    if question.answer == "consent":
        return forms.BooleanField(label=label, required=False)
    rows = {"widget": forms.Textarea(attrs={"rows": 3})} if question.answer == "long_text" else {}
    return forms.CharField(label=label, required=False, max_length=LONGEST_TEXT, **rows)  # type: ignore[arg-type]


class DocumentForm(Doing):
    """A file for one of the questions that are answered by files, or one to take back."""

    question = forms.ChoiceField(label=_("What it is"))
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=format_lazy(
            _("PDF, pictures, documents, workbooks, text in UTF-8; at most {most} MB, a limit of ours."),
            most=LARGEST_CONTENT // 1024 // 1024,
        ),
    )

    def __init__(self, *args: Any, scheme: MembershipFile, is_cut_off: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_cut_off = is_cut_off
        self.fields["question"].choices = [(one.id, said(one)) for one in asked_in_files(scheme)]  # type: ignore[attr-defined]
        self.fields["file"].widget.attrs["accept"] = ",".join(ENDINGS)

    def clean(self) -> dict[str, Any] | None:
        """Say once what kept the rest of the form from coming through."""
        if self.is_cut_off:
            self.errors.clear()
            raise forms.ValidationError(_("The file is too large. Nothing was kept."))
        return super().clean()

    def do(self, membership: Membership, today: date, actor: Actor) -> bool:  # noqa: ARG002, as all of these
        """Keep the file, or take back the one that was named."""
        return self._withdraw(membership, actor) if "withdraw" in self.data else self._add(membership, actor)

    def _add(self, membership: Membership, actor: Actor) -> bool:
        """Keep the file; False where something stands against it, which the form then says."""
        if not self.is_valid():
            return False
        file = self.cleaned_data["file"]
        try:
            with receiving(file.chunks()) as received:
                asked = self.cleaned_data["question"]
                return self.done(
                    lambda: documents.add_document(membership, asked, received, file.name or "", actor=actor)
                )
        except UnfitFile as unfit:
            for expected in unfit.faults:
                self.add_error("file", gettext("Expected: %(expected)s.") % {"expected": expected})
        return False

    def _withdraw(self, membership: Membership, actor: Actor) -> bool:
        """Take back the document that was named, where it is this application's."""
        self.fields.clear()
        pk = _uuid(self.data["withdraw"])
        found = Document.objects.filter(membership=membership, pk=pk) if pk else Document.objects.none()
        document = found.select_related("membership").first()
        if document is None:
            self.add_error(None, _("There is no such document here."))
            return False
        return self.done(lambda: documents.withdraw_document(document, actor=actor))


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


class StepForm(Doing):
    """A step from a state to another."""

    what: ClassVar[str] = "step"
    act = forms.CharField(max_length=20, widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )

    def do(self, membership: Membership, today: date, actor: Actor) -> bool:
        """Take or propose the step."""
        return self.done(lambda: actions.take_step(membership, today=today, actor=actor, **self.cleaned_data))


class LookForm(Doing):
    """What the office found when it looked into something."""

    what: ClassVar[str] = "look"
    topic = forms.CharField(max_length=80, widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("What was found, and where"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2})
    )
    is_clear = forms.BooleanField(label=_("Nothing stands against the applicant"), required=False)

    def do(self, membership: Membership, today: date, actor: Actor) -> bool:
        """Note it."""
        return self.done(lambda: actions.note_due_diligence(membership, today=today, actor=actor, **self.cleaned_data))


class MatchForm(Doing):
    """Which record of the register the organisation is."""

    what: ClassVar[str] = "match"
    member = forms.CharField(
        label=_("Its record in the register"),
        required=False,
        max_length=LONGEST_ADDRESS,
        help_text=_("Address of its page or its id; leave it empty where the register does not have it."),
    )

    def do(self, membership: Membership, today: date, actor: Actor) -> bool:  # noqa: ARG002, as all of these
        """Say which."""
        return self.done(
            lambda: actions.match_member(membership, public_id_in(self.cleaned_data["member"]), actor=actor)
        )


class RenewForm(Doing):
    """Asking for the fee of this year."""

    what: ClassVar[str] = "renew"
    version = forms.IntegerField(widget=forms.HiddenInput)

    def do(self, membership: Membership, today: date, actor: Actor) -> bool:
        """Make the invoice."""
        return self.done(lambda: actions.renew(membership, today=today, actor=actor, **self.cleaned_data))


class DecideForm(Doing):
    """The second person's answer to a proposed step."""

    what: ClassVar[str] = "decide"
    proposal = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(choices=[("confirm", ""), ("refuse", "")], widget=forms.HiddenInput)

    def do(self, membership: Membership, today: date, actor: Actor) -> bool:
        """Confirm or refuse it."""

        def decide() -> None:
            # Asked first: whoever may not decide learns nothing of what is proposed.
            require(actor, "membership.decide", membership)
            waiting = Proposal.objects.filter(membership=membership, pk=self.cleaned_data["proposal"])
            if found := waiting.select_related("membership").first():
                confirms = self.cleaned_data["answer"] == "confirm"
                actions.decide_step(found, confirms=confirms, today=today, actor=actor)
            else:
                self.add_error(None, _("There is no such proposal here."))

        return self.done(decide)


class OfficeForm(Doing):
    """Something the office changes of a membership, as it was when the page was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class MoneyForm(OfficeForm):
    """Money for an invoice: paid, or taken back."""

    invoice = forms.CharField(max_length=20, widget=forms.HiddenInput)
    amount = forms.DecimalField(label=_("Amount"), max_digits=14, decimal_places=2)
    note = forms.CharField(label=_("Note or reason"), required=False, max_length=300)

    def found(self, membership: Membership) -> Invoice | None:
        """Return the invoice meant, if it is this membership's."""
        rows = Invoice.objects.filter(membership=membership, number=self.cleaned_data["invoice"])
        found = rows.select_related("membership").first()
        if found is None:
            self.add_error(None, _("There is no such invoice here."))
        return found


class PaymentForm(MoneyForm):
    """Money that came in."""

    what: ClassVar[str] = "pay"
    action: ClassVar[Callable[..., Payment]] = staticmethod(actions.note_payment)
    day = DayField(label=_("Paid on"), widget=DayInput)

    def do(self, membership: Membership, today: date, actor: Actor) -> bool:
        """Note it."""

        def pay() -> None:
            require(actor, "membership.office", membership)
            if invoice := self.found(membership):
                given = {name: self.cleaned_data[name] for name in ("version", "day", "amount", "note")}
                self.action(invoice, today=today, actor=actor, **given)

        return self.done(pay)


class GiveBackForm(PaymentForm):
    """Money that went back, or that was noted by mistake."""

    what: ClassVar[str] = "give_back"
    action: ClassVar[Callable[..., Payment]] = staticmethod(actions.give_back)


class CreditForm(MoneyForm):
    """Money that is not asked for any more."""

    what: ClassVar[str] = "credit"

    def do(self, membership: Membership, today: date, actor: Actor) -> bool:
        """Write the credit note."""

        def credit() -> None:
            require(actor, "membership.office", membership)
            if invoice := self.found(membership):
                amount, reason = self.cleaned_data["amount"], self.cleaned_data["note"]
                version = self.cleaned_data["version"]
                actions.credit(invoice, version=version, amount=amount, reason=reason, today=today, actor=actor)

        return self.done(credit)


class ExtendForm(OfficeForm):
    """Months on top of the certification clock."""

    what: ClassVar[str] = "extend"
    months = forms.IntegerField(label=_("Months on top"), min_value=0)
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_TEXT)

    def do(self, membership: Membership, today: date, actor: Actor) -> bool:
        """Grant them."""
        return self.done(lambda: actions.extend(membership, today=today, actor=actor, **self.cleaned_data))


class CertifiedForm(OfficeForm):
    """The first day of the first certificate."""

    what: ClassVar[str] = "certified"
    day = DayField(label=_("First day of the first certificate"), widget=DayInput)

    def do(self, membership: Membership, today: date, actor: Actor) -> bool:
        """Note it."""
        return self.done(lambda: actions.note_certified(membership, today=today, actor=actor, **self.cleaned_data))


class ClassForm(OfficeForm):
    """Another class from today on."""

    what: ClassVar[str] = "class"
    member_class = forms.ChoiceField(label=_("Class of membership"))
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_TEXT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member_class"].choices = [(one.id, said(one)) for one in current_pack().classes]  # type: ignore[attr-defined]

    def do(self, membership: Membership, today: date, actor: Actor) -> bool:
        """Change it."""
        return self.done(lambda: actions.change_class(membership, today=today, actor=actor, **self.cleaned_data))


class NameForm(OfficeForm):
    """Another name from a day on."""

    what: ClassVar[str] = "name"
    name = forms.CharField(label=_("New name"), max_length=LONGEST_NAME)
    day = DayField(label=_("First day it holds"), widget=DayInput)
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_TEXT)

    def do(self, membership: Membership, today: date, actor: Actor) -> bool:
        """Change it."""
        return self.done(lambda: changes.change_name(membership, today=today, actor=actor, **self.cleaned_data))


class OwnerForm(OfficeForm):
    """Another owner from a day on."""

    what: ClassVar[str] = "owner"
    owner = forms.CharField(label=_("Who owns or controls it since"), max_length=LONGEST_VALUE)
    day = DayField(label=_("First day it holds"), widget=DayInput)
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_TEXT)

    def do(self, membership: Membership, today: date, actor: Actor) -> bool:
        """Change it."""
        return self.done(lambda: changes.change_owner(membership, today=today, actor=actor, **self.cleaned_data))


class AskForm(Doing):
    """More time to the first certificate."""

    what: ClassVar[str] = "ask"
    months = forms.IntegerField(label=_("Months more"), min_value=1)
    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3}), required=False
    )

    def do(self, membership: Membership, today: date, actor: Actor) -> bool:
        """Ask for it."""
        return self.done(lambda: extensions.ask(membership, today=today, actor=actor, **self.cleaned_data))


class AnswerForm(Doing):
    """The office's answer to a request for more time."""

    what: ClassVar[str] = "grant"
    request = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(choices=[("grant", ""), ("refuse", "")], widget=forms.HiddenInput)
    words = forms.CharField(
        label=_("Reason"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2}), required=False
    )

    def do(self, membership: Membership, today: date, actor: Actor) -> bool:
        """Grant or refuse it."""

        def reply() -> None:
            require(actor, "membership.office", membership)
            waiting = ExtensionRequest.objects.filter(membership=membership, pk=self.cleaned_data["request"])
            if found := waiting.select_related("membership").first():
                grants = self.cleaned_data["answer"] == "grant"
                extensions.answer(found, grants=grants, words=self.cleaned_data["words"], today=today, actor=actor)
            else:
                self.add_error(None, _("There is no such request here."))

        return self.done(reply)


FORMS: tuple[type[Doing], ...] = (
    *(StepForm, LookForm, MatchForm, RenewForm, DecideForm, PaymentForm, GiveBackForm, CreditForm),
    *(ExtendForm, CertifiedForm, ClassForm, NameForm, OwnerForm, AskForm, AnswerForm),
)
DOINGS = {form.what: form for form in FORMS}
