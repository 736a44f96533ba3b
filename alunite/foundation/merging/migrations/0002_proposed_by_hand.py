from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """A person may propose two records that the rule does not take for one."""

    dependencies = [("merging", "0001_initial")]

    operations = [
        migrations.AlterField(
            "proposal",
            "score",
            models.PositiveSmallIntegerField(
                help_text="In hundredths; empty where the rule does not take the two for one.", null=True
            ),
        ),
        migrations.AlterField(
            "proposal",
            "evidence",
            models.CharField(blank=True, help_text="Digest of what was known of both.", max_length=64),
        ),
        migrations.AddField(
            "proposal",
            "proposed_by",
            models.CharField(
                blank=True, help_text="Who proposed it by hand; empty where the rule did.", max_length=100
            ),
        ),
        migrations.AddField(
            "proposal",
            "why",
            models.TextField(blank=True, help_text="Of whoever proposed it by hand."),
        ),
    ]
