"""A model as bytes: one Arrow table per thing learned, and one JSON document for what is small.

Equal models give equal bytes, so that a model's id is the hash of them.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import pyarrow as pa

from onefold.errors import UpgradeNeeded
from onefold.identity.blocking import Blocking
from onefold.identity.evidence import Weights
from onefold.identity.fields import FIELD_INDEX, FIELDS
from onefold.identity.hashing import KeyTable
from onefold.identity.learned import KindModel, Model
from onefold.identity.lexicon import Lexicon, WordBook
from onefold.identity.namesakes import LearnedFrequency, LearnedNames

FACTS = "facts"
"""The part that is JSON."""

Parts = dict[str, bytes]


def model_id(model: Model) -> str:
    """``mdl_`` and a hash of the rule version and everything learned."""
    digest = hashlib.blake2b(model.rule_version.encode(), digest_size=10)
    for kind in sorted(model.kinds):
        for name, content in sorted(to_parts(model.kinds[kind]).items()):
            digest.update(f"{kind}/{name}:{len(content)}:".encode())
            digest.update(content)
    return f"mdl_{digest.hexdigest()}"


def to_parts(model: KindModel) -> Parts:
    """The parts of what was learned of one kind of records, by name."""
    tables, defaults = _key_tables(model), {}
    parts = {}
    for name, table in tables.items():
        defaults[name] = repr(table.default)
        parts[name] = _to_bytes(pa.table({"key": pa.array(table.keys), "value": pa.array(table.values)}))
    lexicon = model.lexicon
    words = {"spoken": lexicon.names, "words": lexicon.words.table, "aliases": lexicon.words.aliases}
    parts |= {name: _to_bytes(content) for name, content in words.items()}
    parts["closed"] = _to_bytes(pa.table({"key": pa.array(model.blocking.closed)}))
    weights, names = model.weights, model.full_names
    facts: dict[str, Any] = {
        "size": model.size,
        "fields": [FIELDS[number].name for number in weights.fields],
        "chances": {FIELDS[number].name: table.tolist() for number, table in weights.chances.items()},
        "shares": weights.shares.tolist(),
        "records_per_customer": weights.records_per_customer,
        "has_postcodes": model.has_postcodes,
        "is_all_pairs": model.blocking.is_all_pairs,
        "caps": list(model.blocking.caps.items()),
        "largest": model.largest,
        "defaults": defaults,
    }
    if names is not None:
        facts["full_names"] = {
            "names": names.names,
            "size": names.size,
            "prior": names.prior,
            "usual_log_lift": names.usual_log_lift,
            "alike": {FIELDS[number].name: one.tolist() for number, one in names.alike.items()},
        }
    parts[FACTS] = json.dumps(facts, sort_keys=True).encode()
    return parts


def from_parts(parts: Parts) -> KindModel:
    """The inverse of ``to_parts``.

    Raises:
        UpgradeNeeded: the parts are those of another version.
    """
    try:
        facts = json.loads(parts[FACTS])
        chances = {FIELD_INDEX[name]: np.array(table) for name, table in facts["chances"].items()}
        weights = Weights(
            tuple(FIELD_INDEX[name] for name in facts["fields"]),
            {number: chances[number] for number in sorted(chances)},
            np.array(facts["shares"]),
            facts["records_per_customer"],
        )
        tables = {name: _key_table(parts[name], default) for name, default in facts["defaults"].items()}
        book = WordBook(_from_bytes(parts["words"]), _from_bytes(parts["aliases"]))
        return KindModel(
            size=facts["size"],
            weights=weights,
            lexicon=Lexicon(_from_bytes(parts["spoken"]), book, _within(tables, "crowded")),
            shared=_within(tables, "shared"),
            frequencies={
                name: LearnedFrequency(**_within(tables, f"frequency/{name}"))
                for name in ("given_name", "family_name")
                if f"frequency/{name}/share" in tables
            },
            full_names=_full_names(facts.get("full_names"), tables),
            rarities=_within(tables, "rarity"),
            has_postcodes=facts["has_postcodes"],
            blocking=Blocking(facts["is_all_pairs"], dict(facts["caps"]), _column(parts["closed"], "key")),
            largest=facts["largest"],
        )
    except (KeyError, TypeError, ValueError, pa.ArrowException) as error:
        raise UpgradeNeeded(
            "the model in the warehouse was written by another version of Onefold",
            hint="Learn it again: onefold build --relearn.",
        ) from error


def _key_tables(model: KindModel) -> dict[str, KeyTable]:
    found = {f"crowded/{name}": table for name, table in model.lexicon.crowded.items()}
    found |= {f"shared/{name}": table for name, table in model.shared.items()}
    found |= {f"rarity/{name}": table for name, table in model.rarities.items()}
    for name, frequency in model.frequencies.items():
        found |= {f"frequency/{name}/{part}": table for part, table in vars(frequency).items()}
    if model.full_names is not None:
        found["full_names/evidence"] = model.full_names.evidence
        found |= {f"full_names/lift_{side}": table for side, table in enumerate(model.full_names.lifts)}
    return found


def _full_names(facts: dict[str, Any] | None, tables: dict[str, KeyTable]) -> LearnedNames | None:
    if facts is None:
        return None
    alike = {FIELD_INDEX[name]: np.array(one) for name, one in facts["alike"].items()}
    return LearnedNames(
        tables["full_names/evidence"],
        (tables["full_names/lift_0"], tables["full_names/lift_1"]),
        facts["names"],
        facts["size"],
        facts["prior"],
        facts["usual_log_lift"],
        {number: alike[number] for number in sorted(alike)},
    )


def _within(tables: dict[str, KeyTable], place: str) -> dict[str, KeyTable]:
    return {name.removeprefix(f"{place}/"): table for name, table in tables.items() if name.rpartition("/")[0] == place}


def _key_table(content: bytes, default: str) -> KeyTable:
    return KeyTable(_column(content, "key"), _column(content, "value"), float(default))


def _column(content: bytes, name: str) -> Any:
    return _from_bytes(content)[name].to_numpy()


def _to_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table.combine_chunks())
    return bytes(sink.getvalue())


def _from_bytes(content: bytes) -> pa.Table:
    with pa.ipc.open_stream(pa.py_buffer(content)) as reader:
        return reader.read_all()
