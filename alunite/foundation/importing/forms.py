"""What a person sends to have files checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alunite.foundation.importing.kinds import import_kinds
from alunite.foundation.importing.uploads import LARGEST_UPLOAD, MOST_FILES, Upload, told_kind

LARGEST_SHOWN = LARGEST_UPLOAD // 1024 // 1024


class _Several(forms.ClearableFileInput):
    allow_multiple_selected = True


class _Files(forms.FileField):
    """Any number of files."""

    widget = _Several

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return a list of what was sent; raise where one of the files cannot be taken."""
        sent = data if isinstance(data, list | tuple) else [data] if data else []
        if not sent:
            super().clean(None, initial)
        if len(sent) > MOST_FILES:
            raise forms.ValidationError(gettext("At most %(most)s files at once.") % {"most": MOST_FILES})
        return [super(_Files, self).clean(file, initial) for file in sent]


class UploadForm(forms.Form):
    """Files of rows, and how other systems' columns become ours."""

    rows = _Files(
        allow_empty_file=True,
        label=_("Files of rows"),
        help_text=format_lazy(
            _("CSV in UTF-8, XLSX or JSON, one kind of rows each; together at most {most} MB."), most=LARGEST_SHOWN
        ),
        error_messages={"required": _("Choose at least one file.")},
    )
    mappings = _Files(
        allow_empty_file=True,
        label=_("Mapping files, if columns are another system's"),
        required=False,
        help_text=_("YAML. Files in our own columns need none."),
    )

    def __init__(self, *args: Any, is_cut_off: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_cut_off = is_cut_off
        self.fields["rows"].widget.attrs["accept"] = ".csv,.xlsx,.json"
        self.fields["mappings"].widget.attrs["accept"] = ".yaml,.yml"

    def clean(self) -> dict[str, Any]:
        """Say once that too much was sent: what came of it is not looked at."""
        if self.is_cut_off:
            self._errors = forms.utils.ErrorDict()
            text = gettext("Together at most %(most)s MB; import larger files with the command line.")
            self.add_error("rows", text % {"most": LARGEST_SHOWN})
        return self.cleaned_data

    def sent(self, name: str) -> list[UploadedFile[Any]]:
        """Return the files of a field."""
        return list(self.cleaned_data[name])


class KindsForm(forms.Form):
    """Of which kind each file is: as a person says, else as its name tells."""

    def __init__(self, upload: Upload, data: Mapping[str, Any]) -> None:
        kinds = [kind.name for kind in import_kinds()]
        told = {f"kind-{place}": told_kind(name, kinds) for place, name in enumerate(upload.names)}
        super().__init__(told | {name: data[name] for name in told if name in data})
        for (field, _kind), name in zip(told.items(), upload.names, strict=True):
            self.fields[field] = forms.ChoiceField(
                label=gettext("Kind of %(name)s") % {"name": name},
                choices=[("", gettext("Choose a kind")), *((kind, kind) for kind in kinds)],
                error_messages={"required": gettext("Its name does not tell the kind: choose it.")},
            )

    def kinds(self) -> Sequence[str]:
        """Return the kinds, in the order of the files."""
        return [self.cleaned_data[name] for name in self.fields]


class ActForm(forms.Form):
    """What is done with files that were checked; `seen` is the newest import when they were."""

    IMPORT, DISCARD = "import", "discard"

    act = forms.ChoiceField(choices=[(IMPORT, IMPORT), (DISCARD, DISCARD)])
    seen = forms.IntegerField(min_value=0)


class PageForm(forms.Form):
    """Where a list goes on."""

    after = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)
