"""Resources as files: stable order, one file each, so that their history reads well in git."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from onefold.config.model import Document, Resource
from onefold.errors import InvalidInput, NotFound

FILE_OF_KINDS = "onefold-config.yaml"
"""Names the kinds that the folder holds all of: what it does not hold is to be deleted."""
_PATH = re.compile(r"[a-z][a-z0-9_-]{0,40}/[a-z0-9][a-z0-9_-]{0,120}\.yaml")
_MOST_FILES = 20_000
_LARGEST = 1 << 20
_HEAD = "# Written by: onefold config export. Compare and apply: onefold config apply DIR --dry-run\n"


def config_files(resources: Mapping[str, list[Resource]]) -> dict[str, str]:
    """Path -> text of every file."""
    files = {FILE_OF_KINDS: _HEAD + _text({"version": 1, "kinds": list(resources)})}
    for kind, found in resources.items():
        for resource in sorted(found, key=lambda one: one.key):
            identity = {"id": resource.resource_id} if resource.resource_id else {}
            files[f"{kind}/{resource.key}.yaml"] = _text(identity | resource.document)
    return files


def parse_files(files: Mapping[str, str]) -> dict[str, dict[str, Document]]:
    """Kind -> key -> document.

    Raises:
        InvalidInput: names the file and what is wrong with it.
    """
    if FILE_OF_KINDS not in files:
        raise InvalidInput(f"{FILE_OF_KINDS} is missing", hint="Begin with: onefold config export DIR")
    if len(files) > _MOST_FILES:
        raise InvalidInput(f"{len(files):,} files are too many")
    head = _parsed(FILE_OF_KINDS, files[FILE_OF_KINDS])
    kinds = head.get("kinds")
    if head.get("version") != 1 or not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        raise InvalidInput(f"{FILE_OF_KINDS}: version: 1 and a list of kinds are needed")
    wanted: dict[str, dict[str, Document]] = {kind: {} for kind in kinds}
    for path, text in files.items():
        if path == FILE_OF_KINDS:
            continue
        if not _PATH.fullmatch(path):
            raise InvalidInput(f"{path!r} is no file of a configuration", hint="Such as roles/sales.yaml.")
        kind, _, name = path.partition("/")
        if kind not in wanted:
            raise InvalidInput(f"{path}: {FILE_OF_KINDS} does not name {kind} among its kinds")
        wanted[kind][name.removesuffix(".yaml")] = _parsed(path, text)
    return wanted


def read_folder(folder: Path) -> dict[str, str]:
    """Path -> text of the YAML files in a folder; other files are somebody else's matter.

    Raises:
        NotFound: there is no such folder.
        InvalidInput: a file is too large or no UTF-8 text.
    """
    if not folder.is_dir():
        raise NotFound(f"{folder} is no folder", hint="Make it with: onefold config export DIR")
    files = {}
    for path in sorted([folder / FILE_OF_KINDS, *folder.glob("*/*.yaml")]):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name.startswith("."):
            continue
        if path.stat().st_size > _LARGEST:
            raise InvalidInput(f"{path}: larger than a file of a configuration can be")
        try:
            files[name] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise InvalidInput(f"{path}: no UTF-8 text") from None
    return files


def write_folder(folder: Path, files: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Write files that differ, remove those of resources that are gone; returns (written, removed) paths.

    Raises:
        InvalidInput: the folder holds something else.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / FILE_OF_KINDS).exists():
        others = [path for path in folder.iterdir() if not path.name.startswith(".")]
        if others:
            raise InvalidInput(f"{folder} holds something else", hint="Name an empty or new folder.")
    gone = [name for name in read_folder(folder) if name not in files] if folder.exists() else []
    written = []
    for name, text in files.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            written.append(name)
    for name in gone:
        (folder / name).unlink()
    return written, gone


def key_of(name: str, taken: set[str], otherwise: str) -> str:
    """A file name for something that people named in any script.

    >>> key_of("Vendes (Girona)", set(), "rol_1"), key_of("销售", set(), "rol_2")
    ('vendes-girona', 'xiao-shou')
    >>> key_of("Vendes, Girona", {"vendes-girona"}, "rol_3")
    'vendes-girona-rol_3'
    """
    from anyascii import anyascii

    spaced = re.sub(r"(?<=[^\x00-\x7f])(?=[^\x00-\x7f])", " ", name) if not name.isascii() and _is_cjk(name) else name
    plain = re.sub(r"[^a-z0-9_]+", "-", anyascii(spaced).lower()).strip("-_")[:60]
    key = plain or otherwise.lower()
    key = f"{key}-{otherwise.lower()}" if key in taken else key
    taken.add(key)
    return key


def _is_cjk(text: str) -> bool:
    return any("\u3400" <= letter <= "\u9fff" for letter in text)


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml: Any = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = 120
    yaml.sort_base_mapping_type_on_output = False
    return yaml


def _text(document: Mapping[str, Any]) -> str:
    buffer = io.StringIO()
    _yaml().dump(dict(document), buffer)
    return buffer.getvalue()


def _parsed(path: str, text: str) -> Document:
    from ruamel.yaml.error import YAMLError

    if len(text) > _LARGEST:
        raise InvalidInput(f"{path}: larger than a file of a configuration can be")
    if re.search(r"(^|[\s:\[,-])[&*][A-Za-z0-9_]+(\s|$)", text):
        raise InvalidInput(f"{path}: anchors and aliases are not taken", hint="Write the value where it belongs.")
    try:
        document = _yaml().load(text)
    except (YAMLError, ValueError, RecursionError) as error:
        raise InvalidInput(f"{path}: {error}", hint="Mend the file.") from None
    if not isinstance(document, dict) or not all(isinstance(name, str) for name in document):
        raise InvalidInput(f"{path}: a mapping of names to values is needed")
    return document
