"""Names that only an e-mail address tells: ``dana.okoro71@…`` beside an empty name, or beside "Dana" alone.

A part of an address is read as a name only where other records of the same data bear that name, so that ``info``,
``sales.team`` and nicknames stay what they are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Spoken = tuple[Counter[str], Counter[str]]
"""How many records hold each given name, and each family name, spaces removed."""

_SHORTEST = 2
"""Letters of a part that may be a name."""

_SHORTEST_BEHIND_INITIAL = 4
"""Letters of a family name that is read where only an initial stands before it ("jsmith")."""

_SEPARATORS = re.compile(r"[^a-z]+")


def complete_names(
    given: pa.ChunkedArray, family: pa.ChunkedArray, emails: pa.ChunkedArray, spoken: Spoken
) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Given and family names, with empty ones filled from the record's first e-mail where it spells them.

    Args:
        given: given names.
        family: family names.
        emails: lists of addresses.
        spoken: given and family names that the data holds.

    Returns:
        Two columns as long as the input; values that were there stay as they were.

    Cost: one Python step per record that lacks a name part and has an e-mail.
    """
    lacks = pc.or_(pc.is_null(given), pc.is_null(family))
    has_email = pc.greater(pc.fill_null(pc.list_value_length(emails), 0), 0)
    rows = pc.indices_nonzero(pc.and_(lacks, has_email))
    if not len(rows):
        return given, family
    givens, families = spoken
    addresses = pc.list_element(emails.combine_chunks().take(rows), 0)
    found_given, found_family = [], []
    for address, known_given, known_family in zip(
        addresses.to_pylist(), given.take(rows).to_pylist(), family.take(rows).to_pylist(), strict=True
    ):
        first, last = _read((address or "").partition("@")[0], known_given, known_family, givens, families)
        found_given.append(known_given or first)
        found_family.append(known_family or last)
    return _replaced(given, rows, found_given), _replaced(family, rows, found_family)


def count_words(names: pa.ChunkedArray) -> Counter[str]:
    """How many records hold each name, spaces removed."""
    counts: Counter[str] = Counter()
    for entry in pc.value_counts(names).to_pylist():
        if entry["values"]:
            counts[entry["values"].replace(" ", "")] += entry["counts"]
    return counts


def _read(
    local: str, given: str | None, family: str | None, givens: Counter[str], families: Counter[str]
) -> tuple[str | None, str | None]:
    """The given and family name that a local part spells, in either order; None for what it does not tell."""
    best: tuple[str | None, str | None] = (None, None)
    most = 0.0
    for one, other in _splits(local, givens, families):
        for first, last in ((one, other), (other, one)):
            if (given and not _spells(first, given)) or (family and family.replace(" ", "") != last):
                continue
            plausibility = _plausibility(first, givens) * families[last]
            if plausibility > most:
                best, most = (first, last), plausibility
    return best


def _spells(part: str, given: str) -> bool:
    """Whether a part of an address may stand for a given name: the name, or its initial."""
    return given.replace(" ", "") == part or (len(part) == 1 and given.startswith(part))


def _plausibility(given: str, givens: Counter[str]) -> float:
    """How likely a part is a given name; an initial always may be one, and a name is always likelier."""
    return 0.5 if len(given) == 1 else float(givens[given])


def _splits(local: str, givens: Counter[str], families: Counter[str]) -> Iterable[tuple[str, str]]:
    """Ways to read a local part as two words, or as an initial and a word."""
    parts = [part for part in _SEPARATORS.split(local) if part]
    if len(parts) == 2 and max(map(len, parts)) >= _SHORTEST:
        yield parts[0], parts[1]
    elif len(parts) == 1:
        word = parts[0]
        for cut in range(3, len(word) - 2):
            one, other = word[:cut], word[cut:]
            if (one in givens and other in families) or (one in families and other in givens):
                yield one, other
        if len(word) > _SHORTEST_BEHIND_INITIAL and word not in givens and word[1:] in families:
            yield word[0], word[1:]


def _replaced(column: pa.ChunkedArray, rows: pa.Array, values: list[str | None]) -> pa.ChunkedArray:
    mask = np.zeros(len(column), bool)
    mask[rows.to_numpy()] = True
    return pa.chunked_array(
        [pc.replace_with_mask(column.combine_chunks(), pa.array(mask), pa.array(values, pa.string()))]
    )
