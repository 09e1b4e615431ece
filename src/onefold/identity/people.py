"""One kind of records, encoded for resolution: the columns that identity looks at and nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onefold.identity.encode import (
    ABSENT,
    Codes,
    Column,
    ListColumn,
    Text,
    combine_codes,
    encode_lists,
    encode_text,
    parents_of,
)
from onefold.identity.hashing import NOTHING, Keys, text_keys
from onefold.identity.lexicon import Lexicon
from onefold.identity.mailbox_names import Spoken, complete_names, count_words
from onefold.identity.names import NameWords
from onefold.identity.ordered import Ordered

Counts = npt.NDArray[np.int64]

_LAST_DIGITS = 8
"""Digits of the shortest national numbers that tell a line by themselves."""

_YEAR_OF_MAILBOX = "[^0-9@](?:19|20)?(?P<year>[0-9]{2})@"
"""Two digits at the end of a mailbox's name, or a year of the last century or of this one."""

_YEAR_OF_BIRTH = "^[0-9]{2}(?P<year>[0-9]{2})"

_START_OF_PHONE = 5
"""Characters of a number, its plus sign included, that tell its kind: country and the kind of line or area."""


@dataclass(frozen=True)
class Contacts:
    """A multi-valued field whose values are meant to belong to one person."""

    column: ListColumn
    text: Text
    mailbox: Codes
    """Per value: code of a part that is telling by itself: an e-mail's local part, a phone's last digits."""
    mailbox_keys: Keys
    """Per value: the number of that part, the same in any set of records; 0 where there is none."""
    sharers: npt.NDArray[np.int8]
    """Per value: 0 used by one name, 1 by two, 2 by more, 3 by so many that it is nobody's and says nothing."""

    @cached_property
    def years(self) -> npt.NDArray[np.int8]:
        """Per value: the year that a mailbox's name ends with, without its century; ``ABSENT`` where there is none."""
        return _years_in(self.column.values, _YEAR_OF_MAILBOX)

    @cached_property
    def starts(self) -> Column:
        """Per value: how it begins; of phones, which country and kind of line."""
        starts = pc.utf8_slice_codeunits(self.column.values, 0, _START_OF_PHONE)
        return encode_text(pa.chunked_array([pc.if_else(pc.equal(starts, ""), "?", starts)]))

    @cached_property
    def local_parts(self) -> Column:
        """Per value: what stands before an ``@``."""
        return encode_text(pa.chunked_array([pc.replace_substring_regex(self.column.values, "(.)@.*$", r"\1")]))

    @classmethod
    def of(cls, column: ListColumn) -> Contacts:
        """Without local parts, and before anything is known about who shares a value."""
        size = max(len(column.values), 1)
        return cls(
            column,
            Text.of(column.values),
            np.full(size, ABSENT, np.int32),
            np.zeros(len(column.values), np.uint64),
            np.zeros(size, np.int8),
        )


@dataclass(frozen=True)
class People:
    """Encoded records of one kind (persons, or organisations), in the order of their subject ids."""

    size: int
    tables: Column
    """Per record: the table of a source that it stands in."""
    spoken: Spoken
    """Given and family names as they are said, and how many records hold each."""
    names: NameWords
    native: Column
    contacts: dict[str, Contacts]
    """By field name: email, phone, national_id, loyalty_number, account."""
    birth_date: Column
    street: Column
    house_number: Column
    postcode: Column
    city: Column
    country: Column
    words: dict[str, Column]
    """By field name: gender, company, job_title, birth_place, generation."""

    @cached_property
    def birth_year(self) -> npt.NDArray[np.int8]:
        """Per record: year of birth without its century; ``ABSENT`` where it is not known."""
        years: npt.NDArray[np.int8] = np.r_[_years_in(self.birth_date.values, _YEAR_OF_BIRTH), np.int8(ABSENT)]
        return years[self.birth_date.codes]

    @cached_property
    def is_han(self) -> npt.NDArray[np.bool_]:
        """Per native name: whether it holds a Han character."""
        found: npt.NDArray[np.bool_] = pc.match_substring_regex(self.native.values, "[\u3400-\u9fff]").to_numpy(
            zero_copy_only=False
        )
        return found

    @cached_property
    def door(self) -> Codes:
        """Per record: code of street and house number."""
        return combine_codes(self.street.codes, self.house_number.codes)

    @cached_property
    def dwelling(self) -> Codes:
        """Per record: code of street, house number and postcode."""
        return combine_codes(self.street.codes, self.house_number.codes, self.postcode.codes)

    def with_contacts(self, name: str, contacts: Contacts) -> People:
        """The same records with one contact field replaced."""
        return replace(self, contacts={**self.contacts, name: contacts})


