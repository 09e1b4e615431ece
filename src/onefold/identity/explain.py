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
from onefold.identity.evidence import Floats
from onefold.identity.fields import FIELDS

BITS = float(1 / np.log(2))
"""Bits in one natural unit of evidence."""


def evidence_json(patterns: Patterns, contributions: dict[int, Floats]) -> pa.Array:
    """One JSON object per pair.

    Args:
        patterns: levels per pair.
        contributions: per field, natural log units each pair gains or loses by it.
    """
    parts = [_fragments(field, patterns[:, field], weights) for field, weights in contributions.items()]
    if not parts:
        return pa.array(["{}"] * len(patterns), pa.string())
    joined = pc.binary_join_element_wise(*parts, ", ", null_handling="skip")
    return pc.binary_join_element_wise("{", joined, "}", "")


def _fragments(field: int, levels: npt.NDArray[np.int8], weights: Floats) -> pa.Array:
    """``"name": {…}`` per pair, null where the field is empty; written once per distinct level and weight."""
    tenths = np.rint(weights * BITS * 10).astype(np.int64)
    keys = pa.array((tenths << 8) | (levels.astype(np.int64) + 1), mask=levels < 0).dictionary_encode()
    spec = FIELDS[field]
    texts = []
    for key in keys.dictionary.to_pylist():
        level = spec.levels((key & 0xFF) - 1).name.lower().replace("_", " ")
        texts.append(f'"{spec.name}": {{"level": "{level}", "weight": {(key >> 8) / 10}}}')
    return pa.array(texts, pa.string()).take(keys.indices)
