"""Every field says who may see it, so that pages, exports and publications can ask."""

from __future__ import annotations

from django.apps import apps

WORDS = {"public", "member", "parties", "audit", "sealed"}


def test_every_field_of_every_model_has_a_class():
    said = []
    for model in apps.get_models():
        if not model.__module__.startswith("alunite."):
            continue
        declared = model.__dict__.get("field_classes")
        fields = {field.name for field in model._meta.concrete_fields}
        lists = {field.name for field in model._meta.local_many_to_many}
        if declared is None:
            said.append(f"{model._meta.label}: declares no field_classes")
            continue
        if missing := sorted(fields - declared.keys()):
            said.append(f"{model._meta.label}: field_classes says nothing of {', '.join(missing)}")
        if strange := sorted(declared.keys() - fields - lists):
            said.append(f"{model._meta.label}: field_classes speaks of {', '.join(strange)}, which are no fields")
        if wrong := sorted(set(declared.values()) - WORDS):
            said.append(f"{model._meta.label}: {', '.join(wrong)} are no classes; there are {', '.join(sorted(WORDS))}")
    assert said == []
