"""What a person configures: ``onefold.yaml`` and the ``ONEFOLD_`` environment, read here and nowhere else.

The file is edited by people and by commands alike; comments and order survive (round-trip YAML). Secrets do not
belong in it: a location may hold ``${NAME}``, taken from the environment or from the workspace's ``secrets`` file.
"""

from __future__ import annotations

import io
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
    is_guarded: bool = False
    """Connected over HTTP: opens public addresses and uploaded files only, unless ``server`` allows private ones."""
    overrides: dict[str, TableSettings] = Field(default_factory=dict)
    """Corrections by table name."""

    @property
    def locations(self) -> list[str]:
        """All locations, also where there is one."""
        return [self.location] if isinstance(self.location, str) else list(self.location)


class ServerSettings(_Model):
    """How ``onefold serve`` listens, and what it trusts."""

    host: str = "127.0.0.1"
    """Address to listen at; beyond this machine only with an owner who can sign in, over TLS or behind a proxy."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8360
    """0: any free port."""
    public_url: Annotated[str, Field(pattern=r"^https?://[^/\s]+$")] | None = None
    """Where people reach it, such as ``https://customers.example.com``; links in e-mails begin with it."""
    trusted_proxies: list[str] = Field(default_factory=list)
    """Addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed; nobody's where empty."""
    tls_certificate: str | None = None
    """PEM file with the certificate chain; relative to the workspace."""
    tls_key: str | None = None
    """PEM file with its private key."""
    upload_limit_mb: Annotated[int, Field(ge=1)] = 2048
    """The largest file that may be uploaded."""
    allow_private_addresses: bool = False
    """Whether webhooks and connections made in the browser may reach private networks and this machine."""


class SmtpSettings(_Model):
    """The mail server for invitations, password resets and notifications."""

    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    """``none`` only for a mail server on this machine or network."""
    user: str | None = None
    password: str | None = None
    """As ``${NAME}``, from the environment or the secrets file."""
    sender: str
    """Such as ``Onefold <onefold@example.com>``."""


class SignOnSettings(_Model):
    """One provider of single sign-on by OpenID Connect."""

    label: str | None = None
    """What the button says; the provider's name where absent."""
    issuer: Annotated[str, Field(pattern=r"^https?://\S+$")]
    """Its address; ``/.well-known/openid-configuration`` is read from there."""
    client_id: str
    client_secret: str | None = None
    """As ``${NAME}``; none for a public client."""
    domains: Annotated[list[str], Field(min_length=1)]
    """E-mail domains that this provider may speak for; its word about others counts for nothing."""
    roles_of_new_people: list[str] = Field(default_factory=list)
    """Roles that somebody without an account gets at the first sign-on; without any, only invited people come in."""


class WebhookSettings(_Model):
    """What webhooks may do beyond sending to public https addresses."""

    plain_hosts: list[str] = Field(default_factory=list)
    """Hosts that are sent to without TLS, such as a service beside this one; private ones also need
    ``server.allow_private_addresses``."""


class SessionSettings(_Model):
    """How long somebody stays signed in in a browser. Holds at once, for sessions that are open too."""

    idle_minutes: Annotated[int, Field(ge=5, le=60 * 24 * 30)] = 12 * 60
    """A session that is not used for this long is over: a working day with its pauses."""
    longest_hours: Annotated[int, Field(ge=1, le=24 * 90)] = 7 * 24
    """However much it is used, a session is over after this long."""


class AuditSettings(_Model):
    """How long the audit is kept."""

    keep_days: Annotated[int, Field(ge=1)] | None = None
    """Older entries are cut, and an entry stands for them; for ever where absent."""


class ReviewSettings(_Model):
    """How doubtful cases are answered."""

    two_people: bool = False
    """Whether a second person has to agree before an answer takes effect."""
    most_items: Annotated[int, Field(ge=0, le=100_000)] = 5_000
    """How many doubtful cases a build puts before people: the best; more than a team answers in a year."""


Evidence = Literal[
    "given_name",
    "family_name",
    "email",
    "phone",
    "birth_date",
    "address",
    "national_id",
    "loyalty_number",
    "account",
    "gender",
    "company",
    "job_title",
    "generation",
    "birth_place",
    "mailbox_year",
]
"""What records are compared by (``identity.fields``)."""

Factor = Annotated[float, Field(ge=0, le=10)]
"""What a weight is multiplied by: 1 leaves it, 2 doubles it, 0.5 halves it."""


LINK_AT = 0.6
"""Probability from which two records may be one customer where nobody set another: three to two."""


