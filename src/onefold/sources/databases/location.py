"""Where a database is: locations as people write them, with their secrets filled in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from onefold.errors import InvalidInput, NotFound
from onefold.settings import expand_variables, mask_secrets

_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_USER_PART = re.compile(r"(?P<user>[^/?#]*@)(?P<rest>.*)", re.DOTALL)
_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_ENCODED = re.compile(r"%(?![0-9A-Fa-f]{2})|[@/:?#\[\]\s]")
_KINDS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
}


@dataclass(frozen=True)
class Location:
    """A database's place."""

    kind: str
    """``sqlite``, ``postgresql``, ``mysql``, or ``sqlalchemy`` for a URL of any other dialect."""
    url: str
    """As the driver takes it, secrets included; never shown."""
    path: Path | None = None
    """The file, where it is one."""

    @property
    def shown(self) -> str:
        """The place without its secrets, for messages."""
        return str(self.path) if self.path else mask_secrets(self.url)

    @property
    def secret(self) -> str:
        """The password, so that it can be kept out of a driver's messages; empty where there is none."""
        return unquote(urlsplit(self.url).password or "") if self.path is None else ""


def find_location(name: str, text: str, *, base: Path, secrets: dict[str, str]) -> Location:
    """Understand a location.

    A secret in the part before ``@`` may hold any character: it is encoded for the URL.

    Raises:
        InvalidInput: a ``${NAME}`` has no value, or the URL names no database.
        NotFound: there is no such SQLite file.
    """
    whole = _expand(text, secrets)
    url = _URL.fullmatch(whole)
    if url is None:
        return _sqlite_file(name, base / Path(whole).expanduser())
    scheme = url["scheme"].lower()
    if scheme == "sqlite":
        path = unquote(url["rest"].partition("?")[0])
        if path in {"", "/"}:
            raise InvalidInput(f"{name}: {whole} names no file", hint="Write sqlite:///path/to/file.db.")
        return _sqlite_file(name, base / Path(path.removeprefix("/")).expanduser())
    return Location(_KINDS.get(scheme, "sqlalchemy"), _checked(name, whole))


def _checked(name: str, url: str) -> str:
    """The URL with user and password encoded as URLs have them, so that all drivers read the same."""
    parts = urlsplit(url)
    try:
        _ = parts.port
    except ValueError:
        raise InvalidInput(
            f"{name}: the location is not a URL that can be read",  # nothing of it: its password may be anywhere
            hint="Write scheme://user:password@host:port/database; in a password write @ : / # as %40 %3A %2F %23.",
        ) from None
    user, has_user, host = parts.netloc.rpartition("@")
    if has_user:
        user = ":".join(quote(unquote(part), safe="") for part in user.split(":", 1)) + "@"
    return f"{parts.scheme}://{user}{host}{url[url.index('://') + 3 + len(parts.netloc) :]}"


def _sqlite_file(name: str, path: Path) -> Location:
    if not path.is_file():
        raise NotFound(f"{name}: {path} does not exist", hint="Check the location of the source.")
    return Location("sqlite", "", path.resolve())


def _expand(text: str, secrets: dict[str, str]) -> str:
    url = _URL.fullmatch(text)
    user = _USER_PART.fullmatch(url["rest"]) if url else None
    if not url or not user:
        return expand_variables(text, secrets)
    encoded = _VARIABLE.sub(lambda found: _encode(expand_variables(found[0], secrets)), user["user"])
    return f"{url['scheme']}://{encoded}{expand_variables(user['rest'], secrets)}"


def _encode(secret: str) -> str:
    """A secret for a URL's user part; one that is encoded already stays as it is."""
    return _ENCODED.sub(lambda found: f"%{ord(found[0]):02X}", secret)
