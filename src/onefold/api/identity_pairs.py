"""Two records beside each other, for a person who has to say whether they are one customer.

What a record says is read from the profile of its customer, so no warehouse is needed and masks hold as on its page.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from pydantic import BaseModel

from onefold.access import Access, Shown
from onefold.api.identity import EvidenceOut, Eyes, RecordRef
from onefold.profiles.side_by_side import values_by_record
from onefold.profiles.tables import profile

SEPARATOR = " · "
"""Between several values that one record has of one attribute."""


class FieldOut(BaseModel):
    """What a record says about one attribute."""

    attribute: str
    value: str | None
    differs: bool
    """Another of the records says something else."""
    hidden_by: str | None = None


class RecordOut(BaseModel):
    """One record with all that it says."""

    ref: RecordRef
    display_name: str | None
    """Of its customer at present."""
    fields: list[FieldOut]


class PairOut(BaseModel):
    """Two records that may be one customer."""

    subject_a: str | None
    subject_b: str | None
    """Null where a policy hides the keys of records; such a pair cannot be labelled by this caller."""
    probability: float | None
    """That both are one customer, as the calibrated model sees it."""
    is_joined: bool
    """The map says so at present."""
    stratum: str | None
    records: list[RecordOut]
    evidence: EvidenceOut | None


class RecordsReader:
    """What records say, as the caller may see it; every customer is read once."""

    def __init__(self, connection: sa.Connection, access: Access, eyes: Eyes | None = None) -> None:
        self._connection = connection
        self.eyes = eyes or Eyes(connection, access)
        self._read: dict[str, dict[str, dict[str, Shown]]] = {}

    def beside(self, subject_ids: Sequence[str]) -> list[RecordOut]:
        """The records, attribute by attribute in one order, with marks where they differ."""
        said = [self._said(subject_id) for subject_id in subject_ids]
        names = list(dict.fromkeys(name for record in said for name in record))
        differs = {name: len({record.get(name, (None, None))[0] for record in said}) > 1 for name in names}
        return [
            RecordOut(
                ref=self.eyes.record(subject_id),
                display_name=self._name(subject_id),
                fields=[
                    FieldOut(attribute=name, value=value, differs=differs[name], hidden_by=hidden_by)
                    for name in names
                    if name in record
                    for value, hidden_by in [record[name]]
                ],
            )
            for subject_id, record in zip(subject_ids, said, strict=True)
        ]

    def _said(self, subject_id: str) -> dict[str, tuple[str | None, str | None]]:
        """Attribute -> what the record says, and the policy that hides it."""
        sight = self.eyes.sight_of(subject_id)
        if sight is None:
            return {}
        if sight.customer_id not in self._read:
            self._read[sight.customer_id] = values_by_record(self._connection, sight)
        said = self._read[sight.customer_id].get(subject_id, {})
        return {name: (SEPARATOR.join(shown.value) or None, shown.hidden_by) for name, shown in said.items()}

    def _name(self, subject_id: str) -> str | None:
        sight = self.eyes.sight_of(subject_id)
        if sight is None:
            return None
        query = sa.select(profile.c.display_name).where(profile.c.customer_id == sight.customer_id)
        name: str | None = sight.shown("display_name", self._connection.execute(query).scalar()).value
        return name