class IdentitySettings(_Model):
    """Who is who: where it is found out, how much a build may change, and what a person sets about how it is found.

    Everything is learned where nothing is set. See what a change would do before it is made:
    ``onefold identity what-if --set identity.link_at=0.8``.
    """

    engine: Annotated[str, Field(pattern=r"^(embedded|spark://[^\s/,:]+:\d+(,[^\s/,:]+:\d+)*)$")] = "embedded"
    """``embedded``: in this process. ``spark://host:7077``: on that Spark standalone cluster."""
    spark: dict[str, str] = Field(default_factory=dict)
    """Spark's own settings, such as ``spark.executor.memory: 4g``."""
    exchange: str | None = None
    """Folder that this machine and all workers see under one path, for records and results on their way; relative to
    the workspace, whose ``files/exchange`` it is where absent."""
    learn_from: Annotated[int, Field(ge=10_000)] = 2_000_000
    """Records that a cluster learns from at most, on the machine that builds; needs about 1.6 GiB per million."""

    largest_change: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Share of customers whose id a build may change without being confirmed. A source that came empty, or a rule that
    fits badly, changes more than that; a day's work of a company does not."""
    link_at: Annotated[float, Field(ge=0.05, le=0.9999)] | None = None
    """Probability from which two records may be one customer: higher merges less. 0.6 where absent, three to two, since
    what all records of both say is heard besides."""
    weights: dict[Evidence, Factor | Literal["ignore"]] = Field(default_factory=dict)
    """What the learned weight of a kind of evidence is multiplied by, such as ``phone: 0.5``; ``ignore`` (or 0) does
    not look at it, also not for contradictions."""
    trusted_sources: dict[str, Annotated[float, Field(ge=0.1, le=10)]] = Field(default_factory=dict)
    """What the weight of e-mails, phones and numbers is multiplied by where a record of this source (or
    ``source.table``) is compared: above 1 where they are checked, below where anybody may type anything."""
    unique_sources: list[str] = Field(default_factory=list)
    """Sources (or ``source.table``) that hold every customer once: two of their records are never one customer."""
    never_across: list[Evidence] = Field(default_factory=list)
    """Kinds of evidence that never differ within one customer, such as ``national_id``: where both records have a value
    and it differs by more than a slip, they are two customers whatever else agrees."""
    review: ReviewSettings = ReviewSettings()
    relearn_after: Annotated[float, Field(ge=0)] = 0.2
    """Share of the records of one kind that may change, come or go before what was learned from them is learned anew.
    Until then a build costs in proportion to what changed, and no customer moves for another reason."""

    @property
    def named_sources(self) -> dict[str, str]:
        """Setting that names a source (or ``source.table``) -> the name."""
        listed = {f"unique_sources.{number}": name for number, name in enumerate(self.unique_sources)}
        return {f"trusted_sources.{name}": name for name in self.trusted_sources} | listed


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
    server: ServerSettings = ServerSettings()
    smtp: SmtpSettings | None = None
    sign_on: dict[str, SignOnSettings] = Field(default_factory=dict)
    """Providers by a short name, which is part of their addresses."""
    sessions: SessionSettings = SessionSettings()
    audit: AuditSettings = AuditSettings()
    identity: IdentitySettings = IdentitySettings()
    webhooks: WebhookSettings = WebhookSettings()
    sources: dict[str, SourceSettings] = Field(default_factory=dict)


def parse_settings(document: Any, *, origin: str, hint: str = "Mend the file and run the command again.") -> Settings:
    """Validate a parsed YAML document.

    Raises:
        InvalidInput: naming ``origin`` and every wrong entry with its path.
    """
    try:
        settings = Settings.model_validate(document or {})
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        raise InvalidInput(f"{origin}: {problems}", hint=hint) from error
    for name in (*settings.sources, *settings.sign_on):
        check_source_name(name)
    for place, name in settings.identity.named_sources.items():
        if name.partition(".")[0] not in settings.sources:
            known = ", ".join(settings.sources) or "none"
            raise InvalidInput(
                f"{origin}: identity.{place}: no source {name.partition('.')[0]!r} is connected",
                hint=f"Take it out there, or connect it. Connected: {known}.",
            )
    return settings


def changed_identity(settings: Settings, changes: dict[str, Any]) -> IdentitySettings:
    """The identity settings with some of them changed; None stands for "as learned".

    Raises:
        InvalidInput: a setting or value is unknown, a source is not connected, or nothing would change.
    """
    present = settings.identity.model_dump(mode="json")
    kept = {name: value for name, value in present.items() if name not in changes}
    given = {name: value for name, value in changes.items() if value is not None}
    document = settings.model_dump(mode="json") | {"identity": kept | given}
    changed = parse_settings(document, origin="what if", hint="Nothing was changed or looked at.").identity
    if changed == settings.identity:
        raise InvalidInput("this is how it is set already", hint="Change a threshold, weight, source or rule.")
    return changed


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


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 120
    return yaml


def read_yaml(path: Path) -> Any:
    """The document of a file, with its comments.

    Raises:
        InvalidInput: it is not YAML.
    """
    from ruamel.yaml.error import YAMLError

    try:
        return _yaml().load(path.read_text(encoding="utf-8")) or {}
    except YAMLError as error:
        raise InvalidInput(f"{path}: {error}", hint="Mend the file and run the command again.") from error


def write_yaml(path: Path, document: Any) -> None:
    """Write a document to a new file."""
    path.write_text(yaml_text(document), encoding="utf-8")


def yaml_text(document: Any) -> str:
    """A document as text; comments that it was read with are kept."""
    buffer = io.StringIO()
    _yaml().dump(document, buffer)
    return buffer.getvalue()
