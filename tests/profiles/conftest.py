"""A warehouse and an app database, and one call that builds a company into them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from onefold.engines import Engine
from onefold.identity import apply_map, plan_map
from onefold.profiles import plan_profiles, publish_profiles
from onefold.profiles.stored import expanded
from onefold.profiles.tables import profile
from onefold.storage import AppDatabase

sys.path.insert(0, str(Path(__file__).parent))

from company import Company


@dataclass
class Bench:
    """One warehouse, one app database, a clock."""

    engine: Engine
    database: AppDatabase
    now: datetime = field(default=datetime(2026, 1, 1, tzinfo=UTC))

    def build(self, company: Company, **priorities: int) -> dict[str, int]:
        """Resolve as the company says, publish; the customers it names become clusters."""
        company.write(self.engine)
        self.now += timedelta(days=1)
        clusters = self.engine.arrow("select subject_id, customer_id as cluster, kind from main.customer_subject")
        with self.database.write() as connection:
            map_plan = plan_map(connection, clusters, workspace_key=b"key")
            self.engine.write("main.customer_subject", map_plan.subjects, replace=True)
            plan = plan_profiles(self.engine, priorities=priorities)
            apply_map(connection, map_plan, build_no=1, actor="build", rule_version="1", now=self.now)
            return publish_profiles(connection, self.engine, plan, self.now)

    def customer_of(self, subject_id: str) -> str:
        rows = self.engine.rows("select customer_id from main.customer_subject where subject_id = ?", [subject_id])
        return str(rows[0][0])

    def profile_of(self, subject_id: str) -> Any:
        with self.database.read() as connection:
            query = sa.select(profile).where(profile.c.customer_id == self.customer_of(subject_id))
            row = connection.execute(query).one()
        return SimpleNamespace(**{**row._mapping, "attributes": expanded(row.attributes)})

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """All published rows, for comparing whole states; versions and times aside."""
        published = {}
        with self.database.read() as connection:
            for name in ("profile", "identifier", "timeline_event"):
                table = sa.Table(name, sa.MetaData(), autoload_with=connection)
                columns = [column for column in table.c if column.name not in ("version", "updated_at")]
                published[name] = sorted(map(repr, connection.execute(sa.select(*columns))))
        return published


def _bench(url: str) -> Iterator[Bench]:
    engine, database = Engine.open(threads=1), AppDatabase.open(url)
    yield Bench(engine, database)
    database.close()
    engine.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    yield from _bench(f"sqlite:///{tmp_path}/app.db")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either_bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """The same on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield from _bench(f"sqlite:///{tmp_path}/app.db")
    else:
        url = request.getfixturevalue("postgres_url")
        yield from _bench(url.replace("postgresql://", "postgresql+psycopg://"))


@pytest.fixture
def company() -> Company:
    return Company()


@pytest.fixture
def ana(company: Company) -> Company:
    """Ana in three systems that disagree, and her employer."""
    company.record(
        "crm.people:1", "ana", created="2020-01-01", updated="2024-01-01", given_name="Ana", family_name="García",
        email=["ana@x.com", "info@y.com"], phone="+34600111222", status="active", tier="gold", language="ca",
        category__industry="Food", street="Calle Mayor", city="Madrid", postcode="28001",
    )  # fmt: skip
    company.record(
        "shop.users:a|7", "ana", created="2019-01-01", updated="2025-01-01", given_name="A", family_name="GARCÍA",
        email="ana@x.com", birth_date="1980-04-02", city="Barcelona", country="es", loyalty_number="L-77",
    )  # fmt: skip
    company.record(
        "desk.users:z", "ana", full_name="ana garcía", email="sales@x.com", birth_date="1980", status="vip",
        country="es",
    )  # fmt: skip
    company.record("crm.firms:9", "acme", kind="organisation", company="Acme", created="2021-05-05")
    company.event(
        "shop.orders:1", "shop.users:a|7", occurred_at="2025-02-02", amount="12.50", currency="EUR", status="paid",
        body='{"product": "p1"}',
    )  # fmt: skip
    company.event("shop.orders:2", "crm.people:1", occurred_at="2025-02-03", amount="7.50", currency="EUR")
    company.event(
        "desk.tickets:1", "desk.users:z", role="conversations", event_type="ticket", occurred_at="2025-03-02",
        status="open", counterpart="Bob", title="Where is it?", channel="email",
    )  # fmt: skip
    company.event(
        "desk.tickets:2", "desk.users:z", role="conversations", event_type="ticket", occurred_at="2025-01-02",
        status="Solved", counterpart="Eve",
    )  # fmt: skip
    company.event(
        "survey.answers:1", "crm.people:1", role="feedback", event_type="survey", occurred_at="2025-03-01", score=8.0
    )
    return company
