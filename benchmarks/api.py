"""Claim: at a million customers card and timeline answer within 20 ms at 50 requests a second, search within 60 ms.

Over HTTP, p95, server and client together on two cores: the customer's card and the first page of the timeline, and
search as one types.

Usage: python benchmarks/api.py WORKSPACE [--rate 50] [--search-rate 20] [--seconds 30]

WORKSPACE is a built one, or one made by ``grow.py``. Requests leave at fixed moments whatever the answers take (an open
loop), over kept-alive connections; a latency counts from the moment at which its request was due. In the same run: the
bare framework (a FastAPI endpoint that says hello, its own process, the same client and rate) and the bare query
(the rows of card, timeline and search read with ``sqlite3``, no server). Reading a card is audited durably before it is
answered, as always.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import secrets
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx

from measure import print_machine

TYPED = 400
SEARCH = "/api/v1/customers?limit=8&fields=display_name,email,phone,company,city&q="


@dataclass(frozen=True)
class Times:
    """Latencies of one kind of request."""

    name: str
    milliseconds: Sequence[float]

    def at(self, share: float) -> float:
        """The latency that this share of requests stays within."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, round(share * len(ordered)))]

    def show(self, beside: str = "") -> None:
        """Print a line."""
        print(
            f"  {self.name:28} {len(self.milliseconds):6} requests   median {self.at(0.5):7.2f} ms   "
            f"p95 {self.at(0.95):7.2f} ms   p99 {self.at(0.99):7.2f} ms   worst {max(self.milliseconds):7.2f} ms "
            + beside,
            flush=True,
        )


def serve(workspace: str, port: int, token: str) -> None:
    """A server in this process: of the workspace, or of a hello."""
    import uvicorn
    from fastapi import FastAPI

    if workspace == "hello":
        app = FastAPI()
        app.get("/hello")(lambda: {"hello": "world"})
    else:
        from onefold.api import create_app
        from onefold.workspace import Workspace

        app = create_app(Workspace.open(Path(workspace)), local_token=token)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False, timeout_keep_alive=120)


class Server:
    """A server in a process of its own."""

    def __init__(self, workspace: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.token = secrets.token_hex(16)
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, __file__, workspace, "--serve", str(port), "--token", self.token]
        self.process = subprocess.Popen(command, env={**os.environ})
        path = "/hello" if workspace == "hello" else "/api/v1/health"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                httpx.get(self.url + path, timeout=5).raise_for_status()
            except httpx.HTTPError:
                time.sleep(0.1)
            else:
                return
        sys.exit("the server did not start")

    def memory(self) -> float:
        """Resident MiB."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def processor(self) -> float:
        """Milliseconds of processor so far; says more than latencies on a machine that others use too."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(20)


async def load(server: Server, paths: Sequence[str], rate: float) -> list[float]:
    """Latencies in ms of these requests, one due every 1/rate seconds."""
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    headers = {"Authorization": f"Bearer {server.token}"}
    async with httpx.AsyncClient(base_url=server.url, limits=limits, headers=headers, timeout=30) as client:
        began = time.perf_counter() + 0.2

        async def ask(number: int, path: str) -> float:
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            answer = await client.get(path)
            answer.raise_for_status()
            return (time.perf_counter() - due) * 1000

        return await asyncio.gather(*(ask(number, path) for number, path in enumerate(paths)))


def measured(server: Server, name: str, paths: Sequence[str], rate: float) -> Times:
    return Times(name, asyncio.run(load(server, paths, rate)))


def timed(name: str, calls: Sequence[Callable[[], object]]) -> Times:
    taken = []
    for call in calls:
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1000)
    return Times(name, taken)


def choose(connection: sqlite3.Connection, dice: random.Random) -> tuple[list[str], list[str]]:
    """Customers to look at, and what is typed while one looks for some: each name letter by letter."""
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    ids, typed = [], []
    for _ in range(4000):
        start = "cus_" + "".join(dice.choices(letters, k=6))
        query = "select customer_id, display_name from profile_summary where customer_id >= ? limit 1"
        row = connection.execute(query, [start]).fetchone()
        if row:
            ids.append(row[0])
            if row[1] and len(typed) < TYPED * 6:
                name = row[1][:14]
                typed += [name[:end] for end in range(1 if name[0] > "\u2e80" else 2, len(name) + 1)]
    return ids, typed


