"""What is sent of a workbook: the file itself, then what is decided of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alunite.foundation.importing.uploads import LARGEST_UPLOAD

CHOICE = "choice_"


class WorkbookForm(forms.Form):
    """A workbook that comes back."""

    file = forms.FileField(label=_("Workbook, filled in"), allow_empty_file=True)

    def __init__(self, *args: Any, is_cut_off: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_cut_off = is_cut_off
        self.fields["file"].widget.attrs["accept"] = ".xlsx"

    def clean(self) -> dict[str, Any]:
        """Say once that too much was sent: what came of it is not looked at."""
        if self.is_cut_off:
            self._errors = forms.utils.ErrorDict()
            said = gettext("The file is larger than %(most)s MB. Nothing was kept.")
            self.add_error("file", said % {"most": LARGEST_UPLOAD // 1024 // 1024})
        return self.cleaned_data

    def sent(self) -> UploadedFile[Any]:
        """Return the file."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        return file


class DecisionForm(forms.Form):
    """What is done with a workbook whose differences were shown; `seen` is their mark."""

    SAVE, DISCARD = "save", "discard"

    act = forms.ChoiceField(choices=[(SAVE, SAVE), (DISCARD, DISCARD)])
    seen = forms.CharField(required=False, max_length=100)

    def choices(self) -> dict[str, str]:
        """Return what was decided of each conflict, by criterion and field."""
        return {name.removeprefix(CHOICE): word for name, word in self.data.items() if name.startswith(CHOICE)}
