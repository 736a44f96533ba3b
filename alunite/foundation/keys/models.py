from __future__ import annotations

from typing import ClassVar

from django.db import models


class SigningKey(models.Model):
    """An Ed25519 key pair whose private half is closed under the master key.

    `id` is the beginning of the SHA-256 of the public key's 32 bytes, so that an id alone pins the key it names.
    """

    id = models.CharField(primary_key=True, max_length=32)
    public_key = models.CharField(max_length=64, help_text="The 32 bytes of the public key, base64.")
    wrapped_private_key = models.CharField(max_length=128, help_text="Nonce and AES-256-GCM box, base64.")
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    endorsed_by = models.CharField(max_length=32, blank=True, help_text="The key it took over from.")
    endorsement = models.CharField(max_length=128, blank=True, help_text="That key's signature that it did, base64.")

    field_classes: ClassVar[dict[str, str]] = {
        "id": "public",
        "public_key": "public",
        "wrapped_private_key": "sealed",
        "created_at": "public",
        "retired_at": "public",
        "endorsed_by": "public",
        "endorsement": "public",
    }

    class Meta:
        db_table = "keys_signing_key"
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.id
