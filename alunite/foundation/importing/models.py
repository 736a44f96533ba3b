"""Batches and the statements they brought. A statement is what a source's row said, cell by cell, for ever."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from alunite.foundation.importing.cells import LONGEST_IDENTIFIER, LONGEST_SYSTEM

LONGEST_KEY = 300


class Batch(models.Model):
    """One file of one import that changed something."""

    kind = models.CharField(max_length=40)
    file = models.CharField(max_length=255, help_text=_("Name of the file, without its folder."))
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    created = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()

    field_classes: ClassVar[dict[str, str]] = {
        "id": "audit",
        "kind": "audit",
        "file": "audit",
        "sha256": "audit",
        "rows": "audit",
        "created": "audit",
        "changed": "audit",
        "unchanged": "audit",
        "actor": "audit",
        "at": "audit",
    }

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.kind} {self.file} {self.at:%Y-%m-%d}"


class Statement(models.Model):
    """Version n of what a source says under one key. A changed row makes a new statement; the old one stays."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="statements")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=LONGEST_KEY)
    version = models.PositiveIntegerField()
    row = models.PositiveIntegerField(help_text=_("Row of the file; the header is 1."))
    cells = models.JSONField()

    field_classes: ClassVar[dict[str, str]] = {
        "id": "public",
        "batch": "audit",
        "kind": "public",
        "key": "public",
        "version": "public",
        "row": "audit",
        "cells": "public",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "version"], name="importing_statement_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} v{self.version}"


class ExternalId(models.Model):
    """What another system calls the record a statement speaks of, as the statement says it.

    Of any kind of record, so that one index answers what a system's id stands for here. What holds now is what the
    latest statement under a key says.
    """

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="external_ids")
    system = models.CharField(max_length=LONGEST_SYSTEM)
    identifier = models.CharField(max_length=LONGEST_IDENTIFIER)

    field_classes: ClassVar[dict[str, str]] = {
        "id": "public",
        "statement": "public",
        "system": "public",
        "identifier": "public",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "system", "identifier"], name="importing_external_id_once"),
        ]
        indexes = [models.Index(fields=["system", "identifier"], name="importing_external_id")]

    def __str__(self) -> str:
        return f"{self.system}:{self.identifier}"
