import alunite.foundation.publications.identifiers
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Firm',
            fields=[
                ('id', models.CharField(default=alunite.foundation.publications.identifiers.new_public_id, editable=False, max_length=12, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=300, unique=True, verbose_name='name')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'audit firm',
                'verbose_name_plural': 'audit firms',
            },
        ),
    ]
