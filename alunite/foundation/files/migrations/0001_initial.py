from django.db import migrations, models

from alunite.foundation.history import triggers


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Content',
            fields=[
                ('sha256', models.CharField(editable=False, max_length=64, primary_key=True, serialize=False, verbose_name='SHA-256')),
                ('size', models.PositiveBigIntegerField(help_text='In bytes.', verbose_name='size')),
                ('media_type', models.CharField(help_text='Found out from the bytes, whatever the name said.', max_length=100, verbose_name='media type')),
                ('kept_at', models.DateTimeField(verbose_name='kept')),
            ],
            options={
                'verbose_name': 'content',
                'verbose_name_plural': 'contents',
                'constraints': [models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='files_content_not_empty')],
            },
        ),
        *triggers.append_only('files_content'),
    ]
