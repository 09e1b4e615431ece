"""The demo company: invented people in invented systems, with the truth kept beside them.

``write_company`` writes the exports of an outdoor and home goods retailer from a seed; ``check_company``
scores an identity map against the truth. The product reads them as anybody's files.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from onefold.demo.model import DemoCompany, Difficulty, HouseholdScore, Score

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    import sqlalchemy as sa

    from onefold.demo.colleagues import Colleague

__all__ = [
    "DemoCompany",
    "Difficulty",
    "HouseholdScore",
    "Score",
    "check_company",
    "draw_passphrase",
    "open_company",
    "staff_company",
    "write_company",
]


def write_company(directory: Path, *, people: int = 20_000, seed: int = 7) -> DemoCompany:
    """Write the exports of the demo company and the truth about them.

    The same ``people`` and ``seed`` give the same bytes. Files that exist are overwritten.

    Args:
        directory: gets ``exports/`` (one folder per system) and ``truth/``; made where absent.
        people: how many true people the company knows; 20,000 give about 48,000 people records.
        seed: any integer.

    Raises:
        InvalidInput: ``people`` is below 100.

    Cost: about 0.4 ms per person; 20 MB of files for 20,000 people.
    """
    from onefold.demo.company import write_company as write

    return write(directory, people=people, seed=seed)


def open_company(directory: Path) -> DemoCompany:
    """Describe a demo company that ``write_company`` wrote earlier.

    Raises:
        NotFound: there is none in ``directory``.
    """
    from onefold.demo.company import open_company as read

    return read(directory)


def check_company(directory: Path, identities: pa.Table, households: pa.Table | None = None) -> Score:
    """Score an identity map of the demo company against the truth.

    Args:
        directory: what ``write_company`` was given.
        identities: columns ``source``, ``table``, ``record_key``, ``customer_id``, as ``onefold resolve``
            writes them; rows about anything but the company's people records (organisations, test rows)
            are left out of the score. What a table is called does not matter: no two tables of one source
            share a key.
        households: columns ``customer_id``, ``household_id`` of all who live with others, to be scored too.

    Returns:
        The score. A people record that ``identities`` lacks counts as a customer of its own.

    Raises:
        NotFound: there is no demo company in ``directory``.
        InvalidInput: ``identities`` lacks a column, names a record twice, or knows no record.
    """
    from onefold.demo.check import check_company as check

    return check(directory, identities, households)


def staff_company(connection: sa.Connection, passphrase: str) -> Sequence[Colleague]:
    """Give the people who work at the demo company accounts, all with this passphrase; one for each role.

    Accounts that exist are left as they are.
    """
    from onefold.demo.colleagues import add_colleagues

    return add_colleagues(connection, passphrase)


def draw_passphrase() -> str:
    """A passphrase of four words for the demo company's accounts."""
    from onefold.demo.colleagues import draw_passphrase as draw

    return draw()
