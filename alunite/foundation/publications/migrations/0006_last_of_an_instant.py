from django.db import migrations, models


class Migration(migrations.Migration):
    """Thousands of publications have one instant, and PostgreSQL put them all in order to find the last of a day."""

    dependencies = [("publications", "0005_mentions")]

    operations = [
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(fields=["published_at", "id"], name="publication_by_instant_id"),
        ),
        migrations.RemoveIndex(model_name="publication", name="publication_by_instant"),
    ]
