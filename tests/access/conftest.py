"""A small table of people on each kind of app database."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from onefold.errors import InvalidInput

PEOPLE = sa.Table(
    "rule_test_person",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text),
    sa.Column("email", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("tier", sa.Text),
    sa.Column("spent", sa.Float),
    sa.Column("since", sa.DateTime(timezone=True)),
)


def resolve(attribute):
    if attribute in PEOPLE.c and attribute != "id":
        return PEOPLE.c[attribute]
    raise InvalidInput(f"no attribute is called {attribute!r}", hint="Choose from: name, email, region, tier …")


@pytest.fixture
def people(app_database):
    """Runs a query over given rows: nothing of it remains."""
    with app_database.write() as connection:
        PEOPLE.create(connection)

    def over(rows, query):
        with app_database.engine.connect() as connection:
            if app_database.engine.dialect.name == "sqlite":
                connection.exec_driver_sql("begin")
            for number, row in enumerate(rows):
                connection.execute(PEOPLE.insert().values(id=number, **row))
            found = connection.execute(query).all()
            connection.rollback()
            return found

    return over
