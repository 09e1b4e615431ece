"""A small company, built, with mail and webhooks on this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from tests.stories.killed.house import House

from onefold.settings import ServerSettings, Settings, SmtpSettings, WebhookSettings
from onefold.workspace import Workspace

PEOPLE = "id,first name,last name,e-mail,phone,born\n" + "".join(
    f"{number},{first},{last},{first.lower()}@mail.example,+34 600 123 40{number},198{number}-05-12\n"
    for number, (first, last) in enumerate([("Ana", "García"), ("John", "Whitfield"), ("Eva", "Nova")], 1)
)
PEOPLE += "5,Ana,García,ana@mail.example,+34 600 123 401,1981-05-21\n"  # born on another day, says this record
BAD = "4,Eva,Puig,eva@mail.example,600,1990,too,many,fields\n"


@pytest.fixture
def letter_box() -> Iterator[int]:
    """The port of a mail server that takes everything."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    yield port
    controller.stop()


@pytest.fixture
def house(tmp_path, database_url, letter_box) -> Iterator[House]:
    embedded = database_url.startswith("sqlite")
    server = ServerSettings(allow_private_addresses=True)
    smtp = SmtpSettings(host="127.0.0.1", port=letter_box, security="none", sender="Onefold <no-reply@example.com>")
    settings = Settings(name="acme", database=None if embedded else database_url, server=server, smtp=smtp)
    settings = settings.model_copy(update={"webhooks": WebhookSettings(plain_hosts=["127.0.0.1"])})
    (tmp_path / "people.csv").write_text(PEOPLE + BAD, encoding="utf-8")
    with Workspace.create(tmp_path / "acme", settings) as workspace:
        workspace.connect("crm", str(tmp_path / "people.csv"))
        workspace.build()
    with Workspace.open(tmp_path / "acme") as workspace:  # anew: whoever built holds the warehouse
        (workspace.path / "files").mkdir(exist_ok=True)
        house = House(workspace)
        with workspace.database.read() as connection:
            house.customers = list(connection.scalars(sa.text("select customer_id from customer order by 1")))
            ana = sa.text("select customer_id from profile where display_name like 'Ana %'")
            house.ana = str(connection.scalar(ana))
        yield house
