from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from onefold.demo import DemoCompany, Difficulty, open_company, write_company
from onefold.errors import InvalidInput, NotFound
from onefold.settings import Settings

from .expected import EXPECTED, JOINS, NESTED

Tables = dict[tuple[str, str], list[dict[str, Any]]]


def test_same_seed_writes_same_bytes(tmp_path: Path) -> None:
    written = []
    for name in ("a", "b"):
        write_company(tmp_path / name, people=150, seed=3)
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        written.append({path.relative_to(tmp_path / name): path.read_bytes() for path in files})
    assert written[0] == written[1]
    write_company(tmp_path / "b", people=150, seed=4)
    contacts = Path("exports/crm/contacts.csv")
    assert (tmp_path / "b" / contacts).read_bytes() != written[0][contacts]


def test_every_table_has_the_columns_that_inference_is_tested_on(tables: Tables) -> None:
    assert set(tables) == set(EXPECTED)
    for (source, table), (_, _, columns) in EXPECTED.items():
        nested = NESTED.get(source, {}).get(table, set())
        assert set(tables[source, table][0]) - nested == set(columns), (source, table)


def test_keys_are_unique_and_joins_lead_somewhere(tables: Tables) -> None:
    keys = {}
    for place, (_, key, _) in EXPECTED.items():
        columns = (key,) if isinstance(key, str) else key
        values = [tuple(str(row[column]) for column in columns) for row in tables[place]]
        assert len(values) == len(set(values)), place
        keys[place] = set(values)
    for source, table, column, to_source, to_table in JOINS:
        values = {(str(row[column]),) for row in tables[source, table] if row[column] not in {"", None}}
        assert values, column
        assert values <= keys[to_source, to_table], (source, table, column)


def test_truth_names_every_people_record_once(truth: pa.Table, tables: Tables, company: DemoCompany) -> None:
    listed = Counter(zip(*(truth[name].to_pylist() for name in ("source", "table", "record_key")), strict=True))
    assert set(listed.values()) == {1}
    people_tables = {place: key for place, (role, key, _) in EXPECTED.items() if role == "people"}
    exported = {(*place, str(row[str(key)])) for place, key in people_tables.items() for row in tables[place]}
    assert set(listed) == exported
    assert len(exported) == company.records


def test_everybody_is_known_somewhere_and_mostly_to_two_or_three_systems(truth: pa.Table, company: DemoCompany) -> None:
    lines = zip(truth["person_id"].to_pylist(), truth["source"].to_pylist(), strict=True)
    systems = Counter(person for person, _ in set(lines) if not person.startswith("T-"))
    assert len(systems) == company.people
    assert 2.1 < sum(systems.values()) / company.people < 2.5


def test_no_source_reads_the_truth(company: DemoCompany) -> None:
    for source in company.sources.values():
        locations = [source.location] if isinstance(source.location, str) else source.location
        for location in locations:
            found = list(company.directory.glob(location))
            assert found, location
            assert not any(path.is_relative_to(company.truth) for path in found)


def test_settings_are_what_a_workspace_accepts(company: DemoCompany, tmp_path: Path) -> None:
    settings = company.settings(tmp_path)
    assert Settings.model_validate(settings.model_dump()) == settings
    crm = settings.sources["crm"].location
    assert isinstance(crm, str)
    assert Path(crm).is_absolute()
    assert company.settings().sources["crm"].location == "exports/crm/*.csv"


def test_nothing_happens_after_today(tables: Tables, company: DemoCompany) -> None:
    found = re.compile(r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)|(?<!\d)(\d\d)/(\d\d)/(20\d\d)(?!\d)")
    for place, rows in tables.items():
        for row in rows:
            for column, value in row.items():
                if column in {"Vencimiento", "body"}:
                    continue
                for match in found.finditer(str(value)):
                    parts = match.groups()
                    day = date(*map(int, parts[:3])) if parts[0] else date(*map(int, reversed(parts[3:])))
                    assert day <= company.today, (place, column, value)


