"""Doubtful cases at the command line: listed, gone through by key, answered by pattern."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.identity.review.doubts import make_queue

from onefold.cli.main import main, onefold
from onefold.workspace import Workspace

ROWS = [
    "1,Ana,García,ana.garcia@example.com,1980-02-03",
    "2,Bruno,Caldez,bruno77@example.com,1971-05-09",
    "3,Carla,Holtman,carla.h@example.com,1990-11-20",
    "4,Dmitri,Elmov,d.elmov@example.com,1965-01-30",
]


def crm(number: int) -> str:
    return f"crm.crm:{number}"


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "crm.csv").write_text("id,first name,last name,email,birth date\n" + "\n".join(ROWS) + "\n", "utf-8")
    with Workspace.create(tmp_path / "acme") as workspace:
        workspace.connect("crm", str(tmp_path / "crm.csv"))
        workspace.build()
    with Workspace.open(tmp_path / "acme") as workspace:
        make_queue(workspace, {(crm(1), crm(2)): 0.55, (crm(2), crm(3)): 0.7, (crm(3), crm(4)): 0.9})
    monkeypatch.chdir(tmp_path / "acme")
    return tmp_path / "acme"


def run(*arguments: str, keys: str = "") -> str:
    done = CliRunner().invoke(onefold, ["identity", "review", *arguments], input=keys)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def told(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json"))


def test_cases_are_gone_through_by_key(company):
    out = run("next", keys="xskq")
    assert "Are these two customers one?" in out
    assert "≠ given name" in out
    assert "+9.0  given name: same" in out
    assert "same: 1 merged" in out
    assert "Put aside." in out
    assert told()["counts"]["open"] == {"pair": 1}
    assert "That was the last one." in run("next", keys="d")
    assert "No case is open." in run("next")


def test_one_case_is_answered_by_its_name(company):
    item = told()["items"][0]
    assert told("answer", item["item_id"], "different", "--reason", "two")["item"]["answer"] == "different"
    assert item["item_id"] in run("--state", "answered")
    with pytest.raises(SystemExit) as ended:
        main(["identity", "review", "answer", item["item_id"], "same"])
    assert ended.value.code == 4


def test_a_pattern_is_answered_after_a_look(company):
    (pattern,) = told("patterns")["patterns"]
    assert (pattern["items"], pattern["label"]) == (3, "same given name and family name, different e-mail")
    plan = told("answer", "--pattern", pattern["pattern"]["key"], "same", "--dry-run")
    assert (plan["items"], plan["counts"]) == (3, {"merged": 3})
    assert "Nothing was changed" in run("answer", "--pattern", pattern["pattern"]["key"], "same", "--dry-run")
    done = told("answer", "--pattern", pattern["pattern"]["key"], "same")
    assert done == {"answered": 3, "refused": 0, "gone": 0}
    assert run("patterns") == "No case is open.\n"


def test_two_people_are_asked_where_that_is_set(company):
    with Workspace.open(company) as workspace, workspace.edit_settings() as document:
        document["identity"] = {"review": {"two_people": True}}
    assert "waits for a second person" in run("next", keys="sq")


@pytest.mark.parametrize("arguments", [("answer",), ("answer", "rev_x"), ("answer", "--pattern", "ptn_x")])
def test_an_answer_says_what_and_to_what(company, arguments):
    with pytest.raises(SystemExit) as ended:
        main(["identity", "review", *arguments])
    assert ended.value.code == 2
