from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("register", "0003_all_versions")]

    operations = [
        migrations.AddIndex(
            model_name="record",
            index=models.Index(fields=["kind", "slug", "subject"], name="register_record_by_name"),
        ),
    ]
