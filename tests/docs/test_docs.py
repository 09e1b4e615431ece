"""The documentation is true: its commands run, its links lead somewhere, its lists are those of the code."""

from __future__ import annotations

import csv
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest

from onefold.cli.errors import EXIT_CODES, KEPT_MAP
from onefold.cli.main import COMMANDS, onefold

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
PEOPLE = 400
"""The smallest demo company in which somebody lives in several systems and reads like the large one's people."""


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"docs_{name}", ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


run_blocks = _script("run_blocks")
make_reference = _script("make_reference")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the exports that the README names."""
    exports = tmp_path / "exports"
    exports.mkdir()
    people = [("Ana García", "ana@example.com", "+34600123401"), ("Li Wei", "li.wei@example.com", "+8613800138001")]
    for name, key in (("contacts", "contact_id"), ("customers", "customer_id")):
        _write(exports / f"{name}.csv", (key, "full_name", "email", "phone"), [(n, *p) for n, p in enumerate(people)])
    orders = [("O-1", 0, "12.50", "2026-01-02"), ("O-2", 1, "7.00", "2026-02-03")]
    _write(exports / "orders.csv", ("order_no", "customer_id", "total", "ordered_at"), orders)
    return tmp_path


def _write(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.mark.slow
@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md", "docs/how-to/connect-a-database.md"])
def test_every_command_of_the_page_works_as_written(page: str, home: Path) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    session = run_blocks.Session(home, PEOPLE, run_blocks.chosen_customer(text))
    commands = [command for block in run_blocks.blocks_of(text) for command in block.commands]
    assert commands
    for command in commands:
        code, output = session.run(command)
        assert code == 0, f"{command}\nended with {code}\n{output}"


def test_commands_of_a_page_are_those_typed(tmp_path: Path) -> None:
    text = (
        "```console\n$ onefold demo\nSilo report\n$ make demo\n```\n"
        "<!-- not run: no server -->\n```sh\nonefold build\n```\n```sh\n# a remark\nls\n```\n```text\nrm -r /\n```\n"
    )
    assert [block.commands for block in run_blocks.blocks_of(text)] == [["onefold demo"], [], ["ls"]]
    session = run_blocks.Session(tmp_path)
    assert session.run("mkdir inner && cd inner")[0] == 0
    assert session.run("pwd")[1].strip().endswith("inner")
    assert session.run("false")[0] == 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_and_headings(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"(?:\]\(|src=\")([^)\s\"]+)[)\"]", text):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{target} leads nowhere"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
            assert anchor in anchors, f"{target} names no heading"


def test_the_index_links_every_page() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    linked = {(ROOT / "docs" / target).resolve() for target in re.findall(r"\]\(([^)#]+)\)", index)}
    own = {page for page in PAGES if page.name != "index.md" and "evaluation" not in page.parts}
    assert own <= linked, sorted(str(page) for page in own - linked)


def test_the_reference_is_what_the_commands_say_of_themselves() -> None:
    written = make_reference.PAGE.read_text(encoding="utf-8")
    assert written == make_reference.reference(), "run: python docs/make_reference.py"


def test_every_command_is_in_the_reference_and_every_command_named_exists() -> None:
    context = click.Context(onefold)
    names: set[str] = set()
    for name in COMMANDS:
        command = onefold.get_command(context, name)
        inner = command.list_commands(context) if isinstance(command, click.Group) else []
        names |= {f"{name} {sub}" for sub in inner} or {name}
    headings = re.findall(r"^#{2,3} onefold (.+)$", make_reference.PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert names <= set(headings)
    for page in PAGES:
        for word in re.findall(r"(?:^|`|\$ )onefold ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE):
            assert word in COMMANDS, f"{page.name} names a command {word!r}"


def test_exit_codes_on_the_pages_are_those_of_the_code() -> None:
    codes = make_reference.exit_codes()
    assert {code for code, _ in codes} == {0, 1, 130, KEPT_MAP, *EXIT_CODES.values()}
    for page in (ROOT / "docs" / "architecture.md", make_reference.PAGE):
        table = re.findall(r"^\| (\d+) \| (.+) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert [(int(code), text) for code, text in table] == codes, page.name


def test_the_glossary_is_in_order() -> None:
    words = re.findall(r"^\| \*\*(.+?)\*\*", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert words == sorted(words)
