"""Two servers on one PostgreSQL database are one house: what happens at one door holds at the other."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from tests.api.people import PASSWORD, add_person
from tests.api.served import Page
from tests.webhooks.receiver import Receiver, answer

from onefold.access.accounts.tables import sign_in_attempt
from onefold.settings import ServerSettings, Settings, WebhookSettings
from onefold.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

V1 = "/api/v1"
PEOPLE = "id,first name,last name,e-mail\n" + "".join(
    f"{number},Ana{number},Puig,ana{number}@mail.example\n" for number in range(1, 200)
)


class Door:
    """One server process."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "onefold", "serve", "--json", "--no-open", "--port", "0"]
        self._log = (folder / "server.log").open("ab")
        self.process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=self._log, text=True)
        text = ""
        assert self.process.stdout is not None
        while not text.endswith("}\n"):
            line = self.process.stdout.readline()
            assert line, (folder / "server.log").read_text()[-3000:]
            text += line
        self.url = str(json.loads(text)["url"])

    def kill(self) -> None:
        """Without a word."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._log.close()


class House:
    """The workspace, its doors, and the people in front of them."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.a, self.b = Door(workspace.path), Door(workspace.path)
        self.customer = ""

    def sign_in(self, door: Door, email: str) -> httpx.Client:
        client = httpx.Client(base_url=door.url + V1, timeout=60, trust_env=False)
        found = client.post("/sign-in", json={"email": email, "password": PASSWORD})
        assert found.status_code == 200, found.text
        client.headers["X-CSRF-Token"] = client.get("/me").json()["csrf_token"]
        return client

    def at(self, door: Door, client: httpx.Client) -> httpx.Client:
        """The same browser at the other door."""
        other = httpx.Client(base_url=door.url + V1, timeout=60, trust_env=False, cookies=dict(client.cookies))
        other.headers["X-CSRF-Token"] = client.headers["X-CSRF-Token"]
        return other


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    receiver = Receiver(answer(200))
    yield receiver
    receiver.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory, postgres_server, receiver) -> Iterator[House]:
    import psycopg

    name = "two_servers"
    with psycopg.connect(f"{postgres_server.url}/postgres", autocommit=True) as connection:
        connection.execute(f"create database {name}")
    url = f"{postgres_server.url}/{name}".replace("postgresql://", "postgresql+psycopg://")
    folder = tmp_path_factory.mktemp("two") / "acme"
    (folder.parent / "people.csv").write_text(PEOPLE, encoding="utf-8")
    settings = Settings(
        name="acme",
        database=url,
        server=ServerSettings(allow_private_addresses=True),
        webhooks=WebhookSettings(plain_hosts=["127.0.0.1"]),
    )
    with Workspace.create(folder, settings) as workspace:
        workspace.connect("crm", str(folder.parent / "people.csv"))
        workspace.build()
    with Workspace.open(folder) as workspace:
        add_person(workspace, "owner@example.com")
        house = House(workspace)
        with workspace.database.read() as connection:
            house.customer = str(connection.scalar(sa.text("select min(customer_id) from customer")))
        yield house
        house.a.kill()
        house.b.kill()


def wait(until: Callable[[], Any], seconds: float = 60) -> Any:
    """Until something holds; what it gave."""
    end = time.monotonic() + seconds
    while not (found := until()):
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.1)
    return found


def test_who_signs_in_at_one_door_is_in_at_the_other_and_out_at_both(house):
    add_person(house.workspace, "in@example.com", ["agent"])
    a = house.sign_in(house.a, "in@example.com")
    b = house.at(house.b, a)
    assert b.get("/me").json()["email"] == "in@example.com"
    assert b.post("/sign-out").is_success
    assert a.get("/me").status_code == 401


def test_a_role_that_changes_at_one_door_is_obeyed_by_the_other_at_once(house):
    person = add_person(house.workspace, "agent@example.com", ["agent"])
    agent = house.sign_in(house.b, "agent@example.com")
    assert agent.get("/audit").status_code == 403
    owner = house.sign_in(house.a, "owner@example.com")
    path = f"/users/{person.user_id}"
    for role, status in (("administrator", 200), ("agent", 403)):
        version = {"If-Match": owner.get(path).headers["ETag"]}
        assert owner.put(f"{path}/roles", json={"roles": [role]}, headers=version).is_success
        assert agent.get("/audit").status_code == status


def test_a_note_written_at_one_door_is_heard_at_the_other_and_edited_by_one_only(house):
    a = house.sign_in(house.a, "owner@example.com")
    b = house.at(house.b, a)
    key = b.post("/keys", json={"name": "page"}).json()
    page = Page(house.b.url, key["secret"])
    page.wait(lambda open_page: open_page.last_id is not None)
    note = a.post(f"/customers/{house.customer}/notes", json={"body": "Called."})
    note_id = note.json()["note_id"]
    page.wait(lambda open_page: any(e.document.get("resource_id") == note_id for e in open_page.events))
    page.close()
    seen = {"If-Match": b.get(f"/notes/{note_id}").headers["ETag"]}
    assert a.put(f"/notes/{note_id}", json={"body": "From A."}, headers=seen).is_success
    late = b.put(f"/notes/{note_id}", json={"body": "From B."}, headers=seen)
    assert late.status_code == 412
    assert late.json()["error"]["code"] == "stale"
    assert b.get(f"/notes/{note_id}").json()["body"]["text"] == "From A."


