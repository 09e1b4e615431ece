"""Why two records are held to be one customer, as JSON that a person can read.

``{"email": {"level": "same", "weight": 14.2}, "given_name": {"level": "different", "weight": -4.7}}``: the weight is
in bits, so that +1 doubles the odds and -1 halves them; fields that a side leaves empty are left out.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onefold.identity.compare import Patterns
from onefold.identity.fields import FIELDS
from onefold.identity.rarity import FULL_NAME
from onefold.identity.score import Contributions

BITS = float(1 / np.log(2))
"""Bits in one natural unit of evidence."""


def evidence_json(patterns: Patterns, contributions: Contributions, priors: tuple[float, float]) -> pa.Array:
    """One JSON object per pair.

    Args:
        patterns: levels per pair.
        contributions: the evidence of each pair, taken apart.
        priors: log odds of one customer against strangers and against related, before any evidence.
    """
    weights = _against_likelier_rival(contributions, priors)
    parts = [_fragments(column, patterns, weights[:, number]) for number, column in enumerate(contributions.columns)]
    joined = pc.binary_join_element_wise(*parts, ", ", null_handling="skip")
    return pc.binary_join_element_wise("{", joined, "}", "")


def _against_likelier_rival(contributions: Contributions, priors: tuple[float, float]) -> npt.NDArray[np.float32]:
    """Per pair and column, the evidence against strangers and relatives, each as far as they are in question."""
    strangers, related = contributions.against_strangers, contributions.against_related
    for_strangers = -np.nansum(strangers, axis=1) - priors[0]
    for_related = -np.nansum(related, axis=1) - priors[1]
    share = (1.0 / (1.0 + np.exp(np.clip(for_strangers - for_related, -50, 50))))[:, None]  # of related
    filled = np.where(np.isnan(related), 0.0, related)
    result: npt.NDArray[np.float32] = (strangers * (1 - share) + filled * share).astype(np.float32)
    return result


def _fragments(column: int, patterns: Patterns, weights: npt.NDArray[np.float32]) -> pa.Array:
    """``"name": {…}`` per pair, null where it says nothing; written once per distinct level and weight."""
    is_empty = np.isnan(weights)
    tenths = np.rint(np.where(is_empty, 0.0, weights) * BITS * 10).astype(np.int64)
    if column == FULL_NAME:
        levels = np.full(len(weights), 1, np.int64)
    else:
        levels = patterns[:, column].astype(np.int64) + 1
    keys = pa.array((tenths << 8) | levels, mask=is_empty).dictionary_encode()
    texts = [_fragment(column, (key & 0xFF) - 1, (key >> 8) / 10) for key in keys.dictionary.to_pylist()]
    return pa.array(texts, pa.string()).take(keys.indices)


def _fragment(column: int, level: int, weight: float) -> str:
    if column == FULL_NAME:
        return f'"full_name": {{"level": "how common the name is", "weight": {weight}}}'
    field = FIELDS[column]
    agreement = field.levels(level).name.lower().replace("_", " ")
    return f'"{field.name}": {{"level": "{agreement}", "weight": {weight}}}'
