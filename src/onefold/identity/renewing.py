"""Renewing a resolution on the warehouse: which kinds are learned, which are resolved anew, and which only in part."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from onefold.engines import Engine, quote_identifier
from onefold.identity.bonds import Bonds
from onefold.identity.incremental import Draft, resolve_draft
from onefold.identity.index import KindIndex, Numbers
from onefold.identity.index_place import publish_state
from onefold.identity.index_store import MOST_WEAR, IndexStore, State
from onefold.identity.learned import KindModel, Model
from onefold.identity.matches import Matches
from onefold.identity.model import CLUSTER, INPUT, RULE_VERSION
from onefold.identity.ordered import Ordered
from onefold.identity.regroup import constrain
from onefold.identity.resolution import KINDS, Worked, resolve_records
from onefold.identity.warehouse import (
    Wanted,
    drift,
    index_state,
    is_tuned_alike,
    keep_model,
    load_model,
    model_in_force,
    remember,
)

_COLUMNS = ", ".join(quote_identifier(name) for name in INPUT.names)
_WEAR_AT_LEAST = 2_000
"""Changed records from which it is worth while to write a base anew."""


@dataclass(frozen=True)
class _Made:
    """What the outcome is made from."""

    made_from: str
    wanted: Wanted
    learned: list[str]
    """Kinds of records that were learned anew."""


@dataclass(frozen=True)
class _Renewed:
    """What became of one kind of records."""

    index: KindIndex
    matches: tuple[Matches, ...]
    near: pa.Table
    is_anew: bool
    """Whether all matches of this kind are replaced; the former ones of what was changed are gone already."""
    regrouped: Numbers
    facts: dict[str, object]


def renew(
    engine: Engine, wanted: Wanted, bonds: Bonds, made_from: str, progress: Callable[[str], None] | None
) -> dict[str, object]:
    """Resolve what has changed and write it, in one transaction; returns diagnostics by kind.

    Args:
        engine: the warehouse, with ``resolution_change``.
        wanted: how to resolve.
        bonds: what people decided.
        made_from: what the outcome is made from, to be remembered.
        progress: called with the name of each step.
    """
    store = IndexStore(wanted.index_folder) if wanted.index_folder else None
    state = None if wanted.is_relearn else _state(engine, store, wanted)
    model = None if wanted.is_relearn else state.model if state else load_model(engine)
    known = still_good(engine, model, wanted.relearn_after)
    concerned = _concerned(state, bonds)
    renewed: dict[str, _Renewed] = {}
    learned: dict[str, KindModel] = {}
    with engine.transaction():
        for kind in KINDS:
            if state and kind in known and kind in state.indexes:
                renewed[kind] = _change(engine, kind, state.indexes[kind], known[kind], bonds, concerned, wanted)
                learned[kind] = known[kind]
                continue
            renewed[kind], kind_model = _anew(engine, kind, known, wanted, progress)
            if kind_model is not None:
                learned[kind] = kind_model
        if progress:
            progress("writing")
        is_same = model is not None and known.keys() == learned.keys() == model.kinds.keys()
        is_same = is_same and all(learned[kind] is known[kind] for kind in known)
        new_model = model if model and is_same else Model(RULE_VERSION, learned)
        made = _Made(made_from, wanted, sorted(learned.keys() - known.keys()))
        name = _write(engine, store, state, new_model, renewed, bonds, made)
    if store:
        publish_state(store.folder, name)
    return {kind: one.facts for kind, one in renewed.items() if one.facts}


def _state(engine: Engine, store: IndexStore | None, wanted: Wanted) -> State | None:
    """The index that belongs to what the warehouse holds, if it was made with the model in force and these settings."""
    if not is_tuned_alike(engine, wanted.tuning):
        return None
    name = index_state(engine)
    state = store.read(name) if store and name else None
    return state if state and state.model.model_id == model_in_force(engine) else None


def still_good(engine: Engine, model: Model | None, relearn_after: float) -> dict[str, KindModel]:
    """What was learned of each kind, where not too many records are others than those it was learned from."""
    if model is None:
        return {}
    moved = drift(engine)
    return {
        kind: learned for kind, learned in model.kinds.items() if moved.get(kind, 0) <= relearn_after * learned.size
    }


def _concerned(state: State | None, bonds: Bonds) -> list[str]:
    """Subjects whose decisions may be others than those that the index was made with."""
    if state is None or state.decided == bonds.fingerprint:
        return []
    return sorted({*state.named, *bonds.unit_of})


def _change(
    engine: Engine,
    kind: str,
    index: KindIndex,
    model: KindModel,
    bonds: Bonds,
    concerned: Collection[str],
    wanted: Wanted,
) -> _Renewed:
    """What has changed of a kind; former matches are deleted beside it, because that is the warehouse's work alone."""
    started = time.perf_counter()
    arrivals = Ordered.of(
        engine.arrow(
            f"""
            select {_COLUMNS} from main.record
            where rowid in (select place from resolution_change where kind = ? and hash is not null)
            order by subject_id""",
            [kind],
        )
    ).whole()
    rows = engine.rows(
        "select subject_id from resolution_change where former_kind = ? and (hash is null or kind <> former_kind)",
        [kind],
    )
    gone = [subject for (subject,) in rows]
    draft = Draft.of(index, model, arrivals, gone, wanted.threads)
    with ThreadPoolExecutor(1) as beside:
        forgetting = beside.submit(_forget_matches, engine, draft.rematched)
        found = resolve_draft(draft, model, bonds, concerned, threads=wanted.threads, tuning=wanted.tuning)
        forgetting.result()
    facts: dict[str, object] = {
        "changed": len(arrivals),
        "gone": len(gone),
        "pairs": found.pairs,
        "regrouped": len(found.regrouped),
        "seconds": {"changing": round(time.perf_counter() - started, 3)},
    }
    return _Renewed(found.index, found.matches, found.near, False, found.regrouped, facts)


