"""Compiling ahead of time, so that the first scan on a machine does not wait for the compiler."""

from __future__ import annotations

import time

import pyarrow as pa


def warm_up() -> float:
    """Compile every kernel of this package and keep the machine code in the cache; returns seconds.

    Cost: about 8 s once per machine and version, under a second when the cache is filled. Where no cache directory
    is writable it helps only the running process.
    """
    from onefold.identity.resolution import resolve_records

    started = time.perf_counter()
    resolve_records(_rehearsal(), threads=1)
    return time.perf_counter() - started


def _rehearsal() -> pa.Table:
    """Made-up records that reach every kernel: enough of them that blocking is used, every field filled."""
    rows = []
    for n in range(1_300):
        person, house = n // 2, n // 4
        rows.append(
            {
                "subject_id": f"rehearsal:{n:05}",
                "kind": "person" if n % 50 else "organisation",
                "given_name": f"given{person}",
                "family_name": f"family{house}",
                "native_name": "山田",
                "emails": [f"p{person}@example.net", f"q{person}@example.net"],
                "phones": [f"+1555{person:07}"],
                "birth_date": f"19{person % 80 + 10}-0{person % 9 + 1}-1{n % 2}",
                "birth_place": f"town{house}",
                "gender": "female",
                "generation": "2",
                "national_ids": [f"n{person}"],
                "loyalty_numbers": [f"l{person}"],
                "usernames": [f"u{person}"],
                "external_ids": [f"crm:{person}"],
                "street": f"street {house}",
                "house_number": "1",
                "postcode": f"{house:05}",
                "city": f"town{house % 7}",
                "country": "US",
                "company": f"company {house}",
                "job_title": "engineer",
            }
        )
    return pa.Table.from_pylist(rows)
