"""Whatever is asked, the API answers as its description says: no failure of ours, no answer that is not documented.

10,000 questions at full length (ALUNITE_SOAK=1), made by Schemathesis from the description, in and out of order. They are
asked on both engines: what an engine takes as text, as a number or as an id differs, and a question reaches all three.
"""

from __future__ import annotations

from functools import lru_cache

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from django.test import override_settings
from hypothesis import HealthCheck
from schemathesis.checks import CHECKS
from schemathesis.generation import GenerationMode

from alunite.front.api.asking import clocks_for
from alunite.front.api.describing import described
from alunite.front.api.examples import with_examples

QUESTIONS = 10_000
HOLDS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
)

pytestmark = pytest.mark.soak


@lru_cache(maxsize=1)
def description():
    """Return the description with its examples, so that some questions ask for what there is; all tests here ask one register."""
    return with_examples(clocks_for(None, None))


@pytest.fixture
def one_connection():
    """Keep the connection of the test over requests, as Django's own client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as described", "otherwise"])
@pytest.mark.parametrize("path", list(described()["paths"]))
def test_any_question_is_answered_as_described(samples, one_connection, soak, path, mode):
    schema = schemathesis.openapi.from_dict(description())
    schema.app = get_wsgi_application()
    operation = schema[path]["GET"]
    if mode is GenerationMode.NEGATIVE and not operation.query and not operation.path_parameters:
        pytest.skip("it takes nothing that could be wrong")
    checks = CHECKS.get_by_names(HOLDS)
    # The second engine gets fewer in the ordinary run: the questions that part engines are among the first of each kind.
    share = soak if connection.vendor == "sqlite" or soak >= 1 else soak / 5
    count = max(4, int(QUESTIONS * share / (2 * len(described()["paths"]))))

    @hypothesis.settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        case.call_and_validate(checks=checks, headers={"Accept-Encoding": "identity"})

    with override_settings(ALUNITE_API_REQUESTS_A_MINUTE=0, ALLOWED_HOSTS=["*"]):
        ask()
