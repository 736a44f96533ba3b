from __future__ import annotations

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("outbox", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="TickedDay",
            fields=[
                ("name", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("done_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "day that was done",
                "verbose_name_plural": "days that were done",
            },
        ),
    ]
