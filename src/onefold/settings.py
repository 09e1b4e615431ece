"""What a person configures: ``onefold.yaml`` and the ``ONEFOLD_`` environment, read here and nowhere else.

The file is edited by people and by commands alike; comments and order survive (round-trip YAML). Secrets do not
belong in it: a location may hold ``${NAME}``, taken from the environment or from the workspace's ``secrets`` file.
"""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from onefold.errors import InvalidInput

SOURCE_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnSettings(_Model):
    """A person's word about one column; it wins over every inference, for ever."""

    meaning: str
    """A meaning of the catalogue (``onefold mapping meanings`` lists them)."""


class TableSettings(_Model):
    """A person's word about one table."""

    role: str | None = None
    """people, organisations, events, conversations, feedback or reference."""
    key: str | list[str] | None = None
    """The column or columns that identify a row."""
    cursor: str | None = None
    """The column by which new and changed rows are found (databases)."""
    columns: dict[str, ColumnSettings] = Field(default_factory=dict)


class SourceSettings(_Model):
    """One connected system."""

    location: str | list[str]
    """Files, folders, globs or a database URL; relative paths are relative to the workspace."""
    tables: list[str] | None = None
    """Only these tables (databases, spreadsheets); all where absent."""
    encoding: str | None = None
    """Text encoding, where detection is wrong."""
    delimiter: str | None = None
    """Field delimiter of text files, where detection is wrong."""
    region: str | None = None
    """ISO 3166 country for phone numbers without a country code, where it differs from the workspace's."""
    priority: int = 100
    """Whose values win when sources disagree: lower numbers are trusted more."""
    owner: str | None = None
    """Who answers for this system."""
    yearly_cost: Annotated[float, Field(ge=0)] | None = None
    """What the system costs in a year, in ``currency`` of the workspace."""
    overrides: dict[str, TableSettings] = Field(default_factory=dict)
    """Corrections by table name."""

    @property
    def locations(self) -> list[str]:
        """All locations, also where there is one."""
        return [self.location] if isinstance(self.location, str) else list(self.location)


class Settings(_Model):
    """The whole of ``onefold.yaml``."""

    version: Literal[1] = 1
    name: str = "workspace"
    region: str | None = None
    """ISO 3166 country assumed for phones and ambiguous values; inferred from the data where absent."""
    currency: str = "EUR"
    """ISO 4217 currency of ``yearly_cost``."""
    database: str | None = None
    """The app database, ``postgresql+psycopg://user:${PASSWORD}@host/name``; the workspace's own SQLite file where
    absent."""
    present: date | None = None
    """The day that ages and trends count to, for data that stand still such as the demo's; today where absent."""
    threads: int | None = None
    """Threads for the warehouse and kernels; all cores where absent."""
    memory_limit: str | None = None
    """Upper bound for the warehouse, such as ``4GB``; DuckDB's default (80 % of memory) where absent."""
    sources: dict[str, SourceSettings] = Field(default_factory=dict)


def parse_settings(document: Any, *, origin: str) -> Settings:
    """Validate a parsed YAML document.

    Raises:
        InvalidInput: naming ``origin`` and every wrong entry with its path.
    """
    try:
        settings = Settings.model_validate(document or {})
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        raise InvalidInput(f"{origin}: {problems}", hint="Mend the file and run the command again.") from error
    for name in settings.sources:
        check_source_name(name)
    return settings


def check_source_name(name: str) -> str:
    """Return ``name`` if it can name a source.

    Raises:
        InvalidInput: unless it is lower-case letters, digits and underscores, starting with a letter.
    """
    if not SOURCE_NAME.fullmatch(name):
        raise InvalidInput(
            f"{name!r} cannot name a source",
            hint="Use lower-case letters, digits and underscores, starting with a letter, such as 'crm'.",
        )
    return name


def expand_variables(text: str, secrets: dict[str, str]) -> str:
    """Replace ``${NAME}`` by the environment's value, else the secrets file's.

    Raises:
        InvalidInput: a name has no value anywhere.
    """

    def value_of(match: re.Match[str]) -> str:
        name = match[1]
        value = os.environ.get(name, secrets.get(name))
        if value is None:
            raise InvalidInput(
                f"{name} is not set",
                hint=f"Set it in the environment or as a line {name}=… in the secrets file.",
            )
        return value

    return _VARIABLE.sub(value_of, text)


def read_secrets(path: Path) -> dict[str, str]:
    """The ``NAME=value`` lines of a secrets file; empty where there is none."""
    if not path.exists():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def mask_secrets(text: str) -> str:
    """Hide passwords in URLs: ``postgresql://ana:secret@host`` → ``postgresql://ana:***@host``."""
    return re.sub(r"(?<=://)([^:/?#\s]*):([^/?#\s]*)@", r"\1:***@", text)


def environment_flag(name: str) -> bool:
    """Whether ``ONEFOLD_<name>`` is set to something other than nothing, 0 or false."""
    return os.environ.get(f"ONEFOLD_{name}", "").lower() not in {"", "0", "false", "no"}