def test_a_key_used_at_both_doors_at_the_same_moment_makes_one(house):
    a = house.sign_in(house.a, "owner@example.com")
    b = house.at(house.b, a)
    with ThreadPoolExecutor(4) as pool:
        for number in range(10):
            headers = {"Idempotency-Key": uuid.uuid4().hex}
            body = {"name": f"tag {number}", "colour": "gold"}
            asked = [pool.submit(door.post, "/tags", json=body, headers=headers) for door in (a, b, a, b)]
            answers = [one.result() for one in asked]
            assert {one.status_code for one in answers} <= {201, 409}, [one.text for one in answers]
            ids = {one.json()["tag_id"] for one in answers if one.status_code == 201}
            assert len(ids) == 1
            again = a.post("/tags", json=body, headers=headers)
            assert (again.status_code, again.json()["tag_id"]) == (201, ids.pop())
    names = [one["name"] for one in a.get("/tags").json()["items"]]
    assert len(names) == len(set(names))


def test_wrong_passwords_are_counted_together(house):
    add_person(house.workspace, "locked@example.com", ["agent"])
    doors = [httpx.Client(base_url=door.url + V1, trust_env=False, timeout=60) for door in (house.a, house.b)]
    statuses = []
    for number in range(40):
        guess = {"email": "locked@example.com", "password": f"wrong guess {number}"}
        statuses.append(doors[number % 2].post("/sign-in", json=guess).status_code)
        if statuses[-1] == 429:
            break
    assert statuses[-1] == 429
    right = {"email": "locked@example.com", "password": PASSWORD}
    assert [door.post("/sign-in", json=right).status_code for door in doors] == [429, 429]
    with house.workspace.database.write() as connection:
        connection.execute(sa.delete(sign_in_attempt))


def test_a_change_is_delivered_once_though_both_deliver(house, receiver):
    a = house.sign_in(house.a, "owner@example.com")
    b = house.at(house.b, a)
    made = a.post("/webhooks", json={"name": "hook", "url": receiver.url, "kinds": ["note.created"]})
    assert made.is_success, made.text
    for number in range(10):
        for door in (a, b):
            assert door.post(f"/customers/{house.customer}/notes", json={"body": f"n {number}"}).is_success
    wait(lambda: len({message.id for message in receiver.messages}) >= 20)
    time.sleep(1.5)  # for what must not come
    ids = [message.id for message in receiver.messages]
    assert len(ids) == len(set(ids)) == 20
    assert a.delete(f"/webhooks/{made.json()['webhook_id']}", headers={"If-Match": '"1"'}).status_code in {204, 412}


def test_one_build_runs_and_both_doors_see_it(house):
    a = house.sign_in(house.a, "owner@example.com")
    b = house.at(house.b, a)
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(door.post, "/builds", json={"sources": []}) for door in (a, b)]
        answers = [one.result() for one in asked]
    assert sorted(one.status_code for one in answers) == [201, 409], [one.text for one in answers]
    job_id = next(one.json()["job"]["job_id"] for one in answers if one.status_code == 201)
    for door in (a, b):
        assert door.get(f"/jobs/{job_id}").status_code == 200
    wait(lambda: b.get(f"/jobs/{job_id}").json()["state"] == "succeeded", 180)
    assert a.get(f"/jobs/{job_id}").json()["state"] == "succeeded"


def test_one_is_killed_and_the_other_goes_on_with_its_work(house):
    """Last of all: one door is gone afterwards."""
    a = house.sign_in(house.a, "owner@example.com")
    job_id = a.post("/builds", json={"sources": []}).json()["job"]["job_id"]
    holder = wait(lambda: _holder(house, job_id))
    dead, living = (house.a, house.b) if holder == house.a.process.pid else (house.b, house.a)
    assert living.process.pid != holder == dead.process.pid
    dead.kill()
    left = house.at(living, a)
    assert left.post(f"/customers/{house.customer}/notes", json={"body": "Still here."}).is_success
    wait(lambda: left.get(f"/jobs/{job_id}").json()["state"] in {"succeeded", "failed"}, 180)
    found = left.get(f"/jobs/{job_id}").json()
    assert (found["state"], found["attempts"]) == ("succeeded", 2), found
    assert _holder(house, job_id) is None
    command = [sys.executable, "-m", "onefold", "audit", "verify", "--json"]
    done = subprocess.run(command, cwd=house.workspace.path, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["is_intact"], done.stdout + done.stderr


def _holder(house: House, job_id: str) -> int | None:
    """The process that runs a job now."""
    with house.workspace.database.read() as connection:
        owner = connection.scalar(
            sa.text("select lease_owner from job where job_id = :id and state = 'running'"), {"id": job_id}
        )
    return int(owner.split("/")[1]) if owner else None
