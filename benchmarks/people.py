"""Claim: two hundred people work at once, reading and writing, without an error and in flat memory.

Each person signs in and then does what an agent does, with pauses: looks customers up, opens them, pages through the
timeline, writes notes, changes tasks that others change too. The server runs beside them on the same machine.

Usage: python benchmarks/people.py WORKSPACE [--people 200] [--minutes 10]

WORKSPACE is built (`onefold demo FOLDER` makes one); people and their notes are added to it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx

from measure import print_machine, serving
from onefold.workspace import Workspace

PASSWORD = "correct horse battery staple 42"
PAUSE_SECONDS = (1.0, 6.0)
_TASKS = 5


class Figures:
    """What was seen: seconds by kind of request, and what went wrong."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.errors: dict[str, int] = defaultdict(int)
        self.conflicts = 0
        self.memory_mib: list[float] = []


class Person:
    """One agent at work."""

    def __init__(self, client: httpx.AsyncClient, figures: Figures, number: int) -> None:
        self.client, self.figures, self.dice = client, figures, random.Random(number)
        self.customers: list[str] = []

    async def sign_in(self, email: str) -> None:
        answer = await self.ask("sign in", "POST", "/sign-in", json={"email": email, "password": PASSWORD})
        assert answer is not None, f"{email} cannot sign in"
        me = await self.ask("me", "GET", "/me")
        assert me is not None
        self.client.headers["X-CSRF-Token"] = me.json()["csrf_token"]

    async def work(self, until: float) -> None:
        steps = [(self.look_up, 5), (self.open_customer, 6), (self.write_note, 2), (self.change_task, 2)]
        while time.monotonic() < until:
            (step,) = self.dice.choices([step for step, _ in steps], [weight for _, weight in steps])
            await step()
            await asyncio.sleep(self.dice.uniform(*PAUSE_SECONDS))

    async def look_up(self) -> None:
        word = self.dice.choice(["maria", "garcia", "wang", "papad", "john", "mohamm", "li", "smith", "anna", "puig"])
        for length in range(2, len(word) + 1, 2):  # as one types
            answer = await self.ask("search", "GET", "/customers", params={"q": word[:length], "limit": 20})
            if answer is not None:
                self.customers = [row["customer_id"] for row in answer.json()["items"]] or self.customers

    async def open_customer(self) -> None:
        if not self.customers:
            return
        customer = self.dice.choice(self.customers)
        await asyncio.gather(
            self.ask("card", "GET", f"/customers/{customer}"),
            self.ask("timeline", "GET", f"/customers/{customer}/timeline"),
        )

    async def write_note(self) -> None:
        if self.customers:
            customer = self.dice.choice(self.customers)
            note = {"body": f"Called back, {self.dice.random()}"}
            await self.ask("write note", "POST", f"/customers/{customer}/notes", json=note)

    async def change_task(self) -> None:
        tasks = await self.ask("tasks", "GET", "/tasks", params={"limit": 20})
        found = tasks.json()["items"] if tasks is not None else []
        if len(found) < _TASKS and self.customers:
            new = {"title": "Send the invoice by post"}
            await self.ask("make task", "POST", f"/customers/{self.dice.choice(self.customers)}/tasks", json=new)
        elif found:
            task = self.dice.choice(found)
            edit = {"title": f"Call back · {self.dice.randrange(1000)}", "owner_id": task["owner"]["user_id"]}
            headers = {"If-Match": f'"{task["version"]}"'}
            await self.ask("change task", "PUT", f"/tasks/{task['task_id']}", json=edit, headers=headers)

    async def ask(self, kind: str, method: str, path: str, **options: Any) -> httpx.Response | None:
        """One request, timed; None where it failed, which is counted unless somebody was merely faster (412)."""
        started = time.perf_counter()
        try:
            answer = await self.client.request(method, f"/api/v1{path}", **options)
        except httpx.HTTPError as error:
            self.figures.errors[f"{kind}: {type(error).__name__}"] += 1
            return None
        self.figures.seconds[kind].append(time.perf_counter() - started)
        if answer.status_code == 412:
            self.figures.conflicts += 1
        elif answer.is_error:
            self.figures.errors[f"{kind}: {answer.status_code} {answer.text[:120]}"] += 1
        return None if answer.is_error else answer


async def crowd(url: str, emails: list[str], minutes: float, server_pid: int) -> Figures:
    figures = Figures()
    limits = httpx.Limits(max_connections=None)
    clients = [httpx.AsyncClient(base_url=url, timeout=60, limits=limits) for _ in emails]
    people = [Person(client, figures, number) for number, client in enumerate(clients)]
    for person, email in zip(people, emails, strict=True):  # one after another, as in a morning
        await person.sign_in(email)
    print(f"{len(people)} people are signed in")
    until = time.monotonic() + 60 * minutes

    async def watch() -> None:
        while time.monotonic() < until:
            figures.memory_mib.append(_memory_mib(server_pid))
            await asyncio.sleep(5)

    await asyncio.gather(watch(), *(person.work(until) for person in people))
    for client in clients:
        await client.aclose()
    return figures


def _memory_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def make_people(folder: Path, count: int) -> list[str]:
    """Agents who may see all customers; those of an earlier run are used again."""
    from onefold.access.accounts import add_user, find_user
    from onefold.access.accounts.passwords import hash_password

    emails = [f"agent{number}@load.example" for number in range(count)]
    password_hash = hash_password(PASSWORD)
    with Workspace.open(folder) as workspace, workspace.database.write() as connection:
        for number, email in enumerate(emails):
            if find_user(connection, email) is None:
                add_user(
                    connection,
                    email=email,
                    display_name=f"Agent {number}",
                    state="active",
                    roles=["agent"],
                    password_hash=password_hash,
                )
    return emails


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    print_machine()
    emails = make_people(options.workspace, options.people)
    with serving(options.workspace) as server:
        figures = asyncio.run(crowd(server.url, emails, options.minutes, server.pid))
    requests = sum(map(len, figures.seconds.values()))
    print(f"{requests:,} requests in {options.minutes:g} minutes, {requests / options.minutes / 60:.1f} per second")
    for kind, seconds in sorted(figures.seconds.items()):
        p50, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
        print(
            f"  {kind:12} {len(seconds):7,}  p50 {p50 * 1000:6.1f} ms  p95 {p95 * 1000:7.1f} ms"
            f"  max {max(seconds) * 1000:.0f} ms"
        )
    tenth = max(len(figures.memory_mib) // 10, 1)
    early, late = figures.memory_mib[tenth : 2 * tenth], figures.memory_mib[-tenth:]
    print(
        f"memory of the server: {statistics.mean(early):.0f} MiB after the first tenth, "
        f"{statistics.mean(late):.0f} MiB in the last ({statistics.mean(late) / statistics.mean(early):.2f})"
    )
    print(f"edits that came second and were told so: {figures.conflicts}")
    print(f"errors: {dict(figures.errors) or 'none'}")


if __name__ == "__main__":
    main()
