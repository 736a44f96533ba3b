"""Contents on their way to a browser: always saved, never shown.

Nothing here asks who may: the view of the room that keeps the file has asked its own policy before, by a record of its
own. No address leads to a content by its SHA-256.
"""

from __future__ import annotations

from django.http import FileResponse

from alunite.foundation.files.media_types import TEXT
from alunite.foundation.files.models import Content
from alunite.foundation.files.names import safe_name
from alunite.foundation.files.storing import open_content

# Should a browser open it after all, it is a page that may do nothing and belongs to nobody.
POLICY = "default-src 'none'; sandbox"


def attachment(content: Content, name: str) -> FileResponse:
    """Return a content as a file to save under a name.

    Raises
    ------
    Damaged
        If its bytes are not those that were kept.
    """
    media_type = f"{TEXT}; charset=utf-8" if content.media_type == TEXT else content.media_type
    answer = FileResponse(
        open_content(content),
        as_attachment=True,
        filename=safe_name(name, content.media_type),
        content_type=media_type,
    )
    answer["Content-Length"] = str(content.size)
    # Said so that nothing on the way packs it anew: its length would be unknown then, and most types are packed already.
    answer["Content-Encoding"] = "identity"
    answer["Content-Security-Policy"] = POLICY
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer
