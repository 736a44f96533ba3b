from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Null until the read tables are made anew, which `alunite init` does because their shape changed too."""

    dependencies = [
        ("register", "0006_shape"),
    ]

    operations = [
        migrations.AddField(
            model_name="row",
            name="expires",
            field=models.IntegerField(help_text="Last day its expiry can be, in days since the year 1.", null=True),
        ),
    ]
