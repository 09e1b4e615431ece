"""``onefold demo``."""

from __future__ import annotations

import os
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from onefold.cli.output import json_option, print_json, progress

if TYPE_CHECKING:
    from onefold.demo import DemoCompany, Score
    from onefold.workspace import Workspace


_SECRET = "ONEFOLD_DEMO_PASSPHRASE"  # noqa: S105 - the name of a line in the secrets file


@dataclass(frozen=True)
class SignIns:
    """How to come in."""

    passphrase: str
    people: list[tuple[str, str]]
    """Role and e-mail."""


@click.command()
@click.argument("folder", default="demo", type=click.Path(file_okay=False, path_type=Path))
@click.option("--people", default=20_000, show_default=True, type=click.IntRange(100), help="True people.")
@click.option("--seed", default=7, show_default=True, help="The same seed writes the same company.")
@click.option("--serve", "serves", is_flag=True, help="Then serve it, until Ctrl-C.")
@click.option("--check", is_flag=True, help="Print precision, recall and F1 against the truth and stop.")
@json_option
def demo(folder: Path, people: int, seed: int, *, serves: bool, check: bool, as_json: bool) -> None:
    """Write a demo company into FOLDER, build it and show its silo report.

    Run again, it only builds what changed. Everybody who works at the company gets an account.

    \b
    Examples:
      onefold demo --serve
      onefold demo --check
    """
    from onefold.workspace import Workspace

    company = _company(folder, people, seed, may_write=not check, quiet=as_json)
    with Workspace.open(folder) as workspace:
        if check:
            _print_score(_score(workspace, company), as_json=as_json)
            return
        with progress(quiet=as_json) as tell:
            silos = workspace.build(progress=tell).silos
        example = _worth_a_look(workspace, silos)
        sign_ins = _staff(workspace)
    _show(folder, silos, example, sign_ins, as_json=as_json, serves=serves)
    if serves:
        _serve(folder)


def _company(folder: Path, people: int, seed: int, *, may_write: bool, quiet: bool) -> DemoCompany:
    """The company in the folder, written first where there is none."""
    from onefold.demo import open_company, write_company
    from onefold.errors import NotFound
    from onefold.workspace import SETTINGS_FILE, Workspace

    if (folder / SETTINGS_FILE).exists():
        return open_company(folder)
    if not may_write:
        raise NotFound(f"{folder} holds no demo company", hint=f"Make one first: onefold demo {folder}")
    with progress(quiet=quiet) as tell:
        tell(f"writing a company of {people:,} people")
        company = write_company(folder, people=people, seed=seed)
    Workspace.create(folder, settings=company.settings(folder))
    return company


def _worth_a_look(workspace: Workspace, silos: dict[str, Any]) -> str:
    """What to type to see the report's exhibit: an e-mail address that leads to that customer, else the id."""
    showcase = silos.get("showcase")
    if not showcase:
        return "NAME_OR_EMAIL"
    addresses = [held["value"] for held in showcase["values"] if held["field"] == "email" and held["value"]]
    for address in dict.fromkeys(addresses):
        if workspace.find_customers(address) == [showcase["customer_id"]]:
            return str(address)
    return str(showcase["customer_id"])


def _staff(workspace: Workspace) -> SignIns:
    """The company's people with the passphrase that they all have, drawn the first time."""
    from onefold.demo import draw_passphrase, staff_company
    from onefold.settings import read_secrets

    passphrase = read_secrets(workspace.path / "secrets").get(_SECRET)
    if passphrase is None:
        passphrase = draw_passphrase()
        workspace.keep_secret(_SECRET, passphrase)
    with workspace.database.write() as connection:
        people = staff_company(connection, passphrase)
    return SignIns(passphrase, [(person.role, person.email) for person in people])


def _serve(folder: Path) -> None:
    from onefold.cli.serve import serve

    os.chdir(folder)
    serve.main([], standalone_mode=False)


def _show(folder: Path, silos: dict[str, Any], example: str, sign_ins: SignIns, *, as_json: bool, serves: bool) -> None:
    from onefold.cli.report import print_report, write_html

    write_html(silos, str(folder / "silo-report.html"))
    if as_json:
        print_json(silos)
        return
    print_report(silos)
    click.echo(f"\nSign in as anybody who works here; the passphrase of all is: {sign_ins.passphrase}")
    for role, email in sign_ins.people:
        click.echo(f"  {role:14} {email}")
    steps = [
        (f"{folder / 'silo-report.html'}", "the report as one file"),
        *([(f"cd {shlex.quote(str(folder))}", "")] if folder.resolve() != Path.cwd() else []),
        *([] if serves else [("onefold serve", "in a browser: the report alive, and every customer")]),
        (f"onefold customer {shlex.quote(example)}", _told(silos.get("showcase"))),
        ("onefold mapping show crm", "what its columns were taken to mean, and why"),
        ("onefold export customers.csv", "every customer in one file"),
        ("onefold demo . --check", "precision and recall against the truth"),
    ]
    width = max(len(step) for step, _ in steps)
    click.echo("\nWhere to look next")
    for step, why in steps:
        click.echo(f"  {step:{width}}  {why}".rstrip())


def _told(showcase: dict[str, Any] | None) -> str:
    return f"one customer who lives in {showcase['systems']} systems" if showcase else "one customer whole"


def _score(workspace: Any, company: DemoCompany) -> Score:
    import pyarrow as pa
    import sqlalchemy as sa

    from onefold.demo import check_company
    from onefold.identity.tables import household_member
    from onefold.storage import read_table

    identities = workspace.engine.arrow(
        'select r.source, r.table_name as "table", r.record_key, c.customer_id'
        " from main.record as r join main.customer_subject as c using (subject_id)"
    )
    with workspace.database.read() as connection:
        schema = pa.schema([("customer_id", pa.string()), ("household_id", pa.string())])
        of = household_member.c
        households = read_table(connection, sa.select(of.customer_id, of.household_id), schema)
    return check_company(company.directory, identities, households)


def _print_score(score: Score, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(score))
        return
    click.echo(f"{score.records:,} people records of {score.people:,} people became {score.customers:,} customers")
    for name, precision, recall, f1 in (
        ("pairs", score.pair_precision, score.pair_recall, score.pair_f1),
        ("B-cubed", score.bcubed_precision, score.bcubed_recall, score.bcubed_f1),
    ):
        click.echo(f"{name:8} precision {precision:.3f}   recall {recall:.3f}   F1 {f1:.3f}")
    click.echo(
        f"{score.people_exact:,} people are exactly one customer; the largest has {score.largest_customer} records"
    )
    if (home := score.households) is not None:
        click.echo(
            f"of {home.pairs:,} pairs of people found to live together {home.precision:.3f} do; "
            f"of {home.true_pairs:,} that do {home.recall:.3f} were found"
        )
    click.echo("recall by what is hard about a record:")
    for difficulty, (recall, pairs) in sorted(score.recall_by_difficulty.items(), key=lambda entry: -entry[1][0]):
        click.echo(f"  {difficulty:22} {recall:.3f} of {pairs:,} pairs")