def encode_people(records: pa.Table | Ordered, known: Lexicon | None = None, threads: int = 1) -> People:
    """Encode ``records`` (``records.model.RECORD``), which must all be of one kind.

    Args:
        records: in the order of their subject ids.
        known: what other records taught about words and values; None where these are the ones to learn from.
        threads: names, which take half of the time, are encoded beside all others where there are several.
    """

    def text(name: str) -> Column:
        return encode_text(records.column(name))

    def encode_others() -> dict[str, Any]:
        return {
            "tables": _tables_of(records.column("subject_id")),
            "native": text("native_name"),
            "contacts": _encode_contacts(records, known),
            "words": {name: text(name) for name in ("gender", "company", "job_title", "birth_place", "generation")},
            **{name: text(name) for name in ("birth_date", "street", "house_number", "postcode", "city", "country")},
        }

    if threads == 1:
        return People(size=len(records), **_encode_names(records, known), **encode_others())
    with ThreadPoolExecutor(1) as pool:
        others = pool.submit(encode_others)
        return People(size=len(records), **_encode_names(records, known), **others.result())


def _encode_names(records: pa.Table | Ordered, known: Lexicon | None) -> dict[str, Any]:
    given, family = records.column("given_name"), records.column("family_name")
    spoken = known.spoken if known else (count_words(given), count_words(family))
    given, family = complete_names(given, family, records.column("emails"), spoken)
    return {"spoken": spoken, "names": NameWords.of(given, family, known.words if known else None)}


def _encode_contacts(records: pa.Table | Ordered, known: Lexicon | None) -> dict[str, Contacts]:
    def listed(name: str, column: pa.ChunkedArray) -> Contacts:
        return Contacts.of(encode_lists(column, known.counts_of(name) if known else None))

    accounts = _joined_lists(
        records.column("usernames"), records.column("external_ids"), _single_lists(records.column("domain"))
    )
    return {
        "email": _with_mailboxes(listed("email", records.column("emails"))),
        "phone": _with_last_digits(listed("phone", records.column("phones"))),
        "national_id": listed("national_id", records.column("national_ids")),
        "loyalty_number": listed("loyalty_number", records.column("loyalty_numbers")),
        "account": listed("account", accounts),
    }


def _years_in(texts: pa.Array, form: str) -> npt.NDArray[np.int8]:
    """The two digits that ``form`` calls a year, per text; ``ABSENT`` where it has none."""
    years = pc.struct_field(pc.extract_regex(texts, form), "year").cast(pa.int8())
    found: npt.NDArray[np.int8] = pc.fill_null(years, ABSENT).to_numpy(zero_copy_only=False)
    return found


def _tables_of(subject_ids: pa.ChunkedArray) -> Column:
    """The source and table, which a subject id begins with (``crm.contacts:C-100234``), else one for all."""
    names = pc.replace_substring_regex(pc.if_else(pc.match_substring(subject_ids, ":"), subject_ids, "?"), ":.*$", "")
    return encode_text(names)


def _with_mailboxes(emails: Contacts) -> Contacts:
    """Mark local parts that tell a person by themselves, so that a change of provider does not hide them.

    A name alone ("john.smith") is shared by namesakes; two digits or more make it a choice of one person.
    """
    if emails.column.is_empty:
        return emails
    local = pc.replace_substring_regex(emails.column.values, "@.*$", "")
    digits = pc.count_substring_regex(local, "[0-9]").to_numpy(zero_copy_only=False)
    is_telling = (digits >= 2) & (pc.utf8_length(local).to_numpy(zero_copy_only=False) >= 5)
    return _with_parts(emails, local, is_telling)


def _with_last_digits(phones: Contacts) -> Contacts:
    """Mark the digits that are left of a number where a system does not say its country."""
    if phones.column.is_empty:
        return phones
    digits = pc.replace_substring_regex(phones.column.values, "[^0-9]", "")
    is_long = pc.utf8_length(digits).to_numpy(zero_copy_only=False) >= _LAST_DIGITS
    return _with_parts(phones, pc.utf8_slice_codeunits(digits, -_LAST_DIGITS, None), is_long)


def _with_parts(contacts: Contacts, parts: pa.Array, is_telling: npt.NDArray[np.bool_]) -> Contacts:
    codes = encode_text(pa.chunked_array([parts])).codes
    keys = np.where(is_telling & (codes >= 0), text_keys(parts), NOTHING)
    return replace(contacts, mailbox=np.where(is_telling, codes, ABSENT).astype(np.int32), mailbox_keys=keys)


def _joined_lists(*columns: pa.ChunkedArray) -> pa.ChunkedArray:
    """Row-wise concatenation of list columns, where null counts as an empty list."""
    filled = [column for column in columns if column.null_count < len(column)]
    if len(filled) < 2:
        return filled[0] if filled else columns[0]
    lists = [column.combine_chunks() for column in filled]
    parents = np.concatenate([parents_of(column) for column in lists])
    values = pa.concat_arrays([pc.list_flatten(column) for column in lists])
    order = np.argsort(parents, kind="stable")
    offsets = np.searchsorted(parents[order], np.arange(len(columns[0]) + 1)).astype(np.int32)
    return pa.chunked_array([pa.ListArray.from_arrays(pa.array(offsets), values.take(pa.array(order)))])


def _single_lists(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A string column as lists of at most one value."""
    is_value = pc.is_valid(column).to_numpy(zero_copy_only=False)
    offsets = np.r_[0, np.cumsum(is_value)].astype(np.int32)
    return pa.chunked_array([pa.ListArray.from_arrays(pa.array(offsets), column.drop_null().combine_chunks())])
