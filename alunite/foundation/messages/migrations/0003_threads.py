from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_key_single_sign_on_by_issuer'),
        ('outbox', '0002_days_that_were_done'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Thread',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('subject_type', models.CharField(max_length=30)),
                ('subject_id', models.CharField(max_length=40)),
                ('place', models.CharField(blank=True, max_length=40)),
                ('kind', models.CharField(choices=[('comment', 'comment'), ('question', 'question to the help desk')], max_length=10, verbose_name='kind')),
                ('begun_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('last_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('waits_for_desk', models.BooleanField(default=False)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('begun_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='threads', to='accounts.organisation')),
                ('waits_for', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who is to look')),
            ],
            options={
                'verbose_name': 'thread',
                'verbose_name_plural': 'threads',
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('from_desk', models.BooleanField(default=False)),
                ('text', models.TextField(max_length=5000, verbose_name='text')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('thread', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='outbox.thread')),
            ],
            options={
                'verbose_name': 'post',
                'verbose_name_plural': 'posts',
            },
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(fields=['subject_type', 'subject_id', 'place'], name='outbox_thread_of_a_place'),
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(fields=['kind', '-last_at', '-id'], name='outbox_thread_newest'),
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(condition=models.Q(('waits_for_desk', True)), fields=['last_at'], name='outbox_thread_with_the_desk'),
        ),
    ]
