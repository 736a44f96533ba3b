import django.db.models.deletion
from django.db import migrations, models

from alunite.foundation.history.triggers import append_only, erasable



class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('subject', models.CharField(help_text='Public id of what it speaks of.', max_length=64)),
                ('version', models.PositiveIntegerField()),
                ('published_at', models.DateTimeField()),
                ('digest', models.CharField(max_length=64)),
                ('withdrawal', models.CharField(blank=True, help_text='Why the subject left the register; empty while it is in it.', max_length=40)),
            ],
            options={
                'db_table': 'publication',
            },
        ),
        migrations.CreateModel(
            name='PublicationPayload',
            fields=[
                ('publication', models.OneToOneField(db_column='publication_id', on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='body', serialize=False, to='publications.publication')),
                ('payload', models.TextField(help_text='Canonical JSON; empty after a redaction or for a withdrawal.', null=True)),
                ('redacted_by', models.CharField(help_text='Id of the decision to redact.', max_length=64, null=True)),
            ],
            options={
                'db_table': 'publication_payload',
            },
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.UniqueConstraint(fields=('kind', 'subject', 'version'), name='publication_version_said_once'),
        ),
        *append_only("publication"),
        *erasable("publication_payload", payload_columns=["payload"], reason_column="redacted_by"),
    ]
