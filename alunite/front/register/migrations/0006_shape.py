from django.db import migrations, models


class Migration(migrations.Migration):
    """Which projector made the read tables. Without a row nobody knows, and `alunite init` makes them anew."""

    dependencies = [("register", "0005_runs_by_their_end")]

    operations = [
        migrations.CreateModel(
            name="Shape",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shape", models.CharField(help_text="As `projector.SHAPE`.", max_length=20)),
            ],
        ),
    ]
