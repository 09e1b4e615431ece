"""A database as a form tells it, as a location with its password kept elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from onefold.errors import InvalidInput
from onefold.sources.guard import GUARDED_KINDS

_VARIABLE = re.compile(r"\$\{?[A-Za-z_]|\$\{")
_HOST = re.compile(r"[A-Za-z0-9:][A-Za-z0-9:._-]*")


@dataclass(frozen=True)
class Place:
    """Where a source is, without its secret."""

    location: str
    """With ``${NAME}`` where the password belongs."""
    secret_name: str
    secret: str | None = field(default=None, repr=False)
    """The password that was given; None where none was."""


def secret_name_of(source: str) -> str:
    """The name under which a source's password is kept.

    >>> secret_name_of("crm")
    'ONEFOLD_SOURCE_CRM_PASSWORD'
    """
    return f"ONEFOLD_SOURCE_{source.upper()}_PASSWORD"


def place_of_form(
    source: str, *, kind: str, host: str, port: int | None, database: str, user: str, password: str | None, is_tls: bool
) -> Place:
    """The place that a form names.

    Raises:
        InvalidInput: a field cannot be part of a location.
    """
    if kind not in GUARDED_KINDS:
        raise InvalidInput(f"no kind of database {kind!r}", hint=f"Kinds: {', '.join(sorted(GUARDED_KINDS))}.")
    if not _HOST.fullmatch(host):
        raise InvalidInput(f"{host[:80]!r} is not the name or address of a server", hint="Write db.example.com.")
    name = secret_name_of(source)
    shown = f"[{host}]" if ":" in host else host
    credentials = quote(user, safe="") + (f":${{{name}}}" if password else "")
    tls = {"postgresql": "sslmode=require", "postgres": "sslmode=require"}.get(kind, "ssl=true") if is_tls else ""
    location = (
        f"{kind}://{f'{credentials}@' if credentials else ''}{shown}{f':{port}' if port else ''}"
        f"/{quote(database, safe='')}{f'?{tls}' if tls else ''}"
    )
    return Place(location, name, password)


def place_of_text(source: str, text: str) -> Place:
    """The place that a person typed whole; a password in it is taken out.

    Raises:
        InvalidInput: it names a variable: over HTTP nobody may have the server's secrets filled in.
    """
    if _VARIABLE.search(text):
        raise InvalidInput(
            "a location given here cannot hold ${NAME}",
            hint="Write the password itself; it is kept in the secrets file.",
        )
    if "://" not in text:
        return Place(text, secret_name_of(source))
    try:
        parts = urlsplit(text)
        password = parts.password
    except ValueError:
        raise InvalidInput(
            "the location is not a URL that can be read",
            hint="Write scheme://user:password@host:port/database, and @ : / # in a password as %40 %3A %2F %23.",
        ) from None
    if not password:
        return Place(text, secret_name_of(source))
    name = secret_name_of(source)
    user, _, host = parts.netloc.rpartition("@")
    netloc = f"{user.partition(':')[0]}:${{{name}}}@{host}"
    return Place(parts._replace(netloc=netloc).geturl(), name, unquote(password))
