from __future__ import annotations

import csv
import gzip
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from onefold.demo import DemoCompany, write_company

Tables = dict[tuple[str, str], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> DemoCompany:
    return write_company(tmp_path_factory.mktemp("demo"), people=1_500)


@pytest.fixture(scope="session")
def truth(company: DemoCompany) -> pa.Table:
    return pq.read_table(company.truth / "truth.parquet")


@pytest.fixture(scope="session")
def tables(company: DemoCompany) -> Tables:
    return read_exports(company.exports)


def read_exports(exports: Path) -> Tables:
    """Every table of every system as a person would open it, by (source, table)."""

    def delimited(path: Path, encoding: str, delimiter: str = ",") -> list[dict[str, Any]]:
        open_file: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
        with open_file(path, "rt", encoding=encoding, newline="") as file:
            return list(csv.DictReader(file, delimiter=delimiter, strict=True))

    found: Tables = {}
    for name in ("contacts", "accounts"):
        found["crm", name] = delimited(exports / "crm" / f"{name}.csv", "utf-8-sig")
    for name in ("cuentas", "facturas", "pagos"):
        found["billing", name] = delimited(exports / "billing" / f"{name}.csv", "windows-1252", ";")
    for name in ("members", "app_events"):
        found["loyalty", name] = delimited(exports / "loyalty" / f"{name}.csv.gz", "utf-8")
    for name in ("pelates", "apodeixeis"):
        found["hellas", name] = delimited(exports / "hellas" / f"{name}.csv", "windows-1253", ";")
    found["wechat", "huiyuan"] = delimited(exports / "wechat" / "huiyuan.csv", "gb18030")
    for name in ("requesters.jsonl", "tickets.jsonl", "messages.jsonl.gz"):
        path = exports / "helpdesk" / name
        content = path.read_bytes()
        lines = (gzip.decompress(content) if path.suffix == ".gz" else content).decode().splitlines()
        found["helpdesk", name.partition(".")[0]] = [json.loads(line) for line in lines]
    with closing(sqlite3.connect(exports / "shop" / "shop.sqlite")) as connection:
        connection.row_factory = sqlite3.Row
        for name in ("customers", "products", "orders", "order_lines"):
            found["shop", name] = [dict(row) for row in connection.execute(f"select * from {name}")]
    workbook = openpyxl.load_workbook(exports / "surveys" / "customer_surveys.xlsx")
    for sheet in workbook:
        rows = list(sheet.iter_rows(values_only=True))
        found["surveys", sheet.title] = [dict(zip(rows[3], row, strict=True)) for row in rows[4:]]
    return found
