"""A workspace: the folder that holds what is configured and what is known, and the library's door to it.

``onefold.yaml`` is configuration, ``app.db`` answers for one customer, ``warehouse.duckdb`` for all, ``files/`` holds
artifacts, ``secrets`` (mode 0600, never in git) holds passwords and the key that customer ids are derived with.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets as random_secrets
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onefold.errors import Conflict, InvalidInput, NotFound, Stale
from onefold.kernel import Clock, utc_now
from onefold.settings import (
    IdentitySettings,
    Settings,
    check_source_name,
    expand_variables,
    parse_settings,
    read_secrets,
    read_yaml,
    write_yaml,
    yaml_text,
)
from onefold.workspace_files import file_lock, hold, replace_file, version_of, write_private

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from onefold.access import Access, Vault
    from onefold.build import Blast, BuildInputs, BuildReport, OnStep, Progress
    from onefold.build.steward import Desk
    from onefold.build.what_if import WhatIf
    from onefold.care import Handover
    from onefold.catalog import Table
    from onefold.engines import Engine
    from onefold.identity import MapPlan
    from onefold.identity.live import LiveIndex, LiveMatch
    from onefold.profiles import Card, Contradiction, ContradictionCounts, ContradictionFilter, Outcome
    from onefold.sources import LandingReport, QuarantinedRow
    from onefold.storage import AppDatabase

SETTINGS_FILE = "onefold.yaml"
_KEY_NAME = "ONEFOLD_WORKSPACE_KEY"
_SECRET_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,79}")
_INDEX_FOLDER = "identity-index"
_GITIGNORE = "secrets\napp.db*\nwarehouse.duckdb*\nidentity-index/\nfiles/\nspill/\n.lock*\n.server\n.*.undo\n"


class Workspace:
    """One open workspace. Use as a context manager, or call ``close()``."""

    def __init__(self, path: Path, *, clock: Clock = utc_now) -> None:
        self.path = path
        self._clock = clock
        self._settings: tuple[tuple[int, int, int], Settings] | None = None

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
        write_private(path / "secrets", f"{_KEY_NAME}={random_secrets.token_hex(32)}\n")
        if not (path / ".gitignore").exists():
            (path / ".gitignore").write_text(_GITIGNORE, encoding="utf-8")
        settings = settings or Settings(name=path.resolve().name)
        document = settings.model_dump(mode="json", exclude_defaults=True)
        write_yaml(path / SETTINGS_FILE, {"version": 1, **document, "sources": document.get("sources", {})})
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
                found = cls(folder)
                found._mend()
                return found
        raise NotFound(
            f"{start} is not a workspace and is not inside one",
            hint="Create one: onefold init NAME, then cd NAME. Or look without one: onefold scan FILES",
        )

    @classmethod
    @contextmanager
    def temporary(
        cls, sources: Mapping[str, Mapping[str, Any]], *, region: str | None = None, engine: str = "embedded"
    ) -> Iterator[Workspace]:
        """A workspace that is gone when the block ends. Its customer ids depend on the input alone."""
        with tempfile.TemporaryDirectory(prefix="onefold-") as folder:
            path = Path(folder)
            document = {"version": 1, "name": "scan", "region": region, "sources": dict(sources)}
            document["identity"] = {"engine": engine}
            write_private(path / "secrets", f"{_KEY_NAME}={bytes(32).hex()}\n")
            write_yaml(path / SETTINGS_FILE, document)
            with cls(path) as workspace:
                yield workspace

    def _mend(self) -> None:
        """Take back changes of files whose transaction was never committed: a server was killed."""
        for path in (self.path / SETTINGS_FILE, self.path / "secrets"):
            if path.with_name(f".{path.name}.undo").exists():
                from onefold.storage import mend_file

                mend_file(self.database, path)
                self.close()  # it was opened by the settings of before

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
        """``onefold.yaml``, read afresh whenever it was changed.

        Raises:
            InvalidInput: the file is not valid; names the line or entry.
        """
        path = self.path / SETTINGS_FILE
        found = path.stat()
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        if self._settings is None or self._settings[0] != stamp:
            self._settings = (stamp, parse_settings(read_yaml(path), origin=str(path)))
        return self._settings[1]

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
    def locked(self, *, wait_seconds: float = 0) -> Iterator[None]:
        """Hold the warehouse against other processes and threads; the lock dies with the process.

        Raises:
            Conflict: another holds it, and did so for ``wait_seconds``.
        """
        with file_lock(self.path / ".lock", wait_seconds, f"{self.path}: another onefold command is changing it"):
            yield

    @contextmanager
    def warehouse(self, *, wait_seconds: float = 10) -> Iterator[Engine]:
        """The warehouse for a short look or change, given back at once: for servers, which never hold it.

        Raises:
            Conflict: a build holds it.
        """
        from onefold.engines import Engine

        with self.locked(wait_seconds=wait_seconds):
            settings = self.settings
            engine = Engine.open(
                self.path / "warehouse.duckdb", threads=settings.threads, memory_limit=settings.memory_limit
            )
            try:
                yield engine
            finally:
                engine.close()

    @property
    def settings_version(self) -> int:
        """A number that changes whenever ``onefold.yaml`` does."""
        return version_of((self.path / SETTINGS_FILE).read_bytes())

    @contextmanager
    def edit_settings(
        self, connection: Connection | None = None, *, expected_version: int | None = None
    ) -> Iterator[Any]:
        """The document of ``onefold.yaml``, to be changed in the block; comments in the file survive.

        Nothing is written where the block raises or leaves a file that is not valid. A build that runs goes on with
        what it read when it began.

        Args:
            connection: of the transaction that this belongs to: both take place, or neither.
            expected_version: of the file that the editor saw.

        Raises:
            Stale: the file is not at ``expected_version``.
            Conflict: another is editing it.
            InvalidInput: the document is not valid, before or after.
        """
        path = self.path / SETTINGS_FILE
        with file_lock(self.path / ".lock-settings", 10, f"{self.path}: another is editing onefold.yaml"):
            hold(connection, path)
            if expected_version is not None and expected_version != self.settings_version:
                raise Stale("onefold.yaml was changed meanwhile", hint="Look at it again, then change it.")
            document = read_yaml(path)
            document["sources"] = document.get("sources") or {}
            yield document
            parse_settings(document, origin=SETTINGS_FILE)
            replace_file(connection, path, yaml_text(document))

    def connect(self, name: str, location: str | list[str], **options: Any) -> None:
        """Add a source to ``onefold.yaml`` or change it; comments in the file survive.

        Args:
            name: lower-case letters, digits and underscores.
            location: files, folders, globs, a database URL; relative paths become relative to the workspace.
            options: fields of ``SourceSettings``.
        """
        check_source_name(name)
        with self.edit_settings() as document:
            document["sources"].setdefault(name, {}).update({"location": location, **options})

    def set_meaning(
        self,
        source: str,
        table: str,
        column: str,
        meaning: str | None,
        *,
        connection: Connection | None = None,
        expected_version: int | None = None,
    ) -> None:
        """Correct what a column means, for ever; None takes a correction back."""

        def change(entry: Any) -> None:
            columns = entry.setdefault("columns", {})
            if meaning is None:
                columns.pop(column, None)
            else:
                columns[column] = {"meaning": meaning}

        self._override(source, table, change, connection, expected_version)

    def set_table(
        self,
        source: str,
        table: str,
        *,
        connection: Connection | None = None,
        expected_version: int | None = None,
        **choices: Any,
    ) -> None:
        """Correct a table's ``role``, ``key`` or ``cursor``, for ever; None takes a correction back."""

        def change(entry: Any) -> None:
            for name, value in choices.items():
                if value is None:
                    entry.pop(name, None)
                else:
                    entry[name] = value

        self._override(source, table, change, connection, expected_version)

    def _override(
        self, source: str, table: str, change: Any, connection: Connection | None, expected_version: int | None
    ) -> None:
        with self.edit_settings(connection, expected_version=expected_version) as document:
            sources = document["sources"]
            if source not in sources:
                raise NotFound(f"no source {source!r}", hint=f"Connected: {', '.join(sources) or 'none'}.")
            change(sources[source].setdefault("overrides", {}).setdefault(table, {}))

    def keep_secret(self, name: str, value: str | None, *, connection: Connection | None = None) -> None:
        """Write a line of the ``secrets`` file, or remove it; the file stays private (mode 0600).

        Raises:
            InvalidInput: the value cannot be a line of the file, or the name belongs to Onefold.
        """
        if name == _KEY_NAME or not _SECRET_NAME.fullmatch(name):
            raise InvalidInput(f"{name!r} cannot name a secret")
        if value is not None and (value != value.strip() or not value or not value.isprintable()):
            raise InvalidInput("this secret cannot be kept", hint="It has to be one line without spaces at its ends.")
        path = self.path / "secrets"
        with file_lock(self.path / ".lock-secrets", 10, f"{self.path}: another is editing the secrets"):
            hold(connection, path)
            text = path.read_text(encoding="utf-8") if path.exists() else ""
            lines = [line for line in text.splitlines() if line.split("=", 1)[0].strip() != name]
            if value is not None:
                lines.append(f"{name}={value}")
            replace_file(connection, path, "".join(f"{line}\n" for line in lines))

    def build(
        self,
        *,
        only: Collection[str] = (),
        progress: Progress | None = None,
        on_step: OnStep | None = None,
        wait_seconds: float = 0,
        is_confirmed: bool = False,
        is_relearn: bool = False,
    ) -> BuildReport:
        """Bring everything up to date: land, conform, resolve, unify, report. Only what changed is done again.

        Args:
            only: sources to read; all where empty.
            progress: told what is going on.
            on_step: told the build's number and the step that begins.
            wait_seconds: how long to wait for another to give the warehouse back.
            is_confirmed: change the map however much of it that is.
            is_relearn: learn anew what tells customers apart, however little has changed.

        Raises:
            Conflict: another process is building.
            InvalidInput: a file or setting cannot be used as it is.
        """
        from onefold.build import run_build

        with self.locked(wait_seconds=wait_seconds):
            inputs = replace(
                self._inputs(),
                only=frozenset(only),
                is_confirmed=is_confirmed,
                index_folder=self.path / _INDEX_FOLDER,
                is_relearn=is_relearn,
            )
            return run_build(inputs, progress=progress, on_step=on_step)

    def plan(
        self, *, only: Collection[str] = (), progress: Progress | None = None, wait_seconds: float = 0
    ) -> tuple[BuildReport, MapPlan, Blast]:
        """What ``build`` would change in the map, with the reasons; nothing is published.

        Raises:
            Conflict: another process is building.
            InvalidInput: a file or setting cannot be used as it is.
        """
        from onefold.build import run_plan

        with self.locked(wait_seconds=wait_seconds):
            inputs = replace(self._inputs(), only=frozenset(only), index_folder=self.path / _INDEX_FOLDER)
            return run_plan(inputs, progress=progress)

    def what_if(
        self, settings: IdentitySettings, *, progress: Progress | None = None, wait_seconds: float = 10
    ) -> WhatIf:
        """What other settings of identity would make of the customers, as of the last build; nothing is changed.

        Raises:
            Conflict: a build holds the warehouse.
            InvalidInput: nothing has been built.
        """
        from onefold.build.what_if import read_ground, weigh_what_if
        from onefold.identity import Tuning

        present = Tuning.of(self.settings.identity)
        with self.warehouse(wait_seconds=wait_seconds) as engine:
            ground = read_ground(engine, self.database, present)
        return weigh_what_if(
            ground,
            self.database,
            present,
            Tuning.of(settings),
            workspace_key=self.key,
            largest_change=settings.largest_change,
            threads=self.settings.threads or os.cpu_count() or 1,
            progress=progress,
        )

    def desk(self, connection: Connection, engine: Engine, access: Access) -> Desk:
        """Where a steward works, inside transactions of both databases.

        The app database's transaction has to end before the warehouse's: what it says is the truth.
        """
        from onefold.build.steward import Desk

        priorities = {name: source.priority for name, source in self.settings.sources.items()}
        return Desk(connection, engine, self.key, priorities, access, self._clock())

    @contextmanager
    def steward(self, access: Access, *, wait_seconds: float = 10) -> Iterator[Desk]:
        """``desk`` with transactions of its own, for the length of the block.

        Raises:
            Conflict: a build holds the warehouse.
        """
        with (
            self.warehouse(wait_seconds=wait_seconds) as engine,
            engine.transaction(),
            self.database.write() as connection,
        ):
            yield self.desk(connection, engine, access)

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
        allow_private = self.settings.server.allow_private_addresses
        extracts = open_source(name, settings, base=self.path, secrets=secrets, allow_private=allow_private)
        return [extract.table for extract in extracts]

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

    @cached_property
    def live_index(self) -> LiveIndex:
        """What a single record is resolved against; as of the last build, also while another is running."""
        from onefold.identity.live import LiveIndex

        return LiveIndex(self.path / _INDEX_FOLDER)

    def match_record(
        self,
        connection: Connection,
        row: Mapping[str, Any],
        *,
        table: str | None = None,
        is_organisation: bool = False,
        key: str | None = None,
    ) -> LiveMatch:
        """Which records a row would be one customer with, if it came now; nothing is written.

        Args:
            connection: to the app database.
            row: by columns of ``table``; by meanings such as ``given_name`` and ``email`` where no table is named.
            table: ``source.table`` of the catalogue.
            is_organisation: whether it is an organisation, where no table says so.
            key: the row's key in its source, if it has one.

        Raises:
            NotFound: there is no such table, or nothing has been built.
            InvalidInput: names what the row may hold.
        """
        from onefold.catalog import load_catalog
        from onefold.identity import Tuning, active_overrides
        from onefold.identity.bonds import Bonds
        from onefold.records import conform_row

        known = None
        if table is not None:
            tables = {one.full_name: one for one in load_catalog(connection)}
            known = tables.get(table)
            if known is None:
                raise NotFound(f"no table {table!r}", hint=f"Known: {', '.join(sorted(tables))}.")
        settings = self.settings
        source = settings.sources.get(known.source) if known else None
        region = (source.region if source else None) or settings.region
        record = conform_row(row, table=known, is_organisation=is_organisation, key=key or "?", region=region)
        tuning = Tuning.of(settings.identity)
        return self.live_index.match(record, Bonds.of(active_overrides(connection)), tuning)

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
        from onefold.profiles import get_card

        with self.database.read() as connection:
            return get_card(connection, _owner_of_files(), customer_id, timeline=timeline, with_history=True)

    def find_customer(self, key: str) -> str:
        """The one customer that an id, e-mail, phone, record key or name leads to best.

        Raises:
            NotFound: there is none.
        """
        found = self.find_customers(key)
        if not found:
            raise NotFound(
                f"no customer is known by {key!r}",
                hint="Try another e-mail, a phone number, source:record_key or part of the name.",
            )
        return found[0]

    def handover(self, customer_id: str) -> Handover:
        """The hand-over summary of one customer, as the owner of the files sees it."""
        from onefold.care import make_handover
        from onefold.profiles import see_customer

        now = self._clock()
        with self.database.read() as connection:
            sight = see_customer(connection, _owner_of_files(), customer_id)
            return make_handover(connection, sight, now=now, today=self.settings.present or now.date())

    def contradictions(
        self, wanted: ContradictionFilter, limit: int
    ) -> tuple[list[Contradiction], ContradictionCounts]:
        """The first contradictions, and how many there are in all."""
        from onefold.profiles import count_contradictions, list_contradictions

        access = _owner_of_files()
        with self.database.read() as connection:
            found = list_contradictions(connection, access, wanted, limit=limit)
            return found, count_contradictions(connection, access, wanted)

    def pick(self, customer_id: str, attribute: str, value: str, *, reason: str | None = None) -> Outcome:
        """Show ``value`` as ``attribute`` of a customer, whatever the rules say.

        Raises:
            InvalidInput: there is nothing to pick, or no record says that.
        """
        from onefold.profiles import pick_value

        with self.database.write() as connection:
            return pick_value(
                connection, _owner_of_files(), customer_id, attribute, value, reason=reason, expected_version=None
            )

    def unpick(self, customer_id: str, attribute: str) -> Outcome:
        """Let the rules decide on an attribute of a customer again."""
        from onefold.profiles import unpick

        with self.database.write() as connection:
            return unpick(connection, _owner_of_files(), customer_id, attribute, expected_version=None)

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

    def export(self, path: Path, *, rule: str | None = None, fields: Sequence[str] | None = None) -> int:
        """Write customers to ``path`` (.parquet, .csv, .jsonl): all of them whole, or some, or some attributes.

        Returns:
            How many.
        """
        from onefold.profiles import export_customers
        from onefold.profiles.streaming import write_customers

        with self.database.read() as connection:
            if rule is None and fields is None:
                return export_customers(connection, path)
            return write_customers(connection, path, rule, fields)

    def export_identities(self, path: Path) -> int:
        """Write source, table, record_key, customer_id of every people record; returns how many."""
        from onefold.profiles import export_identities

        return export_identities(self.engine, path)


def _owner_of_files() -> Access:
    from onefold.access import Access, Actor

    return Access.full(Actor("cli", "cli", "command line"))
