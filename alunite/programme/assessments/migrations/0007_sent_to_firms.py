from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_handovers'),
        ('assessments', '0005_workbooks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Sending',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('sent_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('received_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sendings', to='assessments.assessment')),
                ('firm', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sendings', to='accounts.organisation', verbose_name='audit firm')),
                ('received_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sent_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'sending to an audit firm',
                'verbose_name_plural': 'sendings to audit firms',
                'indexes': [models.Index(condition=models.Q(('withdrawn_at__isnull', True)), fields=['firm'], name='assessments_sent_to_a_firm')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('assessment',), name='assessments_sent_to_one_firm_at_a_time')],
            },
        ),
    ]
