from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publications", "0003_redactions_and_snapshots")]

    operations = [
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(fields=["published_at"], name="publication_by_instant"),
        ),
    ]