def bare_queries(connection: sqlite3.Connection, ids: Sequence[str], typed: Sequence[str]) -> list[Times]:
    card = "select attributes, traits from profile where customer_id = ?"
    timeline = (
        "select e.* from subject s join timeline_event e on e.subject_id = s.subject_id where s.customer_id = ?"
        " order by e.occurred_at desc limit 50"
    )
    search = (
        "select p.customer_id, p.display_name, p.email, p.phone, p.company, p.city from search_term t"
        " join profile_summary p on p.customer_id = t.customer_id where t.term >= ? and t.term < ?"
        " order by t.term, t.customer_id limit 8"
    )
    words = [text.split()[-1].lower() for text in typed if text.split()]
    return [
        timed("bare query: card", [lambda one=one: connection.execute(card, [one]).fetchall() for one in ids]),
        timed("bare query: timeline", [lambda one=one: connection.execute(timeline, [one]).fetchall() for one in ids]),
        timed(
            "bare query: search",
            [lambda w=w: connection.execute(search, [w, w + "\U0010ffff"]).fetchall() for w in words],
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace")
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--search-rate", type=float, default=20)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--serve", type=int)
    parser.add_argument("--token", default="")
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.workspace, arguments.serve, arguments.token)
        return
    print_machine()
    path = Path(arguments.workspace) / "app.db"
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    tables = ("profile_summary", "search_term", "identifier", "timeline_event")
    sizes = ", ".join(f"{connection.execute(f'select count(*) from {t}').fetchone()[0]:,} {t}" for t in tables)
    print(f"{path}: {path.stat().st_size / 2**30:.1f} GiB, {sizes}", flush=True)
    ids, typed = choose(connection, random.Random(7))
    number, searches = round(arguments.rate * arguments.seconds), round(arguments.search_rate * arguments.seconds)
    some, words = (ids * 10)[:number], (typed * 10)[:searches]

    hello = Server("hello")
    measured(hello, "warm-up", ["/hello"] * 100, arguments.rate)
    framework = measured(hello, "bare framework", ["/hello"] * number, arguments.rate)
    hello.stop()
    queries = bare_queries(connection, some[:1000], words)

    cards = [f"/api/v1/customers/{one}" for one in some]
    pages = [path for card in cards for path in (card, f"{card}/timeline")][:number]
    finds = [SEARCH + quote(word) for word in words]
    server = Server(arguments.workspace)
    try:
        measured(server, "warm-up", [*pages[-200:], *finds[-40:]], arguments.rate)
        before = server.processor()
        both = measured(server, "card and timeline", pages, arguments.rate)
        between = server.processor()
        search = measured(server, "search as one types", finds, arguments.search_rate)
        after = server.processor()
        memory = server.memory()
    finally:
        server.stop()

    show(arguments, framework, queries, both, search)
    of_pages, of_finds = (between - before) / len(pages), (after - between) / len(finds)
    print(f"  processor of the server: {of_pages:.1f} ms a page, {of_finds:.1f} ms a search; {memory:.0f} MiB")
    slowest = sorted(zip(search.milliseconds, words, strict=False), reverse=True)[:8]
    print("  slowest searches:", ", ".join(f"{word!r} {taken:.0f} ms" for taken, word in slowest))


def show(arguments: argparse.Namespace, framework: Times, queries: list[Times], both: Times, search: Times) -> None:
    """Print all latencies, those of the promise beside the bare framework's."""
    print(f"at {arguments.rate:g} requests/s (search {arguments.search_rate:g}/s), open loop, {arguments.seconds:g} s:")
    framework.show()
    for query in queries:
        query.show()
    first = Times("card", both.milliseconds[::2])
    second = Times("timeline, first page", both.milliseconds[1::2])
    for times in (both, first, second):
        times.show(f"({times.at(0.95) / framework.at(0.95):.1f} × framework)" + (" promised 20 ms" * (times is both)))
    search.show(f"({search.at(0.95) / framework.at(0.95):.1f} × framework) promised 60 ms")


if __name__ == "__main__":
    main()
