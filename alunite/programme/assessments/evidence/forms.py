"""What a member sends as evidence: what the form takes, never what may be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alunite.foundation.files.errors import UnfitFile
from alunite.foundation.files.media_types import ENDINGS
from alunite.foundation.files.storing import LARGEST_CONTENT, receiving
from alunite.foundation.importing.day_field import DayField
from alunite.foundation.scheme.models import RecognisedScheme, Stated
from alunite.foundation.scheme.notes import trust_note
from alunite.foundation.scheme.pack import Pack
from alunite.programme.assessments.actions import Faulty
from alunite.programme.assessments.evidence.actions import Given, Sent
from alunite.programme.assessments.evidence.queries import WORDS
from alunite.programme.assessments.evidence.rules import Words, numbers_in
from alunite.programme.assessments.forms import label_of, version_label
from alunite.programme.assessments.models import (
    LONGEST_REASON,
    LONGEST_TITLE,
    Assessment,
    Evidence,
    Sharing,
)

LARGEST_SHOWN = LARGEST_CONTENT // 1024 // 1024
LONGEST_LIST = 2_000
FILES = ("file", "public_file")


def _date(label: Any, help_text: Any) -> DayField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return DayField(label=label, required=False, help_text=help_text, widget=widget)


def _short(label: Any, longest: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=longest, help_text=help_text)


class EvidenceForm(forms.Form):
    """A piece of evidence: what it is, its file or address, what it is a certificate of, which criteria it speaks to."""

    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    file = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,
        help_text=format_lazy(
            _(
                "PDF, pictures, documents, workbooks, text in UTF-8; at most {most} MB with its public copy, a limit of ours."
            ),
            most=LARGEST_SHOWN,
        ),
    )
    link = forms.URLField(
        label=_("Address of a page"),
        required=False,
        max_length=LONGEST_REASON,
        assume_scheme="https",
        help_text=_("Beside the file or in its place. A page may change or go; a file stays as it is."),
    )
    public_file = forms.FileField(
        label=_("Redacted public copy"),
        required=False,
        allow_empty_file=True,
        help_text=_("A second file without what must not become public. It is not published by this."),
    )
    sharing = forms.ChoiceField(label=_("Who else reads it"), choices=Sharing.choices, widget=forms.RadioSelect)
    evidence_date = _date(
        _("Date of the evidence"), _("When it was written or what it shows held; not when it is sent.")
    )
    valid_until = _date(_("Valid until"), _("Its last good day, where it has one."))
    recognised = forms.ChoiceField(label=_("Certificate of"), required=False)
    certificate_number = _short(_("Number of the certificate"), LONGEST_TITLE)
    certificate_body = _short(_("Issued by"), LONGEST_TITLE)
    certificate_scope = _short(_("What the certificate covers"), LONGEST_REASON)
    mark = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, pack: Pack, assessments: Sequence[Assessment], *args: Any, is_cut_off: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.is_cut_off = is_cut_off
        self.assessments = assessments
        schemes = pack.recognition.schemes if pack.recognition else ()
        named = [(one.id, scheme_said(pack, one)) for one in schemes]
        self.fields["recognised"].choices = [("", _("no recognised scheme")), *named]  # type: ignore[attr-defined]
        for name in FILES:
            self.fields[name].widget.attrs["accept"] = ",".join(ENDINGS)
        for one in assessments:
            label = f"{one.scope.title} · {version_label(pack, one.standard)}"
            self.fields[f"criteria_{one.pk}"] = _short(label, LONGEST_LIST)

    @classmethod
    def first_values(cls, evidence: Evidence, criteria: dict[str, tuple[str, ...]], mark: str) -> dict[str, Any]:
        """Return what the form shows of a piece of evidence that stands."""
        said = {name: getattr(evidence, name) for name in WORDS}
        return said | {f"criteria_{key}": ", ".join(numbers) for key, numbers in criteria.items()} | {"mark": mark}

    def clean(self) -> dict[str, Any] | None:
        """Say once what kept the rest of the form from coming through."""
        if self.is_cut_off:
            self.errors.clear()
            said = gettext("The files are larger than %(most)s MB together. Nothing was kept.")
            raise forms.ValidationError(said % {"most": LARGEST_SHOWN})
        return super().clean()

    @property
    def mark_sent(self) -> str:
        """Mark of when the form was opened."""
        return str(self.cleaned_data["mark"])

    def open_again(self, mark: str) -> None:
        """Show what was sent as if it had been typed now."""
        self.data = {**self.data.dict(), "mark": mark}  # type: ignore[attr-defined]  # no field of it is sent twice

    def criteria_fields(self) -> Iterator[BoundField]:
        """Yield the field for the criteria of each self assessment."""
        for one in self.assessments:
            yield self[f"criteria_{one.pk}"]

    @contextmanager
    def given(self) -> Iterator[Given | None]:
        """Give what was sent, its files received; None where a file is not taken, which the form then says."""
        with ExitStack() as stack:
            sent: dict[str, Sent | None] = {name: self._received(name, stack) for name in FILES}
            criteria = {one.pk: numbers_in(self.cleaned_data[f"criteria_{one.pk}"]) for one in self.assessments}
            words = Words(**{name: self.cleaned_data[name] for name in WORDS})
            yield None if self.errors else Given(words, criteria, sent["file"], sent["public_file"])

    def _received(self, name: str, stack: ExitStack) -> Sent | None:
        file: UploadedFile[Any] | None = self.cleaned_data.get(name)
        if file is None:
            return None
        try:
            return Sent(stack.enter_context(receiving(file.chunks())), file.name or "")
        except UnfitFile as unfit:
            for expected in unfit.faults:
                self._tell(name, expected)
            return None

    def tell(self, faulty: Faulty) -> None:
        """Say what was wrong beside the fields it stands in."""
        for fault in faulty.faults:
            self._tell(fault.place, fault.expected)

    def _tell(self, name: str, expected: str) -> None:
        said = gettext("Expected: %(expected)s.") % {"expected": expected}
        self.add_error(name if name in self.fields else None, said)


def scheme_said(pack: Pack, scheme: RecognisedScheme) -> str:
    """Return a recognised scheme with the versions it is recognised for, and by whose word."""
    versions = ", ".join(version_label(pack, one) for one in scheme.versions)
    return f"{label_of(scheme)} ({versions}; {note_of(pack, scheme)})"


def note_of(pack: Pack, said: Stated) -> str:
    """Return how far to trust something the pack says, in words."""
    owner = pack.scheme
    note, _is_own = trust_note(str(said.trust), said.origin, said.source, scheme_id=owner.id, owner=owner.owner)
    return note


class WithdrawForm(forms.Form):
    """Why a piece of evidence is taken back."""

    reason = forms.CharField(label=_("Because"), max_length=LONGEST_REASON)
