import django.db.models.deletion
from django.db import migrations, models

from alunite.foundation.history.triggers import append_only



class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('file', models.CharField(help_text='Name of the file, without its folder.', max_length=255)),
                ('sha256', models.CharField(max_length=64)),
                ('rows', models.PositiveIntegerField()),
                ('created', models.PositiveIntegerField()),
                ('changed', models.PositiveIntegerField()),
                ('unchanged', models.PositiveIntegerField()),
                ('actor', models.CharField(max_length=80)),
                ('at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('key', models.CharField(max_length=300)),
                ('version', models.PositiveIntegerField()),
                ('row', models.PositiveIntegerField(help_text='Row of the file; the header is 1.')),
                ('cells', models.JSONField()),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='importing.batch')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'key', 'version'), name='importing_statement_version_once')],
            },
        ),
        *append_only("importing_batch"),
        *append_only("importing_statement"),
    ]
