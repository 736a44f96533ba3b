from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_handovers'),
        ('assessments', '0008_sites'),
    ]

    operations = [
        migrations.CreateModel(
            name='InvitedToCriteria',
            fields=[
                ('invitation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='accounts.invitation')),
                ('numbers', models.JSONField(default=list, verbose_name='criteria')),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invited', to='assessments.assessment')),
            ],
            options={
                'verbose_name': 'invitation to criteria',
                'verbose_name_plural': 'invitations to criteria',
            },
        ),
    ]