def test_hellas_has_not_changed_for_two_years(tables: Tables, company: DemoCompany) -> None:
    written = [row["ΤΕΛΕΥΤΑΙΑ ΜΕΤΑΒΟΛΗ"].split("/") for row in tables["hellas", "pelates"]]
    last = max(date(int(year), int(month), int(day)) for day, month, year in written)
    assert (company.today - last).days > 700


def test_fax_is_a_field_that_nobody_fills(tables: Tables) -> None:
    assert not any(row["Fax"] for row in tables["crm", "contacts"])


def test_every_difficulty_occurs(truth: pa.Table) -> None:
    occurring = {flag for flags in truth["hard"].to_pylist() for flag in flags}
    assert occurring == {flag.value for flag in Difficulty}


def test_every_script_occurs_in_names(tables: Tables) -> None:
    names = " ".join(row["name"] for row in tables["loyalty", "members"])
    for script in ("[a-z]", "[ñáéí]", "[α-ω]", "[ا-ی]", "[一-鿿]"):
        assert re.search(script, names), script


def test_mailboxes_cannot_belong_to_anybody(tables: Tables) -> None:
    placeholder = re.compile(r"n/a|noemail@noemail\.com|(test2?|qa\+checkout)@test\.com|aaa@aaa\.aaa|asdf@asdf\.asdf")
    for place, (_, _, columns) in EXPECTED.items():
        for column in (name for name, meaning in columns.items() if meaning == "email"):
            for row in tables[place]:
                email = (row[column] or "").lower()
                assert not email or email.endswith(".example") or placeholder.fullmatch(email), email


def test_comments_match_their_scores(tables: Tables) -> None:
    answers = tables["surveys", "Responses"]
    score, comment = "Likelihood to recommend (0-10)", "What is the reason for your score?"
    happy = {row[comment] for row in answers if row[score] >= 9} - {None}
    sad = {row[comment] for row in answers if row[score] <= 6} - {None}
    assert happy
    assert sad
    assert not happy & sad
    assert all(0 <= row[score] <= 10 for row in answers)


def test_no_text_has_a_gap_left_unfilled(tables: Tables) -> None:
    texts = [row["body"] for row in tables["helpdesk", "messages"]] + [
        row["subject"] for row in tables["helpdesk", "tickets"]
    ]
    assert not [text for text in texts if re.search(r"[{}]|  |None", text)]


def test_replies_come_after_questions(tables: Tables) -> None:
    for ticket in tables["helpdesk", "tickets"]:
        times = [ticket[name] for name in ("created_at", "first_reply_at", "solved_at") if ticket[name]]
        assert times == sorted(times)
        assert (ticket["status"] == "solved") == bool(ticket["solved_at"])


def test_order_totals_are_the_sum_of_their_lines(tables: Tables) -> None:
    sums: Counter[int] = Counter()
    for line in tables["shop", "order_lines"]:
        sums[line["order_id"]] += line["quantity"] * line["unit_cents"]
    assert {row["order_id"]: row["total_cents"] for row in tables["shop", "orders"]} == sums


def test_company_can_be_opened_again(company: DemoCompany, tmp_path: Path) -> None:
    assert open_company(company.directory) == company
    with pytest.raises(NotFound):
        open_company(tmp_path)


def test_too_few_people_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="too few"):
        write_company(tmp_path, people=5)
    assert not list(tmp_path.iterdir())


def test_people_table_tells_who_lives_with_whom(company: DemoCompany) -> None:
    people = pq.read_table(company.truth / "people.parquet")
    assert people.num_rows == company.people
    sizes = Counter(people["household_id"].to_pylist())
    assert max(sizes.values()) <= 5
    assert 0.35 < sum(n for n in sizes.values() if n > 1) / company.people < 0.95
    assert max(people["birth_date"].to_pylist()) <= date(2009, 12, 31)
