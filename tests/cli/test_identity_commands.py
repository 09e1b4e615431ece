"""Who is who at the command line: exit codes, JSON and nothing else, and the limit on how much a build may change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from onefold.build import blast
from onefold.cli.main import main, onefold
from onefold.workspace import Workspace

HEAD = "id,first name,last name,email,phone,birth date\n"
ROWS = [
    "1,Ana,García,ana.garcia@example.com,+34600110001,1980-02-03",
    "2,Bruno,Caldez,bruno77@example.com,+34600110002,1971-05-09",
    "3,Carla,Holtman,carla.h@example.com,+34600110003,1990-11-20",
    "4,Dmitri,Elmov,d.elmov@example.com,+34600110004,1965-01-30",
]


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, ROWS)
    with Workspace.create(tmp_path / "acme") as workspace:
        workspace.connect("crm", str(tmp_path / "crm.csv"))
        workspace.build()
    monkeypatch.chdir(tmp_path / "acme")
    return tmp_path


def write(folder: Path, rows: list[str]) -> None:
    (folder / "crm.csv").write_text(HEAD + "\n".join(rows) + "\n", "utf-8")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0), capsys.readouterr().out


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    code, out = run(capsys, "identity", *arguments, "--json")
    assert code == 0, out
    return json.loads(out)


def test_a_decision_is_made_explained_listed_and_undone(company, capsys):
    first = told(capsys, "resolve", "crm.crm:1")["customer_id"]
    effect = told(capsys, "same", "crm:1", "bruno77@example.com", "--reason", "maiden name")
    assert effect["counts"]["merged"] == 1
    assert told(capsys, "explain", "crm:1", "crm:2")["verdict"] == "decided_same"
    assert [one["reason"] for one in told(capsys, "overrides")["overrides"]] == ["maiden name"]
    feed = told(capsys, "changes")
    assert [change["kind"] for change in feed["changes"]] == ["merged"]
    assert told(capsys, "changes", "--after", str(feed["last"])) == {"changes": [], "last": feed["last"]}
    retired = feed["changes"][0]["customer_id"]
    assert told(capsys, "resolve", retired)["customer_id"] != retired
    told(capsys, "undo", str(feed["last"]))
    assert told(capsys, "resolve", retired)["customer_id"] == retired
    assert told(capsys, "resolve", "crm.crm:1")["customer_id"] == first
    assert told(capsys, "explain", "crm:1", "crm:2")["verdict"] == "decided_different"


def test_exit_codes_say_what_is_wrong(company, capsys):
    assert run(capsys, "identity", "resolve", "cus_aaaaaaaaaaaaaaaa")[0] == 3
    assert run(capsys, "identity", "resolve", "crm.crm:1", "--as-of", "2001-01-01")[0] == 3
    assert run(capsys, "identity", "explain", "nobody@example.com")[0] == 3
    assert run(capsys, "identity", "undo")[0] == 2
    assert run(capsys, "identity", "undo", "99")[0] == 3
    assert run(capsys, "identity", "different", "crm:1", "crm:1")[0] == 2
    told(capsys, "same", "crm:1", "crm:2")
    assert run(capsys, "identity", "different", "crm:1", "crm:2")[0] == 4
    assert run(capsys, "identity", "withdraw", "ovr_no")[0] == 3


def test_a_record_that_has_not_come_yet_is_matched(company, capsys):
    ana = told(capsys, "resolve", "crm.crm:1")["customer_id"]
    same = {"given_name": "Ana", "family_name": "Garcia", "email": ["ana.garcia@example.com"], "phone": "+34600110001"}
    found = told(capsys, "match", json.dumps(same))
    assert (found["customer_id"], found["also"]) == (ana, [])
    assert found["matches"][0]["evidence"]["email"][0] == "same"
    columns = {"first name": "Ana", "last name": "García", "email": "ana.garcia@example.com", "phone": "600110001"}
    assert told(capsys, "match", json.dumps(columns), "--table", "crm.crm")["customer_id"] == ana
    stranger = {"given_name": "Zoltan", "family_name": "Petrus", "email": "zoltan@example.net"}
    assert told(capsys, "match", json.dumps(stranger))["customer_id"] is None
    assert "a new customer" in run(capsys, "identity", "match", json.dumps(stranger))[1]
    code, shown = run(capsys, "identity", "match", json.dumps(same))
    assert (code, shown.split(",")[0]) == (0, ana)
    assert told(capsys, "changes")["changes"] == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["{"], 2),
        (["[]"], 2),
        (['{"shoe_size": 43}'], 2),
        (['{"email": {"work": "ana@example.com"}}'], 2),
        (['{"email": "ana@example.com"}', "--table", "crm.nothing"], 3),
        (['{"shoe size": "43"}', "--table", "crm.crm"], 2),
    ],
)
def test_a_record_that_cannot_be_read_is_refused(company, capsys, arguments, expected):
    assert run(capsys, "identity", "match", *arguments)[0] == expected


def test_a_plan_shows_what_a_build_would_do_and_why_and_does_nothing(company, capsys):
    write(company, [*ROWS[:1], "2," + ROWS[0][2:], *ROWS[2:]])
    plan = told(capsys, "plan")
    assert plan["counts"]["merged"] == 1
    assert plan["changes"][0]["evidence"]["links"][0]["weight"] > 0
    assert told(capsys, "changes")["changes"] == []
    code, _ = run(capsys, "build", "--json")
    assert code == 0
    made = told(capsys, "changes")["changes"]
    assert [(change["kind"], change["subject_ids"]) for change in made] == [
        (change["kind"], change["subject_ids"]) for change in plan["changes"]
    ]


def test_a_build_that_changes_too_much_keeps_the_old_map_until_it_is_confirmed(company, capsys, monkeypatch):
    monkeypatch.setattr(blast, "FEWEST_STOPPED", 1)
    write(company, [ROWS[0]])
    before = told(capsys, "resolve", "crm.crm:3")
    code, out = run(capsys, "build", "--json")
    assert code == 10
    assert json.loads(out)["kept_map"]["changed"] == 3
    assert told(capsys, "resolve", "crm.crm:3") == before
    assert told(capsys, "plan")["blast"]["is_too_large"]
    with Workspace.open() as workspace:
        assert workspace.card(before["customer_id"]).state == "active", "profiles are as they were"
    code, out = run(capsys, "build")
    assert code == 10
    assert "onefold build --confirm" in out
    assert run(capsys, "build", "--confirm")[0] == 0
    assert [change["kind"] for change in told(capsys, "changes")["changes"]] == ["retired"] * 3


def test_help_shows_the_commands(company):
    from onefold.cli.main import onefold

    assert "explain" in CliRunner().invoke(onefold, ["identity", "--help"]).output


def test_labels_come_from_a_file_or_a_person_and_measure_without_binding(company, capsys):
    write(company, [*ROWS, "5,Ana,Garcia,,+34600110001,1980-02-03", "6,Bruno,Caldez,bruno77@example.com,,1971-05-09"])
    assert run(capsys, "build")[0] == 0
    assert len(told(capsys, "label", "--limit", "100")["pairs"]) >= 2
    answers = company / "labels.csv"
    answers.write_text("subject_a,subject_b,answer\ncrm:1,crm.crm:2,d\ncrm:3,crm:4,unsure\n", "utf-8")
    assert told(capsys, "label", "--answers", str(answers)) == {"labelled": 2}
    assert {one["answer"] for one in told(capsys, "quality", "--labels")["labels"]} == {"different", "unsure"}
    asked = CliRunner().invoke(onefold, ["identity", "label"], input="d\nq\n")
    assert asked.exit_code == 0, asked.output
    assert "Pair 2" in asked.output
    measured = told(capsys, "quality")
    assert measured["estimate"] is None
    assert measured["unsure"] == 1
    assert told(capsys, "changes")["changes"] == []
    first = told(capsys, "quality", "--labels")["labels"][0]["label_id"]
    assert told(capsys, "quality", "--withdraw", first)["withdrawn_by"] == "command line"
    assert run(capsys, "identity", "quality", "--withdraw", first)[0] == 4


def test_a_file_of_labels_is_kept_whole_or_not_at_all(company, capsys):
    answers = company / "labels.csv"
    answers.write_text("subject_a,subject_b,answer\ncrm:1,crm:2,s\ncrm:3,crm:4,perhaps\n", "utf-8")
    assert run(capsys, "identity", "label", "--answers", str(answers))[0] == 2
    assert told(capsys, "quality", "--labels") == {"labels": []}
    answers.write_text("a,b\n1,2\n", "utf-8")
    assert run(capsys, "identity", "label", "--answers", str(answers))[0] == 2
