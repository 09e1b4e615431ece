"""Where indexes are kept: a folder of the workspace, changed by writing beside what is there and swapping one name.

``current.json`` names the state that readers use (see ``index_place``). A state names the base of each kind and the
model that both were made with. Whatever no state in use names is removed by the next change.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from onefold.errors import UpgradeNeeded
from onefold.identity.index import KindIndex, read_index, write_base, write_state
from onefold.identity.index_place import MANIFEST, synced, write_json
from onefold.identity.learned import Model
from onefold.identity.model import RULE_VERSION
from onefold.identity.model_file import from_parts, to_parts
from onefold.kernel import new_id

MOST_WEAR = 0.1
"""Share of changed records from which the base is written anew."""


@dataclass(frozen=True)
class State:
    """One state of all indexes."""

    name: str
    model: Model
    indexes: Mapping[str, KindIndex]
    """By kind of records."""
    bases: Mapping[str, str]
    """By kind of records: the folder of what changes do not touch."""
    named: tuple[str, ...] = field(default=())
    """Subjects that decisions of people name."""
    area: tuple[str, ...] = field(default=())
    """Subjects whose customers decisions may shape."""
    decided: str = ""
    """The fingerprint of all decisions."""


class IndexStore:
    """The indexes of one workspace.

    Args:
        folder: made when the first state is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> State | None:
        """A state by its name; None where it is gone, not whole, or of other rules."""
        try:
            manifest = json.loads((self.folder / name / MANIFEST).read_text())
            if manifest["rule_version"] != RULE_VERSION:
                return None
            model = _read_model(self.folder / manifest["model"])
            indexes = {
                kind: read_index(self.folder / base, self.folder / name / kind)
                for kind, base in manifest["bases"].items()
            }
        except (OSError, EOFError, ValueError, KeyError, UpgradeNeeded):
            return None
        return State(
            name,
            model,
            indexes,
            manifest["bases"],
            tuple(manifest["named"]),
            tuple(manifest["area"]),
            manifest["decided"],
        )

    def write(
        self,
        model: Model,
        indexes: Mapping[str, KindIndex],
        bases: Mapping[str, str],
        named: tuple[str, ...],
        area: tuple[str, ...],
        decided: str,
    ) -> str:
        """Write a state beside the others; nobody reads it before ``publish_state``. Returns its name.

        Args:
            model: what the indexes were made with.
            indexes: by kind of records.
            bases: folders of the kinds whose base is written already.
            named: subjects that decisions of people name.
            area: subjects whose customers decisions may shape.
            decided: the fingerprint of all decisions.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        name, places = new_id("state"), dict(bases)
        for kind, index in indexes.items():
            if kind not in places:
                places[kind] = new_id("base")
                write_base(index, self.folder / places[kind])
            write_state(index, self.folder / name / kind)
        model_name = f"model_{model.model_id}"
        _write_model(model, self.folder / model_name)
        manifest = {
            "rule_version": model.rule_version,
            "model": model_name,
            "bases": {kind: places[kind] for kind in indexes},
            "named": named,
            "area": area,
            "decided": decided,
        }
        (self.folder / name).mkdir(exist_ok=True)
        write_json(self.folder / name / MANIFEST, manifest)
        return name


def _write_model(model: Model, folder: Path) -> None:
    if (folder / MANIFEST).exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    files: dict[str, dict[str, str]] = {}
    for kind, learned in model.kinds.items():
        files[kind] = {}
        for number, (part, content) in enumerate(sorted(to_parts(learned).items())):
            files[kind][part] = f"{kind}.{number}"
            with synced(folder / f"{kind}.{number}") as file:
                file.write(content)
    write_json(folder / MANIFEST, {"rule_version": model.rule_version, "model_id": model.model_id, "files": files})


@lru_cache(maxsize=1)
def _read_model(folder: Path) -> Model:
    """A folder's name says what is in it, so that a process reads a model once."""
    manifest = json.loads((folder / MANIFEST).read_text())
    kinds = {
        kind: from_parts({part: (folder / file).read_bytes() for part, file in files.items()})
        for kind, files in manifest["files"].items()
    }
    return Model(manifest["rule_version"], kinds, manifest["model_id"])
