"""Why two records are held to be one customer, as JSON that a person can read.

``{"email": ["same", 14.2], "given_name": ["different", -4.7]}``: how the records agree, and what that weighs in bits:
+1 doubles the odds, -1 halves them. Fields that a side leaves empty are left out. Weights sum to that of the match.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onefold.identity.compare import Patterns
from onefold.identity.fields import FIELDS
from onefold.identity.namesakes import FULL_NAME
from onefold.identity.score import Contributions
from onefold.identity.within_tables import SAME_TABLE

BITS = float(1 / np.log(2))
"""Bits in one natural unit of evidence."""


RELATIVES = -1
"""The column for what is lost because the agreement may be that of a family or of colleagues."""


_REMARKS = {
    FULL_NAME: ("full_name", "others bear the same name"),
    SAME_TABLE: ("same_table", "how often one system holds a customer twice"),
    RELATIVES: ("relatives", "family or colleagues would agree so too"),
}


Tenths = npt.NDArray[np.int16]
"""Tenths of bits, ``[pair, column]``; ``_SILENT`` where a column says nothing about a pair."""

_SILENT = np.iinfo(np.int16).min


def in_tenths(contributions: Contributions, totals: npt.NDArray[np.float64]) -> tuple[tuple[int, ...], Tenths]:
    """What each column adds to each pair's evidence, so that it sums to the pair's total, and what the columns are.

    Args:
        contributions: the evidence of each pair, taken apart.
        totals: evidence per pair for one customer and against everything else, natural log units.
    """
    weights = contributions.against_strangers
    lost = totals - np.nansum(weights, axis=1)
    tenths = np.full((len(weights), weights.shape[1] + 1), _SILENT, np.int16)
    for number, column in enumerate([*weights.T, np.where(lost < -0.05, lost, np.nan)]):
        is_told = ~np.isnan(column)
        tenths[is_told, number] = np.rint(column[is_told] * BITS * 10).clip(_SILENT + 1, -(_SILENT + 1))
    return (*contributions.columns, RELATIVES), tenths


def evidence_json(patterns: Patterns, columns: tuple[int, ...], tenths: Tenths) -> pa.Array:
    """One JSON object per pair, whose weights sum to the pair's total.

    Args:
        patterns: levels per pair.
        columns: what ``tenths`` are about.
        tenths: of bits, per pair.
    """
    parts = [_fragments(column, patterns, tenths[:, number]) for number, column in enumerate(columns)]
    joined = pc.binary_join_element_wise(*parts, ", ", null_handling="skip")
    return pc.binary_join_element_wise("{", joined, "}", "")


def _fragments(column: int, patterns: Patterns, tenths: Tenths) -> pa.Array:
    """``"name": […]`` per pair, null where it says nothing; written once per distinct level and weight."""
    is_field = column not in _REMARKS
    levels = patterns[:, column].astype(np.int64) + 1 if is_field else np.ones(len(tenths), np.int64)
    keys = pa.array((tenths.astype(np.int64) << 8) | levels, mask=tenths == _SILENT).dictionary_encode()
    texts = [_fragment(column, (key & 0xFF) - 1, (key >> 8) / 10) for key in keys.dictionary.to_pylist()]
    return pa.array(texts, pa.string()).take(keys.indices)


def _fragment(column: int, level: int, weight: float) -> str:
    if column in _REMARKS:
        name, agreement = _REMARKS[column]
    else:
        name, agreement = FIELDS[column].name, FIELDS[column].levels(level).name.lower().replace("_", " ")
    return f'"{name}": ["{agreement}", {weight}]'
