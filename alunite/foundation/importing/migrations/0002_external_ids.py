import django.db.models.deletion
from django.db import migrations, models

from alunite.foundation.history.triggers import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('importing', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExternalId',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('system', models.CharField(max_length=40)),
                ('identifier', models.CharField(max_length=200)),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='external_ids', to='importing.statement')),
            ],
            options={
                'indexes': [models.Index(fields=['system', 'identifier'], name='importing_external_id')],
                'constraints': [models.UniqueConstraint(fields=('statement', 'system', 'identifier'), name='importing_external_id_once')],
            },
        ),
        *append_only("importing_externalid"),
    ]
