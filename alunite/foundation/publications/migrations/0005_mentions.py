import json
from itertools import islice

import django.db.models.deletion
from django.db import migrations, models

from alunite.foundation.history.triggers import append_only

CHUNK = 500
# What payloads of each kind list by id, when this was written.
TELLS_OF = {
    "audit": ("findings", "members"),
    "certificate": ("events",),
    "figure": ("beside",),
    "finding": ("members",),
}


def note_what_was_published(apps, schema_editor):
    """Read once what all publications tell of; one that was emptied tells of nothing."""
    payloads = apps.get_model("publications", "PublicationPayload").objects
    mentions = apps.get_model("publications", "Mention").objects
    said = payloads.filter(publication__kind__in=TELLS_OF, payload__isnull=False).order_by("pk")
    rows = said.values_list("pk", "publication__kind", "payload").iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        mentions.bulk_create(
            mentions.model(publication_id=publication, record=record)
            for publication, kind, payload in chunk
            for record in sorted(_told(kind, json.loads(payload)))
        )


def _told(kind, said):
    return {one["id"] for field in TELLS_OF[kind] for one in said.get(field, ())}


class Migration(migrations.Migration):
    dependencies = [("publications", "0004_find_by_instant")]

    operations = [
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record", models.CharField(help_text="Public id of the record.", max_length=64)),
                (
                    "publication",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mentions",
                        to="publications.publication",
                    ),
                ),
            ],
            options={
                "db_table": "publication_mention",
                "indexes": [models.Index(fields=["record"], name="publication_mention_of")],
                "constraints": [
                    models.UniqueConstraint(fields=("publication", "record"), name="publication_mention_once")
                ],
            },
        ),
        migrations.RunPython(note_what_was_published, migrations.RunPython.noop),
        *append_only("publication_mention"),
    ]
