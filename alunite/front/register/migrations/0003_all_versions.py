from django.db import migrations, models

from alunite.front.register import search
from alunite.front.register.fields import PublicationKey


def make_text_table(apps, schema_editor):
    for statement in search.CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop_text_table(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {search.TABLE}")


class Migration(migrations.Migration):
    """All versions of each record instead of the last. What was held is dropped: it is made anew from publications."""

    dependencies = [("register", "0002_record_successor")]

    operations = [
        migrations.RunPython(drop_text_table, make_text_table),
        migrations.DeleteModel("Facet"),
        migrations.DeleteModel("Held"),
        migrations.DeleteModel("Row"),
        migrations.DeleteModel("Record"),
        migrations.CreateModel(
            name='Facet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('publication', models.BigIntegerField()),
                ('kind', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=40)),
                ('value', models.CharField(max_length=200)),
            ],
            options={
                'indexes': [models.Index(fields=['kind', 'name', 'value', 'publication'], name='register_facet_by_value')],
                'constraints': [models.UniqueConstraint(fields=('publication', 'name', 'value'), name='register_facet_once')],
            },
        ),
        migrations.CreateModel(
            name='Held',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('publication', models.BigIntegerField()),
                ('state', models.CharField(max_length=20)),
                ('level', models.CharField(max_length=80)),
                ('first', models.DateField()),
                ('last', models.DateField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'first', 'last', 'publication'], name='register_held_on')],
                'constraints': [models.UniqueConstraint(fields=('publication', 'first'), name='register_held_from_once')],
            },
        ),
        migrations.CreateModel(
            name='Record',
            fields=[
                ('publication', PublicationKey(primary_key=True, serialize=False)),
                ('until', models.BigIntegerField(null=True)),
                ('kind', models.CharField(max_length=40)),
                ('subject', models.CharField(max_length=64)),
                ('version', models.PositiveIntegerField()),
                ('title', models.TextField()),
                ('slug', models.CharField(max_length=100)),
                ('payload', models.JSONField(null=True)),
                ('published_at', models.DateTimeField()),
                ('withdrawal', models.CharField(blank=True, max_length=40)),
                ('successor', models.CharField(blank=True, help_text='Who speaks for one that was merged.', max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('redacted_by', models.CharField(blank=True, help_text='Id of the decision.', max_length=64)),
                ('redaction_ground', models.CharField(blank=True, max_length=64)),
                ('redacted_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('until__isnull', True)), fields=['kind', 'withdrawal'], name='register_record_count_now'), models.Index(fields=['kind', 'withdrawal', 'publication', 'until'], name='register_record_count')],
                'constraints': [models.UniqueConstraint(fields=('kind', 'subject', 'publication'), name='register_record_once'), models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('kind', 'subject'), name='register_record_now')],
            },
        ),
        migrations.CreateModel(
            name='Row',
            fields=[
                ('publication', PublicationKey(primary_key=True, serialize=False)),
                ('until', models.BigIntegerField(null=True)),
                ('kind', models.CharField(max_length=40)),
                ('place', models.BigIntegerField(help_text='Order of the list: latest event first, then subject.')),
                ('first_day', models.DateField(help_text='First day of its timeline, which has no gap after it.', null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('until__isnull', True)), fields=['place', 'first_day'], name='register_row_place_now'), models.Index(fields=['place', 'publication', 'until', 'first_day'], name='register_row_place'), models.Index(condition=models.Q(('until__isnull', True)), fields=['kind', 'first_day'], name='register_row_count_now'), models.Index(fields=['kind', 'first_day', 'publication', 'until'], name='register_row_count')],
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('value', models.CharField(max_length=200)),
                ('lines', models.BigIntegerField()),
                ('since', models.BigIntegerField()),
            ],
            options={
                'verbose_name_plural': 'tallies',
                'constraints': [models.UniqueConstraint(fields=('name', 'value'), name='register_tally_once')],
            },
        ),
        migrations.RunPython(make_text_table, drop_text_table),
    ]
