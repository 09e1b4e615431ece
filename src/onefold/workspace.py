"""A workspace: the folder that holds what is configured and what is known, and the library's door to it.

``onefold.yaml`` is configuration, ``app.db`` answers for one customer, ``warehouse.duckdb`` for all, ``files/`` holds
artifacts, ``secrets`` (mode 0600, never in git) holds passwords and the key that customer ids are derived with.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets as random_secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onefold.errors import Conflict, InvalidInput, NotFound
from onefold.kernel import Clock, utc_now
from onefold.settings import Settings, check_source_name, expand_variables, parse_settings, read_secrets

if TYPE_CHECKING:
    from onefold.access import Vault
    from onefold.build import BuildInputs, BuildReport, Progress
    from onefold.catalog import Table
    from onefold.engines import Engine
    from onefold.profiles import Card
    from onefold.sources import LandingReport, QuarantinedRow
    from onefold.storage import AppDatabase

SETTINGS_FILE = "onefold.yaml"
_KEY_NAME = "ONEFOLD_WORKSPACE_KEY"
_GITIGNORE = "secrets\napp.db*\nwarehouse.duckdb*\nfiles/\nspill/\n.lock\n.server\n"


class Workspace:
    """One open workspace. Use as a context manager, or call ``close()``."""

    def __init__(self, path: Path, *, clock: Clock = utc_now) -> None:
        self.path = path
        self._clock = clock

    @classmethod
    def create(cls, path: Path, settings: Settings | None = None) -> Workspace:
        """Make a new workspace folder; named after the folder where ``settings`` do not say otherwise.

        Raises:
            Conflict: there is a workspace already.
        """
        if (path / SETTINGS_FILE).exists():
            raise Conflict(f"{path} is a workspace already", hint=f"Use it: cd {path}")
        path.mkdir(parents=True, exist_ok=True)
        (path / "files").mkdir(exist_ok=True)
        _write_private(path / "secrets", f"{_KEY_NAME}={random_secrets.token_hex(32)}\n")
        if not (path / ".gitignore").exists():
            (path / ".gitignore").write_text(_GITIGNORE, encoding="utf-8")
        settings = settings or Settings(name=path.resolve().name)
        document = settings.model_dump(mode="json", exclude_defaults=True)
        _write_yaml(path / SETTINGS_FILE, {"version": 1, **document, "sources": document.get("sources", {})})
        return cls(path)

    @classmethod
    def open(cls, path: Path | None = None) -> Workspace:
        """Open the workspace at ``path``, or the nearest one at or above the current folder.

        Raises:
            NotFound: there is none.
        """
        start = (path or Path.cwd()).resolve()
        for folder in [start] if path else [start, *start.parents]:
            if (folder / SETTINGS_FILE).exists():
                return cls(folder)
        raise NotFound(
            f"{start} is not a workspace and is not inside one",
            hint="Create one: onefold init NAME, then cd NAME. Or look without one: onefold scan FILES",
        )

    @classmethod
    @contextmanager
    def temporary(cls, sources: Mapping[str, Mapping[str, Any]], *, region: str | None = None) -> Iterator[Workspace]:
        """A workspace that is gone when the block ends. Its customer ids depend on the input alone."""
        with tempfile.TemporaryDirectory(prefix="onefold-") as folder:
            path = Path(folder)
            document = {"version": 1, "name": "scan", "region": region, "sources": dict(sources)}
            _write_private(path / "secrets", f"{_KEY_NAME}={bytes(32).hex()}\n")
            _write_yaml(path / SETTINGS_FILE, document)
            with cls(path) as workspace:
                yield workspace

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Release files and connections."""
        for name in ("engine", "database"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()

    @property
    def settings(self) -> Settings:
        """``onefold.yaml``, read afresh.

        Raises:
            InvalidInput: the file is not valid; names the line or entry.
        """
        return parse_settings(_read_yaml(self.path / SETTINGS_FILE), origin=str(self.path / SETTINGS_FILE))

    @cached_property
    def database(self) -> AppDatabase:
        """The app database."""
        from onefold.storage import AppDatabase

        configured = self.settings.database
        if configured is None:
            return AppDatabase.open(f"sqlite:///{self.path / 'app.db'}")
        return AppDatabase.open(expand_variables(configured, read_secrets(self.path / "secrets")))

    @cached_property
    def engine(self) -> Engine:
        """The warehouse, held by this process alone."""
        from onefold.engines import Engine

        settings = self.settings
        return Engine.open(self.path / "warehouse.duckdb", threads=settings.threads, memory_limit=settings.memory_limit)

    @property
    def key(self) -> bytes:
        """The workspace's secret key.

        Raises:
            InvalidInput: the secrets file does not hold it.
        """
        key = read_secrets(self.path / "secrets").get(_KEY_NAME)
        if not key:
            raise InvalidInput(
                f"{self.path / 'secrets'} does not hold {_KEY_NAME}",
                hint="Restore the file from a backup: customer ids are derived with this key.",
            )
        return bytes.fromhex(key)

    @cached_property
    def vault(self) -> Vault:
        """Seals secrets that are kept in the app database."""
        from onefold.access import Vault

        return Vault(self.key)

    @cached_property
    def mask_key(self) -> str:
        """The key of the ``hashed`` mask."""
        return hashlib.blake2b(b"onefold mask v1", key=self.key, digest_size=32).hexdigest()

    def secret(self, text: str) -> str:
        """``text`` with ``${NAME}`` replaced by the environment's value, else the secrets file's.

        Raises:
            InvalidInput: a name has no value anywhere.
        """
        return expand_variables(text, read_secrets(self.path / "secrets"))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the workspace against other writers; the lock dies with the process.

        Raises:
            Conflict: another process holds it.
        """
        from filelock import FileLock, Timeout

        try:
            with FileLock(self.path / ".lock", timeout=0):
                yield
        except Timeout:
            raise Conflict(
                f"{self.path}: another onefold command is changing this workspace",
                hint="Wait until it ends, then run the command again.",
            ) from None

    def connect(self, name: str, location: str | list[str], **options: Any) -> None:
        """Add a source to ``onefold.yaml`` or change it; comments in the file survive.

        Args:
            name: lower-case letters, digits and underscores.
            location: files, folders, globs, a database URL; relative paths become relative to the workspace.
            options: fields of ``SourceSettings``.
        """
        check_source_name(name)
        with self.locked():
            document = _read_yaml(self.path / SETTINGS_FILE)
            sources = document.get("sources") or {}
            sources.setdefault(name, {}).update({"location": location, **options})
            document["sources"] = sources
            self._replace_settings(document)

    def set_meaning(self, source: str, table: str, column: str, meaning: str) -> None:
        """Correct what a column means, for ever."""
        self._override(
            source,
            table,
            lambda entry: entry.setdefault("columns", {}).update({column: {"meaning": meaning}}),
        )

    def set_table(self, source: str, table: str, **choices: Any) -> None:
        """Correct a table's ``role``, ``key`` or ``cursor``, for ever."""
        self._override(source, table, lambda entry: entry.update(choices))

    def _override(self, source: str, table: str, change: Any) -> None:
        with self.locked():
            document = _read_yaml(self.path / SETTINGS_FILE)
            sources = document.get("sources") or {}
            if source not in sources:
                raise NotFound(f"no source {source!r}", hint=f"Connected: {', '.join(sources) or 'none'}.")
            change(sources[source].setdefault("overrides", {}).setdefault(table, {}))
            self._replace_settings(document)

    def _replace_settings(self, document: Any) -> None:
        parse_settings(document, origin=SETTINGS_FILE)
        _write_yaml(self.path / SETTINGS_FILE, document)

    def build(self, *, progress: Progress | None = None) -> BuildReport:
        """Bring everything up to date: land, conform, resolve, unify, report. Only what changed is done again.

        Raises:
            Conflict: another process is building.
            InvalidInput: a file or setting cannot be used as it is.
        """
        from onefold.build import run_build

        with self.locked():
            return run_build(self._inputs(), progress=progress)

    def scan(self, *, with_report: bool = True, progress: Progress | None = None) -> BuildReport:
        """Find tables, customers and silos without publishing anything.

        Raises:
            OnefoldError: a source could not be read.
        """
        from onefold.build import run_scan

        with self.locked():
            return run_scan(self._inputs(), with_report=with_report, progress=progress)

    def check_source(self, name: str, location: str | list[str], options: dict[str, Any]) -> list[str]:
        """The tables that a source would bring; opens it and reads no rows.

        Raises:
            OnefoldError: it cannot be opened; says why.
        """
        from onefold.settings import SourceSettings
        from onefold.sources import open_source

        document = {"version": 1, "sources": {name: {"location": location, **options}}}
        settings: SourceSettings = parse_settings(document, origin="the new source").sources[name]
        secrets = read_secrets(self.path / "secrets")
        return [extract.table for extract in open_source(name, settings, base=self.path, secrets=secrets)]

    def _inputs(self) -> BuildInputs:
        from onefold.build import BuildInputs

        return BuildInputs(
            engine=self.engine,
            database=self.database,
            settings=self.settings,
            base=self.path,
            secrets=read_secrets(self.path / "secrets"),
            workspace_key=self.key,
            clock=self._clock,
        )

    def report(self) -> dict[str, Any]:
        """The silo report of the last finished build, as JSON.

        Raises:
            NotFound: nothing has been built.
        """
        from onefold.build import latest_report

        with self.database.read() as connection:
            document = latest_report(connection)
        if document is None:
            raise NotFound("nothing has been built here yet", hint="Run: onefold build")
        return document

    def last_reads(self) -> dict[str, datetime]:
        """When each source was last read, changed or not."""
        from onefold.build import last_reads

        with self.database.read() as connection:
            return last_reads(connection)

    def tables(self) -> list[Table]:
        """The catalogue: every table with role, key, joins and column meanings."""
        from onefold.catalog import load_catalog

        with self.database.read() as connection:
            return load_catalog(connection)

    def find_customers(self, query: str) -> list[str]:
        """Customer ids that an id, e-mail, phone, record key or name leads to, best first."""
        from onefold.profiles import find_customers

        with self.database.read() as connection:
            return find_customers(connection, query, self.settings.region)

    def card(self, customer_id: str, *, timeline: int = 20) -> Card:
        """Everything about one customer, as the owner of the files sees it.

        Raises:
            NotFound: the id was never issued.
        """
        from onefold.access import Access, Actor
        from onefold.profiles import get_card

        access = Access.full(Actor("cli", "cli", "command line"))
        with self.database.read() as connection:
            return get_card(connection, access, customer_id, timeline=timeline, with_history=True)

    def quarantined(self, *, source: str | None = None, table: str | None = None) -> list[QuarantinedRow]:
        """Rows that could not be read and still wait, by file and line."""
        from onefold.sources import list_quarantine

        return list_quarantine(self.engine, source, table)

    def replay_quarantine(self, corrections: Path) -> list[LandingReport]:
        """Land the mended rows of a file (CSV or JSON with ``quarantine_id``); the next build takes them further.

        Raises:
            NotFound: no such entry in quarantine.
            InvalidInput: an entry is resolved already, or a column is not one of its table's.
        """
        from onefold.build import next_build_no
        from onefold.sources import read_corrections, replay_quarantine

        with self.locked():
            with self.database.read() as connection:
                build_no = next_build_no(connection)
            return replay_quarantine(self.engine, build_no, read_corrections(corrections), clock=self._clock)

    def export(self, path: Path) -> int:
        """Write all customers to ``path`` (.parquet, .csv, .jsonl); returns how many."""
        from onefold.profiles import export_customers

        with self.database.read() as connection:
            return export_customers(connection, path)

    def export_identities(self, path: Path) -> int:
        """Write source, table, record_key, customer_id of every people record; returns how many."""
        from onefold.profiles import export_identities

        return export_identities(self.engine, path)


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 120
    return yaml


def _read_yaml(path: Path) -> Any:
    from ruamel.yaml.error import YAMLError

    try:
        return _yaml().load(path.read_text(encoding="utf-8")) or {}
    except YAMLError as error:
        raise InvalidInput(f"{path}: {error}", hint="Mend the file and run the command again.") from error


def _write_yaml(path: Path, document: Any) -> None:
    buffer = io.StringIO()
    _yaml().dump(document, buffer)
    temporary = path.with_suffix(".new")
    temporary.write_text(buffer.getvalue(), encoding="utf-8")
    temporary.replace(path)


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
