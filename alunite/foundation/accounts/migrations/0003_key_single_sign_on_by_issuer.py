"""Key links to single sign-on by the provider's issuer and its id, where they were by the id alone.

A link whose token did not name both stays as it is, and opens nothing any more: the person is linked anew by the
verified address, or by hand.
"""

from typing import Any

from django.db import migrations

from alunite.foundation.core.canonical import digest


def of_id_tokens(apps: Any) -> Any:
    links = apps.get_model("socialaccount", "SocialAccount").objects.filter(provider="sso").order_by("pk")
    for link in links.iterator():
        token = link.extra_data.get("id_token") or {}
        if token.get("iss") and token.get("sub"):
            yield link, token["iss"], token["sub"]


def by_issuer(apps: Any, schema_editor: Any) -> None:
    for link, issuer, subject in of_id_tokens(apps):
        link.uid = digest([issuer, subject])
        link.save(update_fields=["uid"])


def by_id_alone(apps: Any, schema_editor: Any) -> None:
    for link, _issuer, subject in of_id_tokens(apps):
        link.uid = subject
        link.save(update_fields=["uid"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_invitations_and_reviews"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]

    operations = [migrations.RunPython(by_issuer, by_id_alone)]