def _anew(
    engine: Engine, kind: str, known: Mapping[str, KindModel], wanted: Wanted, progress: Callable[[str], None] | None
) -> tuple[_Renewed, KindModel | None]:
    """All records of a kind, with what is known or what they teach."""
    query = f"select {_COLUMNS} from main.record where coalesce(kind, 'person') = ? order by subject_id"
    records = Ordered.of(engine.arrow(query, [kind])).whole()
    model = Model(RULE_VERSION, {kind: known[kind]} if kind in known else {})
    worked: list[Worked] = []
    found = resolve_records(
        records,
        overrides=wanted.overrides,
        model=model,
        tuning=wanted.tuning,
        threads=wanted.threads,
        progress=progress,
        keep=worked.append,
    )
    index = KindIndex.of(worked[0]) if worked else KindIndex.unlinked(records)
    facts = found.diagnostics.get(kind, {})
    everyone = np.arange(len(records), dtype=np.int32)
    return (
        _Renewed(index, found.links, found.near_misses, True, everyone, facts if isinstance(facts, dict) else {}),
        found.model.kinds.get(kind),
    )


def _write(
    engine: Engine,
    store: IndexStore | None,
    state: State | None,
    model: Model,
    renewed: Mapping[str, _Renewed],
    bonds: Bonds,
    made: _Made,
) -> str | None:
    """The warehouse, inside the caller's transaction, and files of the index beside it; returns the files' name.

    The transaction ends when they are there; then the caller publishes the name by which they are found.
    """
    area = _area(renewed, bonds)
    with ThreadPoolExecutor(1) as beside:
        writing = beside.submit(_write_index, store, state, model, renewed, bonds, area) if store else None
        keep_model(engine, model)
        _write_matches(engine, renewed, made.wanted.threads)
        _write_clusters(engine, renewed, bonds, area, state.area if state else ())
        name = writing.result() if writing else None
    remember(engine, made.made_from, made.wanted.tuning, name, made.learned)
    return name


