"""Builds over HTTP: asked for, watched, cancelled, killed, scheduled; the command line asks a running server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from tests.api.conftest import TOKEN
from tests.api.served import served

from onefold.api.building import start_worker
from onefold.workspace import Workspace

PEOPLE = "id,first name,last name,e-mail\n1,Ana,García,ana@mail.example\n2,John,Whitfield,john@mail.example\n"


@pytest.fixture
def worker(workspace):
    one = start_worker(workspace)
    yield one
    one.stop()


@pytest.fixture
def company(workspace) -> Path:
    file = workspace.path / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    workspace.connect("crm", "people.csv")
    return file


def over(client, job_id, seconds=90.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job = client.get(f"/api/v1/jobs/{job_id}").json()
        if job["state"] in {"succeeded", "failed", "cancelled"}:
            return job
        time.sleep(0.2)
    raise AssertionError(job)


def started(client, **ask):
    answer = client.post("/api/v1/builds", json=ask)
    assert answer.status_code == 201, answer.text
    return answer.json()["job"]["job_id"]


def test_a_build_over_http_is_told_step_by_step_and_kept_in_history(client, company, worker):
    done = over(client, started(client))
    assert done["state"] == "succeeded", done
    assert done["result"]["tables"][0]["rows"] == 2
    log = client.get(f"/api/v1/jobs/{done['job_id']}/log").json()
    assert "reading crm.people" in [line["line"] for line in log["items"]]
    assert log["is_over"]
    assert not [line for line in log["items"] if "Fatal" in line["line"] or "Traceback" in line["line"]]
    (build,) = client.get("/api/v1/builds").json()["items"]
    assert build["build_no"] == 1
    assert build["job"]["job_id"] == done["job_id"]
    assert set(build["steps"]) == {"land", "conform", "resolve", "unify", "report", "publish"}
    assert client.get("/api/v1/builds/1").json()["entry_id"] == done["job_id"]
    source = client.get("/api/v1/sources/crm").json()
    assert (source["state"], source["rows"], source["people_records"]) == ("current", 2, 2)


def test_a_source_that_cannot_be_read_is_told_by_its_own_state_without_folders(client, company, worker, workspace):
    workspace.connect("shop", "shop.csv")
    done = over(client, started(client))
    assert done["state"] == "succeeded"
    shop = client.get("/api/v1/sources/shop").json()
    assert shop["state"] == "failed"
    assert shop["problem"]["code"] == "not_found"
    assert str(workspace.path) not in json.dumps(shop)
    assert str(workspace.path) not in json.dumps(done)


def test_only_the_sources_that_were_named_are_read(client, company, worker, workspace):
    (workspace.path / "more.csv").write_text(PEOPLE.replace("1,Ana", "7,Eva"), encoding="utf-8")
    workspace.connect("shop", "more.csv")
    over(client, started(client))
    before = client.get("/api/v1/sources/shop").json()["last_read_at"]
    company.write_text(PEOPLE + "3,Eva,Puig,eva@mail.example\n", encoding="utf-8")
    (workspace.path / "more.csv").unlink()
    done = over(client, started(client, sources=["crm"]))
    assert done["result"]["problems"] == []
    assert done["result"]["vanished_tables"] == []
    sources = {one["name"]: one for one in client.get("/api/v1/sources").json()["items"]}
    assert sources["crm"]["rows"] == 3
    assert (sources["shop"]["rows"], sources["shop"]["last_read_at"]) == (2, before)
    assert client.post("/api/v1/builds", json={"sources": ["nobody"]}).status_code == 422


def test_a_second_build_is_refused_while_one_waits(client, company):
    first = started(client)
    again = client.post("/api/v1/builds", json={})
    assert again.status_code == 409
    assert again.json()["error"]["job_id"] == first
    assert client.get("/api/v1/builds/current").json()["job"]["job_id"] == first
    assert client.post(f"/api/v1/jobs/{first}/cancel").json()["state"] == "cancelled"
    assert client.post("/api/v1/builds", json={}).status_code == 201


def test_a_build_of_nothing_fails_with_the_reason(client, worker):
    done = over(client, started(client))
    assert done["state"] == "failed"
    assert done["error"]["message"] == "no source is connected"
    assert client.get("/api/v1/builds").json()["items"][0]["job"]["state"] == "failed"


def test_a_running_build_is_cancelled(client, company, worker):
    job_id = started(client)
    while client.get(f"/api/v1/jobs/{job_id}").json()["state"] == "queued":
        time.sleep(0.05)
    client.post(f"/api/v1/jobs/{job_id}/cancel")
    assert over(client, job_id, 40)["state"] in {"cancelled", "succeeded"}
    assert over(client, started(client))["state"] == "succeeded"


def test_a_build_whose_process_is_killed_says_so_and_the_next_one_mends_it(client, company, worker):
    job_id = started(client)
    child = _child_of(os.getpid())
    os.kill(child, signal.SIGKILL)
    done = over(client, job_id)
    assert done["state"] == "failed"
    assert "SIGKILL" in done["error"]["message"]
    assert over(client, started(client))["state"] == "succeeded"


def test_values_are_not_looked_up_while_a_build_holds_the_warehouse(client, company, worker, workspace):
    over(client, started(client))
    with workspace.locked():
        answer = client.get("/api/v1/sources/crm/tables/people/samples", params={"column": "e-mail"})
    assert answer.status_code == 409
    assert answer.json()["error"]["reason"] == "build_running"
    assert client.get("/api/v1/sources/crm/tables/people/samples", params={"column": "e-mail"}).status_code == 200


def test_the_page_is_heard_of_the_end_of_a_build(client, company, worker, workspace):
    import sqlalchemy as sa

    from onefold.storage import outbox

    over(client, started(client))
    with workspace.database.read() as connection:
        kinds = set(connection.scalars(sa.select(outbox.c.kind)))
    assert {"job.queued", "job.started", "job.finished", "build.finished"} <= kinds


def test_the_command_line_has_a_running_server_build(workspace, company):
    with running(workspace):
        direct = onefold(workspace, "build", "--json")
        assert direct.returncode == 0, direct.stderr
        assert json.loads(direct.stdout)["tables"][0]["rows"] == 2
        shown = onefold(workspace, "build", "--html", "silo.html")
        assert "2 people records are 2 people" in shown.stdout
        assert (workspace.path / "silo.html").exists()
        with workspace.database.read() as connection:
            from onefold import jobs

            assert [job.state for job in jobs.list_jobs(connection)] == ["succeeded", "succeeded"]
        company.unlink()
        failed = onefold(workspace, "build", "--json")
        assert failed.returncode == 3 or failed.returncode == 5, (failed.returncode, failed.stdout)
        assert onefold(workspace, "connect", "shop", "onefold.yaml", "--no-check").returncode == 0
    (workspace.path / ".server").write_text(json.dumps({"url": "http://127.0.0.1:1", "token": "x", "pid": 2**22 - 3}))
    company.write_text(PEOPLE, encoding="utf-8")
    assert onefold(workspace, "build", "--source", "crm").returncode == 0


@contextmanager
def running(workspace: Workspace):
    """A server with a worker, found by the command line."""
    worker = start_worker(workspace)
    with served(workspace, TOKEN) as (url, _app):
        state = workspace.path / ".server"
        state.write_text(json.dumps({"url": url, "token": TOKEN, "pid": os.getpid()}), encoding="utf-8")
        yield url
        state.unlink()
    worker.stop()


def onefold(workspace, *arguments):
    command = [sys.executable, "-m", "onefold", *arguments]
    return subprocess.run(command, check=False, cwd=workspace.path, capture_output=True, text=True, timeout=120)


def _child_of(parent: int, seconds: float = 20.0) -> int:
    """The build that a worker of this process started."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError, IndexError):
                words = (entry / "stat").read_text().rpartition(")")[2].split()
                command = (entry / "cmdline").read_bytes()
                if int(words[1]) == parent and b"--for-server" in command:
                    return int(entry.name)
        time.sleep(0.02)
    raise AssertionError("no build was started")
