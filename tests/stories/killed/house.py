"""A workspace at work: what valid requests need, made through the API or past it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pyotp
import sqlalchemy as sa
from tests.api.people import PASSWORD, add_person

from onefold import care
from onefold.access.accounts import mint_link_token
from onefold.api.care.files import file_store
from onefold.kernel import new_id, utc_now
from onefold.profiles.tables import profile
from onefold.sources import sweep_uploads
from onefold.workspace import Workspace

V1 = "/api/v1"
CHANGE = {
    "seq": 1,
    "happened_at": "2026-11-03T09:14:07.250+00:00",
    "kind": "note.created",
    "resource": "note",
    "resource_id": "not_1",
    "customer_id": None,
    "actor_id": None,
    "payload": {},
}
PEOPLE = b"id,first name,last name,e-mail\n1,Ana,Garcia,ana@mail.example\n2,John,Whitfield,john@mail.example\n"


@dataclass(frozen=True)
class Ask:
    """One valid request."""

    path: str
    body: Any = None
    content: bytes | None = None
    file: tuple[str, bytes, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    client: httpx.Client | None = None
    """Whose browser; the owner's where absent."""


class House:
    """One served workspace with its owner in front of a browser."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.database = workspace.database
        self.numbers = itertools.count(1)
        self.url = ""
        self.owner_user = add_person(workspace, "owner@example.com")
        self.customers: list[str] = []
        self.ana = ""
        """Whose records contradict each other."""
        self._clients: list[httpx.Client] = []
        self.owner = self.browser()

    def moved(self, url: str) -> None:
        """The server is at another address now; browsers stay signed in."""
        self.url = url
        for client in self._clients:
            client.base_url = httpx.URL(url + V1)

    def browser(self) -> httpx.Client:
        """A browser that nobody is signed in with."""
        client = httpx.Client(timeout=60, trust_env=False, base_url=self.url + V1)
        self._clients.append(client)
        return client

    def sign_in(self, client: httpx.Client, email: str) -> httpx.Client:
        """Come in."""
        answer = client.post("/sign-in", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = client.get("/me").json()["csrf_token"]
        return client

    def name(self, stem: str = "x") -> str:
        """A name that nothing else has."""
        return f"{stem}{next(self.numbers)}"

    def person(self, *roles: str) -> Any:
        """A colleague who can sign in."""
        return add_person(self.workspace, f"{self.name('p')}@example.com", roles or ("agent",))

    def invited(self) -> str:
        """Somebody who has not come in yet; the user id."""
        body = {"email": f"{self.name('i')}@example.com", "display_name": "I", "roles": ["agent"]}
        return str(self.make("/invitations", body)["user"]["user_id"])

    def seat(self) -> httpx.Client:
        """A colleague who is signed in."""
        return self.sign_in(self.browser(), self.person().email)

    def link(self, purpose: str, user_id: str | None) -> str:
        """A one-time link's token."""
        with self.database.write() as connection:
            return mint_link_token(connection, purpose, user_id)

    def sql(self, statement: Any) -> Any:
        """Past the API."""
        with self.database.write() as connection:
            return connection.execute(statement)

    def make(self, path: str, body: Any = None, *, client: httpx.Client | None = None, **options: Any) -> Any:
        """Something that the request needs; the answer's JSON, with the ETag beside it."""
        answer = (client or self.owner).post(path, json=body, **options)
        assert answer.is_success, (path, answer.text)
        return answer.json() | {"etag": answer.headers.get("ETag", '"1"')}

    def etag(self, path: str) -> dict[str, str]:
        """The header that changes what is there now."""
        answer = self.owner.get(path)
        assert answer.is_success, (path, answer.text)
        return {"If-Match": answer.headers["ETag"]}

    @property
    def customer(self) -> str:
        """Somebody."""
        return f"/customers/{self.customers[0]}"

    def swept(self) -> None:
        """What a server does every hour, and when it starts."""
        sweep_uploads(self.database, self.workspace.path)
        care.sweep_files(self.database, file_store(self.workspace))

    def picked(self, value: str | None) -> str:
        """The address of an attribute in which records differ, after somebody picked a value or the rules decide."""
        path = f"/customers/{self.ana}/picks/birth_date"
        if value is None:
            self.owner.delete(path, headers=self.profile_version())
        else:
            assert self.owner.put(path, json={"value": value}, headers=self.profile_version()).is_success
        return path

    def profile_version(self) -> dict[str, str]:
        """The header that changes Ana's profile."""
        query = sa.select(profile.c.version).where(profile.c.customer_id == self.ana)
        return {"If-Match": f'"{self.sql(query).scalar_one()}"'}

    def note(self) -> Any:
        return self.make(f"{self.customer}/notes", {"body": "Called."})

    def tag(self) -> Any:
        return self.make("/tags", {"name": self.name("tag"), "colour": "gold"})

    def task(self) -> Any:
        return self.make("/tasks", {"title": "Send it", "due_on": "2026-11-30"})

    def role(self) -> Any:
        return self.make("/roles", {"name": self.name("Role "), "permissions": {"customer": ["read"]}})

    def key(self) -> Any:
        return self.make("/keys", {"name": self.name("key")})

    def view(self) -> Any:
        return self.make("/views", {"name": self.name("view"), "filter": 'tier = "gold"'})

    def hook(self) -> Any:
        body = {"name": self.name("hook"), "url": "http://127.0.0.1:9/hook", "kinds": ["note.created"]}
        return self.make("/webhooks", body)

    def schedule(self) -> Any:
        return self.make("/schedules", {"cron": "30 6 * * 1-5", "time_zone": "Europe/Madrid"})

    def file(self) -> Any:
        content = f"file {next(self.numbers)}".encode()
        answer = self.owner.post(f"{self.customer}/files", files={"file": ("a.txt", content, "text/plain")})
        assert answer.is_success, answer.text
        return answer.json() | {"etag": answer.headers["ETag"]}

    def upload(self, *, is_sent: bool = True) -> str:
        made = self.make("/uploads", {"name": "people.csv", "size_bytes": len(PEOPLE)})
        if is_sent:
            for offset, piece in ((0, PEOPLE[:20]), (20, PEOPLE[20:])):
                path = f"/uploads/{made['upload_id']}/content"
                answer = self.owner.put(path, content=piece, headers={"Upload-Offset": str(offset)})
                assert answer.is_success, answer.text
        return str(made["upload_id"])

    def source(self) -> str:
        name = self.name("source")
        self.make("/sources", {"name": name, "place": {"kind": "files", "uploads": [self.upload()]}})
        return name

    def job(self, state: str = "queued") -> str:
        """A build that waits, or has failed; every other one is out of the way."""
        from onefold.jobs.tables import job

        self.no_jobs()
        job_id = str(self.make("/builds", {"sources": []})["job"]["job_id"])
        if state != "queued":
            self.sql(job.update().where(job.c.job_id == job_id).values(state=state, finished_at=utc_now()))
        return job_id

    def no_jobs(self) -> None:
        from onefold.jobs.tables import job

        self.sql(sa.update(job).where(job.c.state == "queued").values(state="cancelled", finished_at=utc_now()))

    def delivery(self, state: str = "failed") -> tuple[str, str]:
        from onefold.webhooks.tables import webhook_delivery

        hook, made = self.hook()["webhook_id"], new_id("dlv")
        values: dict[str, Any] = {
            "delivery_id": made,
            "webhook_id": hook,
            "seq": next(self.numbers) + 10_000_000,
            "change": dict(CHANGE),
            "state": state,
            "attempts": 3,
            "created_at": utc_now(),
        }
        self.sql(webhook_delivery.insert().values({k: v for k, v in values.items() if k in webhook_delivery.c}))
        return hook, made

    def second_factor(self, client: httpx.Client) -> tuple[pyotp.TOTP, str]:
        """Enrol, so far as to confirm."""
        offer = client.post("/me/second-factor").json()
        return pyotp.TOTP(offer["secret"]), offer["enrolment"]

    def enrolled(self) -> tuple[httpx.Client, pyotp.TOTP, str]:
        """A colleague with a second factor, signed in."""
        user = self.person()
        client = self.sign_in(self.browser(), user.email)
        totp, enrolment = self.second_factor(client)
        code = totp.at(utc_now() - timedelta(seconds=30))
        answer = client.post("/me/second-factor/confirm", json={"enrolment": enrolment, "code": code})
        assert answer.is_success, answer.text
        return client, totp, user.email
