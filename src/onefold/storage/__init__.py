"""The app database: point reads and writes about one customer, and configuration state. SQLite or PostgreSQL."""

from onefold.storage.beside import change_file, hold_file, mend_file
from onefold.storage.bulk import (
    indexes_deferred,
    insert_arrow,
    measure_tables,
    read_arrow,
    read_table,
    scratch_table,
)
from onefold.storage.database import AppDatabase, afterwards, aware, metadata
from onefold.storage.idempotency import KeptAnswer, keep_answer, kept_answer
from onefold.storage.limits import TimeIsUp, time_limited
from onefold.storage.outbox import announce, announce_all, commit_in_order, outbox
from onefold.storage.rule_sql import Resolve, all_of, any_of, compile_rule
from onefold.storage.sql_functions import by_code_point, contains_text, hash_text, keyed_hash

__all__ = [
    "AppDatabase",
    "KeptAnswer",
    "Resolve",
    "TimeIsUp",
    "afterwards",
    "all_of",
    "announce",
    "announce_all",
    "any_of",
    "aware",
    "by_code_point",
    "change_file",
    "commit_in_order",
    "compile_rule",
    "contains_text",
    "hash_text",
    "hold_file",
    "indexes_deferred",
    "insert_arrow",
    "keep_answer",
    "kept_answer",
    "keyed_hash",
    "measure_tables",
    "mend_file",
    "metadata",
    "outbox",
    "read_arrow",
    "read_table",
    "scratch_table",
    "time_limited",
]
