from django.db import migrations, models

from alunite.foundation.history.triggers import append_only



class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='AdoptedPack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scheme', models.CharField(max_length=40)),
                ('digest', models.CharField(db_index=True, max_length=64)),
                ('document', models.JSONField()),
                ('adopted_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'adopted scheme pack',
                'verbose_name_plural': 'adopted scheme packs',
            },
        ),
        *append_only("adoption_adoptedpack"),
    ]
