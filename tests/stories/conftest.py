"""Stories are told through the command line, as a person would; this is their company and their terminal."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Result:
    """One finished command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Terminal = Callable[..., Result]


@pytest.fixture
def onefold(tmp_path: Path) -> Terminal:
    """Run ``onefold`` in a folder; fails the test when the exit code is not the expected one."""

    def run(*arguments: str | Path, folder: Path | None = None, code: int = 0) -> Result:
        command = [sys.executable, "-m", "onefold", *map(str, arguments)]
        done = subprocess.run(command, check=False, cwd=folder or tmp_path, capture_output=True, text=True, timeout=300)
        assert done.returncode == code, f"{arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return Result(done.returncode, done.stdout, done.stderr)

    return run


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


PEOPLE = [
    ("Ana", "García López", "ana.garcia@mail.example", "+34 600 123 401", "1984-05-12", "es"),
    ("John", "Whitfield", "john.whitfield@mail.example", "+44 7700 900123", "1971-11-02", "en"),
    ("Μαρία", "Παπαδοπούλου", "maria.papa@mail.example", "+30 694 123 4567", "1990-01-20", "el"),
    ("伟", "王", "wei.wang@mail.example", "+86 138 0013 8001", "1988-08-08", "zh"),
    ("زهرا", "محمدی", "zahra.m@mail.example", "+98 912 345 6701", "1995-03-15", "fa"),
    ("Pere", "Vilanova i Puig", "pvilanova@mail.example", "+34 655 987 002", "1962-07-30", "ca"),
    ("Lucy", "Okafor", "lucy.okafor@mail.example", "+44 7700 900555", "1999-12-24", "en"),
    ("Hans", "Müller", "hans.mueller@mail.example", "+49 1512 3456789", "1979-04-01", "de"),
]
ONLY_SHOP = [("Grace Ode", "grace.ode@mail.example", "07700 900777"), ("Ken Ito", "ken.ito@mail.example", None)]


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """Three systems: a CRM as CSV, a shop as SQLite with orders, a help desk as CSV with tickets."""
    folder = tmp_path / "exports"
    folder.mkdir()
    write_csv(
        folder / "crm_contacts.csv",
        ["contact_id", "first_name", "last_name", "e-mail", "mobile", "dob", "language", "owner", "updated_at"],
        [
            [f"C-{number:03}", *person, "Nora Beck", f"2025-0{number}-11T09:30:00"]
            for number, person in enumerate(PEOPLE, 1)
        ],
    )
    shop = sqlite3.connect(folder / "shop.db")
    shop.executescript(
        """
        create table customers (id integer primary key, name text, email text, phone text, created_at text);
        create table orders (
          order_no text primary key, customer_id integer references customers (id), total real, currency text,
          ordered_at text, status text);
        """
    )
    buyers = [(f"{given} {family}", email.upper(), phone) for given, family, email, phone, *_ in PEOPLE[:6]]
    for number, buyer in enumerate([*buyers, *ONLY_SHOP], 1):
        shop.execute("insert into customers values (?, ?, ?, ?, '2023-05-01 10:00:00')", [number, *buyer])
        for order in range(number % 3 + 1):
            shop.execute(
                "insert into orders values (?, ?, ?, 'EUR', ?, 'paid')",
                [f"O-{number}-{order}", number, 10.5 * number + order, f"2025-06-0{order + 1} 12:00:00"],
            )
    shop.commit()
    shop.close()
    write_csv(
        folder / "desk_requesters.csv",
        ["requester_id", "requester_name", "requester_email", "requester_phone"],
        [
            [f"R{number}", f"{family}, {given}", email if number % 2 else "", phone.replace(" ", "")]
            for number, (given, family, email, phone, *_rest) in enumerate(PEOPLE[:4], 1)
        ],
    )
    write_csv(
        folder / "desk_tickets.csv",
        ["ticket_id", "requester_id", "subject", "status", "agent", "created_at"],
        [
            ["T1", "R1", "Parcel never came", "open", "Ines Roca", "2025-08-01 08:15:00"],
            ["T2", "R1", "Invoice address", "solved", "Ines Roca", "2025-03-01 08:15:00"],
            ["T3", "R3", "Wrong size", "open", "Tom Hale", "2025-07-20 16:40:00"],
        ],
    )
    return folder


@pytest.fixture
def workspace(tmp_path: Path, company: Path, onefold: Terminal) -> Path:
    """The company connected, nothing built yet."""
    onefold("init", "acme", "--region", "ES")
    folder = tmp_path / "acme"
    onefold("connect", "crm", company / "crm_contacts.csv", "--yearly-cost", "12000", "--owner", "Sales", folder=folder)
    onefold("connect", "shop", company / "shop.db", folder=folder)
    onefold("connect", "desk", company / "desk_requesters.csv", company / "desk_tickets.csv", folder=folder)
    return folder
