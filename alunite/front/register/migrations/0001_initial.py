import django.db.models.deletion
from django.db import migrations, models

from alunite.front.register import search


def make_text_table(apps, schema_editor):
    for statement in search.CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop_text_table(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {search.TABLE}")



class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Record',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('subject', models.CharField(max_length=64)),
                ('title', models.TextField()),
                ('slug', models.CharField(max_length=100)),
                ('payload', models.JSONField(null=True)),
                ('publication', models.BigIntegerField()),
                ('version', models.PositiveIntegerField()),
                ('published_at', models.DateTimeField()),
                ('withdrawal', models.CharField(blank=True, max_length=40)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'subject'), name='register_record_once')],
            },
        ),
        migrations.CreateModel(
            name='Row',
            fields=[
                ('id', models.CharField(max_length=12, primary_key=True, serialize=False)),
                ('text_id', models.BigIntegerField(unique=True)),
                ('kind', models.CharField(max_length=40)),
                ('slug', models.CharField(max_length=100)),
                ('number', models.CharField(blank=True, max_length=60)),
                ('entity', models.TextField()),
                ('members', models.JSONField()),
                ('family', models.CharField(max_length=80)),
                ('version', models.CharField(max_length=80)),
                ('level', models.CharField(max_length=80)),
                ('countries', models.JSONField()),
                ('activities', models.JSONField()),
                ('last_event', models.CharField(max_length=80)),
                ('last_day', models.CharField(blank=True, max_length=10)),
                ('sort_day', models.DateField()),
                ('first_day', models.DateField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['-sort_day', 'id'], name='register_row_by_day')],
            },
        ),
        migrations.CreateModel(
            name='Held',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=20)),
                ('level', models.CharField(max_length=80)),
                ('first', models.DateField()),
                ('last', models.DateField(null=True)),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='held', to='register.row')),
            ],
            options={
                'indexes': [models.Index(fields=['row', 'first', 'last'], name='register_held_on')],
                'constraints': [models.UniqueConstraint(fields=('row', 'first'), name='register_held_from_once')],
            },
        ),
        migrations.CreateModel(
            name='Facet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=20)),
                ('value', models.CharField(max_length=80)),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='facets', to='register.row')),
            ],
            options={
                'indexes': [models.Index(fields=['name', 'value', 'row'], name='register_facet_by_value')],
                'constraints': [models.UniqueConstraint(fields=('row', 'name', 'value'), name='register_facet_once')],
            },
        ),
        migrations.RunPython(make_text_table, drop_text_table),
    ]
