import alunite.foundation.publications.identifiers
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('audits', '0001_initial'),
        ('importing', '0001_initial'),
        ('members', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.CharField(default=alunite.foundation.publications.identifiers.new_public_id, editable=False, max_length=12, primary_key=True, serialize=False)),
                ('family', models.CharField(help_text='Id of the family of standards.', max_length=80)),
                ('number', models.CharField(blank=True, max_length=60)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'certificate',
                'verbose_name_plural': 'certificates',
                'constraints': [models.UniqueConstraint(condition=models.Q(('number', ''), _negated=True), fields=('family', 'number'), name='certificates_number_once_in_family')],
            },
        ),
        migrations.CreateModel(
            name='CertificationEvent',
            fields=[
                ('id', models.CharField(default=alunite.foundation.publications.identifiers.new_public_id, editable=False, max_length=12, primary_key=True, serialize=False)),
                ('record_id', models.CharField(max_length=100, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('certificate', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='certificates.certificate')),
                ('firm', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='certification_events', to='audits.firm')),
                ('statement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='certification_event', to='importing.statement')),
            ],
            options={
                'verbose_name': 'certification event',
                'verbose_name_plural': 'certification events',
            },
        ),
        migrations.CreateModel(
            name='EventMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField()),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='named', to='certificates.certificationevent')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='members.member')),
            ],
        ),
        migrations.AddField(
            model_name='certificationevent',
            name='members',
            field=models.ManyToManyField(related_name='certification_events', through='certificates.EventMember', to='members.member'),
        ),
        migrations.AddConstraint(
            model_name='eventmember',
            constraint=models.UniqueConstraint(fields=('event', 'member'), name='certificates_member_named_once'),
        ),
    ]
