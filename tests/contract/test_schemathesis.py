"""Requests that the description allows, and many that it does not: none breaks the server, all refusals look alike.

Schemathesis makes the requests from the API's own description, within a fixed seed and number.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from tests.api.served import served

from onefold.api import openapi_document
from onefold.workspace import Workspace

pytestmark = pytest.mark.slow

TOKEN = "token-of-the-test-0123456789"
EXAMPLES = int(os.environ.get("ONEFOLD_SCHEMATHESIS_EXAMPLES", "6"))
OF_OTHERS = {"source_failed", "unsupported"}
"""Failures of systems that a request names, and what this installation was not given."""
ENDLESS = {"/api/v1/stream"}
_config = SchemathesisConfig()
_config.projects.default.generation.modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
schema = schemathesis.openapi.from_dict(openapi_document(), config=_config).exclude(path=list(ENDLESS))
_bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def url(tmp_path_factory) -> Iterator[str]:
    """The address of a server on a workspace of its own."""
    with (
        Workspace.create(tmp_path_factory.mktemp("schemathesis") / "acme") as workspace,
        served(workspace, TOKEN) as (url, _app),
    ):
        yield url


def _check(case, url: str, token: str) -> int:
    answer = case.call(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60)
    is_ours = answer.status_code < 500 or answer.json()["error"]["code"] in OF_OTHERS
    assert is_ours, (case.as_curl_command(), answer.text)
    if answer.status_code >= 400 and case.method != "HEAD":
        assert answer.headers["content-type"][0] == "application/json", (case.as_curl_command(), answer.text)
        error = answer.json()["error"]
        assert {"code", "message", "hint", "is_transient"} <= set(error), answer.text
        assert "Traceback" not in answer.text
    return answer.status_code


@schema.parametrize()
@_bounded
def test_the_owner_breaks_nothing(case, url):
    assert _check(case, url, TOKEN) != 401 or _is_open(case)


@schema.parametrize()
@_bounded
def test_strangers_break_nothing_and_learn_nothing(case, url):
    status = _check(case, url, "ofk_nobody")
    assert _is_open(case) or status in {400, 401, 405, 413, 422}, status


def _is_open(case) -> bool:
    return case.operation.definition.raw.get("security") == []
