from __future__ import annotations

import alunite.foundation.publications.identifiers
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0003_newest_of_all'),
        ('outbox', '0003_threads'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublishedAnswer',
            fields=[
                ('id', models.CharField(default=alunite.foundation.publications.identifiers.new_public_id, editable=False, max_length=12, primary_key=True, serialize=False)),
                ('standard', models.CharField(max_length=40)),
                ('number', models.CharField(max_length=12, verbose_name='criterion')),
                ('question', models.TextField(max_length=2000, verbose_name='question')),
                ('answer', models.TextField(max_length=20000, verbose_name='answer')),
                ('language', models.CharField(max_length=40, verbose_name='language')),
                ('made_up', models.BooleanField(default=False)),
                ('answered_on', models.DateField(verbose_name='answered on')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('thread', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='published_answers', to='outbox.thread')),
            ],
            options={
                'verbose_name': 'published answer',
                'verbose_name_plural': 'published answers',
                'indexes': [models.Index(fields=['standard', 'number'], name='assessments_published_answers')],
            },
        ),
    ]