def _area(renewed: Mapping[str, _Renewed], bonds: Bonds) -> tuple[str, ...]:
    """Subjects in one group with a subject that decisions name."""
    named, found = list(bonds.unit_of), []
    for one in renewed.values():
        numbers = one.index.numbers_of(named)
        groups = np.unique(one.index.group[numbers[numbers >= 0]])
        members = np.flatnonzero(np.isin(one.index.group, groups)).astype(np.int32)
        found += one.index.ids(members).to_pylist()
    return tuple(sorted(found))


def _write_index(
    store: IndexStore,
    state: State | None,
    model: Model,
    renewed: Mapping[str, _Renewed],
    bonds: Bonds,
    area: tuple[str, ...],
) -> str:
    indexes, bases = {}, {}
    for kind, one in renewed.items():
        is_worn = len(one.index.later) > _WEAR_AT_LEAST and one.index.wear > MOST_WEAR
        indexes[kind] = one.index.compacted() if is_worn else one.index
        if state and not one.is_anew and not is_worn:
            bases[kind] = state.bases[kind]
    return store.write(model, indexes, bases, tuple(sorted(bonds.unit_of)), area, bonds.fingerprint)


def _write_matches(engine: Engine, renewed: Mapping[str, _Renewed], threads: int) -> None:
    """The matches of what was resolved again, in the place of the former."""
    for kind, one in renewed.items():
        if one.is_anew:
            chosen = "select subject_id from meta.resolution_record where kind = ?"
            _delete_matches(engine, chosen, [kind])
    for one in renewed.values():
        for matches in one.matches:
            for batch in matches.batches(threads):
                engine.write("main.match", batch)
        if len(one.near):
            engine.write("main.near_miss", one.near)


def _forget_matches(engine: Engine, subjects: list[str]) -> None:
    if subjects:
        with engine.registered(pa.table({"subject_id": pa.array(subjects)}), "rematched"):
            _delete_matches(engine, "select subject_id from rematched", [])


def _delete_matches(engine: Engine, chosen: str, values: list[str]) -> None:
    for relation in ("main.match", "main.near_miss"):
        for side in ("subject_a", "subject_b"):
            engine.execute(f"delete from {relation} where {side} in ({chosen})", values)


def _write_clusters(
    engine: Engine, renewed: Mapping[str, _Renewed], bonds: Bonds, area: tuple[str, ...], former_area: tuple[str, ...]
) -> None:
    """Whole customers, in groups as people's word leaves them, take the place of the former ones."""
    labels = pa.concat_tables(
        _labels(number, one, {*area, *former_area}) for number, one in enumerate(renewed.values())
    )
    with engine.registered(pa.table({"subject_id": pa.array(area, pa.string())}), "decided"):
        matches = engine.arrow(
            "select m.* from main.match m semi join decided d on d.subject_id = m.subject_a"
            " semi join decided e on e.subject_id = m.subject_b"
        )
    labels = constrain(labels, matches, bonds)
    first = int(engine.scalar("select coalesce(max(cluster), -1) + 1 from main.cluster"))
    dense = np.unique(labels["cluster"].to_numpy(), return_inverse=True)[1].astype(np.int64) + first
    with engine.registered(labels.set_column(1, "cluster", pa.array(dense)), "regrouped"):
        engine.execute(
            "delete from main.cluster where subject_id in (select subject_id from regrouped"
            " union all select subject_id from resolution_change where hash is null)"
        )
        engine.execute("insert into main.cluster select subject_id, cluster from regrouped order by subject_id")


def _labels(number: int, one: _Renewed, decided: set[str]) -> pa.Table:
    """``CLUSTER`` of records whose customer may be another, before people's word."""
    index = one.index
    concerned = index.numbers_of(sorted(decided)) if decided else np.zeros(0, np.int32)
    chosen = np.union1d(one.regrouped, concerned[concerned >= 0]).astype(np.int32)
    groups = index.group[chosen].astype(np.int64) * len(KINDS) + number
    return pa.table([index.ids(chosen), pa.array(groups)], schema=CLUSTER)
