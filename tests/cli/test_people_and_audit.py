"""``onefold user`` and ``onefold audit``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from onefold.access.accounts import accept_invitation, reset_password, sign_in
from onefold.access.accounts.model import Visitor
from onefold.cli.main import main
from onefold.settings import Settings
from onefold.workspace import Workspace

HERE = Visitor("127.0.0.1")
PASSWORD = "correct horse battery staple"


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    workspace = Workspace.create(tmp_path / "acme", Settings(name="acme"))
    monkeypatch.chdir(tmp_path / "acme")
    yield workspace
    workspace.close()


@pytest.fixture
def run(workspace, capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return run


def invited(run, *options):
    code, out, _ = run("user", "invite", "bea@example.com", "--role", "agent", *options, "--json")
    assert code == 0
    return json.loads(out)


def test_who_owns_the_files_invites_and_lists(run, workspace):
    made = invited(run, "--name", "Bea 王", "--attribute", "regions=North", "--attribute", "department=sales")
    assert made["user"]["attributes"] == {"regions": ["North"], "department": "sales"}
    assert made["link"].startswith("http://127.0.0.1:8360/invitation#token=")
    token = made["link"].partition("#token=")[2]
    accept_invitation(workspace.database, token, None, PASSWORD, HERE, "acme")
    assert "bea@example.com  active    agent  Bea 王" in run("user", "list")[1]


def test_who_owns_the_files_always_helps_in(run, workspace):
    token = invited(run)["link"].partition("#token=")[2]
    accept_invitation(workspace.database, token, None, PASSWORD, HERE, "acme")
    reset = json.loads(run("user", "reset", "bea@example.com", "--second-factor", "--json")[1])
    assert reset["purpose"] == "reset"
    reset_password(workspace.database, reset["link"].partition("#token=")[2], "quite another phrase", HERE, "acme")
    assert sign_in(workspace.database, "bea@example.com", "quite another phrase", HERE).session.is_second_factor_done


def test_disabling_keeps_out_and_enabling_lets_in(run, workspace):
    token = invited(run)["link"].partition("#token=")[2]
    accept_invitation(workspace.database, token, None, PASSWORD, HERE, "acme")
    assert run("user", "disable", "bea@example.com")[1] == "bea@example.com is disabled\n"
    assert run("user", "reset", "bea@example.com")[0] == 4
    assert run("user", "enable", "bea@example.com")[1] == "bea@example.com is active\n"


@pytest.mark.parametrize("arguments", [("reset", "nobody@example.com"), ("disable", "nobody@example.com")])
def test_nobody_is_said(run, arguments):
    code, _, err = run("user", *arguments)
    assert code == 3
    assert "onefold user list" in err


def test_the_audit_is_exported_and_verified_and_a_change_is_found(run, workspace, tmp_path):
    invited(run)
    code, out, _ = run("audit", "verify", "--json")
    note = json.loads(out)
    assert (code, note["is_intact"], note["entries"]) == (0, True, 1)
    assert run("audit", "export", "a.ndjson")[0] == 0
    assert [json.loads(line)["action"] for line in Path("a.ndjson").read_text(encoding="utf-8").splitlines()] == [
        "user.invite",
        "audit.export",
    ]
    assert run("audit", "export", "a.csv")[0] == 0
    assert run("audit", "export", "a.pdf")[0] == 2
    assert run("audit", "verify", "--noted", f"1:{note['head_hash']}")[0] == 0
    assert run("audit", "verify", "--noted", f"1:{'0' * 64}")[0] == 1
    with workspace.database.engine.begin() as connection:
        connection.execute(sa.text("drop trigger audit_entry_is_not_changed"))
        connection.execute(sa.text("update audit_entry set actor_id = 'usr_innocent' where seq = 1"))
    code, _, err = run("audit", "verify")
    assert code == 1
    assert "Entry 1: it was changed after it was written" in err
