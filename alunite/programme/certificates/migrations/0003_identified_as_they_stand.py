"""Until now each event stood where its row identifies it, and a number had the members of its first row.

What different members had under one number stays together until one of its rows is stated anew: nothing that was
published changes by this step.
"""

from django.db import migrations

BATCH = 500


def fill(apps, schema_editor):
    Event = apps.get_model("certificates", "CertificationEvent")
    EventMember = apps.get_model("certificates", "EventMember")
    Certificate = apps.get_model("certificates", "Certificate")
    standing = Event.objects.exclude(certificate=None).order_by("record_id")
    first = {}
    batch = []
    for event in standing.iterator(chunk_size=BATCH):
        event.identified_as_id = event.certificate_id
        first.setdefault(event.certificate_id, event.pk)
        batch.append(event)
        if len(batch) == BATCH:
            Event.objects.bulk_update(batch, ["identified_as"])
            batch = []
    Event.objects.bulk_update(batch, ["identified_as"])
    for certificate in list(Certificate.objects.exclude(number="").filter(pk__in=Event.objects.values("certificate"))):
        named = EventMember.objects.filter(event=first[certificate.pk]).values_list("member_id", flat=True)
        certificate.holders = ";".join(sorted(named))[:200]
        certificate.save(update_fields=["holders"])


class Migration(migrations.Migration):
    dependencies = [("certificates", "0002_group_events_by_hand")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
