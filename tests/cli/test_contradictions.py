"""``onefold contradictions`` and ``onefold customer --handover``: what is listed, settled and told in a terminal."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from tests.profiles.company import Company
from tests.profiles.conftest import Bench

from onefold.cli.main import onefold
from onefold.engines import Engine
from onefold.errors import InvalidInput, NotFound
from onefold.workspace import Workspace


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs a command in the workspace of a company that knows Ana twice; errors come through."""
    company = Company()
    company.record(
        "crm.people:1", "ana", updated="2024-01-01", full_name="Ana García", email="ana@x.com", status="active",
        city="Madrid",
    )  # fmt: skip
    company.record("desk.users:z", "ana", full_name="Ana García", email="ana@x.com", status="vip", city="Girona")
    company.event(
        "desk.tickets:1", "desk.users:z", role="conversations", event_type="ticket", occurred_at="2025-03-02",
        status="open", counterpart="Bob", title="Where is it?",
    )  # fmt: skip
    with Workspace.create(tmp_path / "acme") as workspace:
        engine = Engine.open(threads=1)
        Bench(engine, workspace.database).build(company)
        engine.close()
    monkeypatch.chdir(tmp_path / "acme")

    def ran(*arguments):
        done = CliRunner().invoke(onefold, list(arguments), catch_exceptions=False)
        assert done.exit_code == 0
        return done.stdout

    return ran


def test_a_contradiction_is_listed_settled_and_let_go_again(run):
    assert "status: open" in run("contradictions", "list", "--attribute", "status")
    told = run("contradictions", "pick", "crm:1", "status", "vip", "--reason", "asked her")
    assert "status is vip (picked)" in told
    assert "Nothing contradicts." in run("contradictions", "list", "--attribute", "status")
    settled = run("contradictions", "list", "--state", "settled")
    assert "picked by command line" in settled
    assert "asked her" in settled
    assert "chosen by rule: newest" in run("contradictions", "unpick", "crm:1", "status")
    assert "It was so already." in run("contradictions", "unpick", "crm:1", "status")


def test_json_holds_the_whole_and_nothing_else(run):
    document = json.loads(run("contradictions", "list", "--limit", "2", "--json"))
    assert len(document["items"]) == 2
    assert document["counts"]["attributes"]["status"] == 1
    picked = json.loads(run("contradictions", "pick", "crm:1", "status", "vip", "--json"))
    assert (picked["rule"], picked["version"]) == ("picked", 2)


def test_what_cannot_be_picked_is_said_with_what_can(run):
    with pytest.raises(InvalidInput) as refused:
        run("contradictions", "pick", "crm:1", "status", "nonsense")
    assert "vip" in refused.value.hint
    with pytest.raises(NotFound):
        run("contradictions", "unpick", "nobody@x.example", "status")


def test_the_hand_over_is_told_in_lines(run):
    text = run("customer", "crm:1", "--handover")
    for part in ("Hand-over of Ana García", "Who", "Open conversations", "Already told", "Systems disagree"):
        assert part in text
    assert "Where is it?" in text
    assert json.loads(run("customer", "crm:1", "--handover", "--json"))["display_name"] == "Ana García"
