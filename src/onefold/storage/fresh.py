"""The schema of a new SQLite database, ready to run: loading Alembic to start from nothing costs half a second.

It is what the migrations make, statement by statement (a test holds the two equal); they stay the authority, for
every database that holds something and for PostgreSQL. After a new migration, take the statements from
``select sql from sqlite_schema order by rowid`` of a database that Alembic has made.
"""

from __future__ import annotations

STATEMENTS = (
    """
    CREATE TABLE alembic_version (
        version_num VARCHAR(32) NOT NULL,
        CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
    )""",
    """
    CREATE TABLE catalog_table (
        source TEXT NOT NULL,
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        confidence FLOAT NOT NULL,
        reason TEXT NOT NULL,
        key_columns JSON NOT NULL,
        row_count BIGINT NOT NULL,
        PRIMARY KEY (source, name)
    )""",
    """
    CREATE TABLE catalog_column (
        source TEXT NOT NULL,
        table_name TEXT NOT NULL,
        name TEXT NOT NULL,
        position INTEGER NOT NULL,
        meaning TEXT NOT NULL,
        confidence FLOAT NOT NULL,
        reason TEXT NOT NULL,
        details JSON NOT NULL,
        PRIMARY KEY (source, table_name, name)
    )""",
    """
    CREATE TABLE catalog_join (
        source TEXT NOT NULL,
        table_name TEXT NOT NULL,
        column_name TEXT NOT NULL,
        to_source TEXT NOT NULL,
        to_table TEXT NOT NULL,
        to_column TEXT NOT NULL,
        coverage FLOAT NOT NULL,
        confidence FLOAT NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (source, table_name, column_name, to_source, to_table)
    )""",
    """
    CREATE TABLE identity_run (
        run_id INTEGER NOT NULL,
        build_no INTEGER,
        actor TEXT NOT NULL,
        rule_version TEXT NOT NULL,
        applied_at DATETIME NOT NULL,
        counts JSON NOT NULL,
        PRIMARY KEY (run_id)
    )""",
    """
    CREATE TABLE customer (
        customer_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        merged_into TEXT,
        created_run INTEGER NOT NULL,
        created_at DATETIME NOT NULL,
        PRIMARY KEY (customer_id)
    )""",
    """
    CREATE TABLE subject (
        subject_id TEXT NOT NULL,
        customer_id TEXT NOT NULL,
        attached_run INTEGER NOT NULL,
        attached_at DATETIME NOT NULL,
        PRIMARY KEY (subject_id)
    )""",
    "CREATE INDEX ix_subject_customer_id ON subject (customer_id)",
    """
    CREATE TABLE subject_history (
        subject_id TEXT NOT NULL,
        detached_run INTEGER NOT NULL,
        customer_id TEXT NOT NULL,
        attached_run INTEGER NOT NULL,
        attached_at DATETIME NOT NULL,
        detached_at DATETIME NOT NULL,
        PRIMARY KEY (subject_id, detached_run)
    )""",
    "CREATE INDEX ix_subject_history_customer_id ON subject_history (customer_id)",
    """
    CREATE TABLE customer_change (
        change_id INTEGER NOT NULL,
        run_id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        customer_id TEXT NOT NULL,
        other_customer_id TEXT,
        subject_ids JSON NOT NULL,
        happened_at DATETIME NOT NULL,
        PRIMARY KEY (change_id)
    )""",
    "CREATE INDEX ix_customer_change_run_id ON customer_change (run_id)",
    "CREATE INDEX ix_customer_change_customer_id ON customer_change (customer_id)",
    "CREATE INDEX ix_customer_change_other_customer_id ON customer_change (other_customer_id)",
    """
    CREATE TABLE profile (
        customer_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        display_name TEXT,
        input_hash TEXT NOT NULL,
        version INTEGER NOT NULL,
        updated_at DATETIME NOT NULL,
        attributes JSON NOT NULL,
        traits JSON NOT NULL,
        PRIMARY KEY (customer_id)
    )""",
    """
    CREATE TABLE identifier (
        kind TEXT NOT NULL,
        value TEXT NOT NULL,
        subject_id TEXT NOT NULL,
        PRIMARY KEY (kind, value, subject_id)
    ) WITHOUT ROWID""",
    "CREATE INDEX ix_identifier_subject_id ON identifier (subject_id)",
    """
    CREATE TABLE timeline_event (
        event_id TEXT NOT NULL,
        subject_id TEXT NOT NULL,
        row_hash TEXT NOT NULL,
        occurred_at DATETIME,
        source TEXT NOT NULL,
        table_name TEXT NOT NULL,
        role TEXT NOT NULL,
        event_type TEXT NOT NULL,
        title TEXT,
        status TEXT,
        channel TEXT,
        counterpart TEXT,
        amount NUMERIC(18, 4),
        currency TEXT,
        score FLOAT,
        body JSON,
        PRIMARY KEY (event_id)
    ) WITHOUT ROWID""",
    "CREATE INDEX timeline_event_by_subject ON timeline_event (subject_id, occurred_at)",
    """
    CREATE TABLE build_run (
        build_no INTEGER NOT NULL,
        started_at DATETIME NOT NULL,
        finished_at DATETIME,
        steps JSON NOT NULL,
        report JSON,
        PRIMARY KEY (build_no)
    )""",
)
"""Tables and indexes of a database at ``HEAD``, in the order in which the migrations make them."""
