"""Claim: what tables and columns mean is found without configuration, on other people's data too.

Usage: python benchmarks/inference.py PLACE [PLACE …]

PLACE is a file or a folder of exports; the places named together are scanned as one company. Prints Markdown, one
section per table: its role, key, joins, and what every column was taken to mean, with the confidence and the reason.
What is wrong is for a reader to say: docs/evaluation/inference.md is this listing with such a reader's marks.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from typing import Any

from measure import ONEFOLD, run


def print_table(table: Mapping[str, Any]) -> None:
    """One table as Markdown."""
    key = table["key"] if isinstance(table["key"], list) else [table["key"]] if table["key"] else []
    name, role = f"{table['source']}.{table['name']}", f"{table['role']} ({table['confidence']:.2f})"
    print(f"\n### {name}: {role}, {table['rows']:,} rows\n")
    print(f"Because {told(table['reason'])}. Key: {', '.join(map(code, key)) or 'none'}.")
    for join in table["joins"]:
        target = f"{join['to_source']}.{join['to_table']}.{join['to_column']}"
        print(f"- joins {code(join['column'])} → {code(target)} ({join['coverage']:.0%} of its values exist there)")
    print("\n| column | meaning | sure | why |\n|---|---|---|---|")
    for column in table["columns"]:
        print(
            f"| {code(column['name'])} | {column['meaning']} | {column['confidence']:.2f} | {told(column['reason'])} |"
        )


def code(text: str) -> str:
    """Inline code, safe inside a table."""
    return f"`{told(text)}`"


def told(text: str) -> str:
    """Text safe inside a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("places", nargs="+")
    report = json.loads(run([ONEFOLD, "scan", "--json", *parser.parse_args().places]).output)
    print(f"{report['records']:,} records of people, {report['customers']:,} customers.")
    for note in report["notes"]:
        print(f"- {note}")
    for table in report["tables"]:
        print_table(table)


if __name__ == "__main__":
    main()
