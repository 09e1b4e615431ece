"""A build that finds nothing new keeps what it has, and says so; anything new and it is made anew."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from onefold.workspace import Workspace

CRM = "id,first name,last name,email,phone\n" + "".join(
    f"{n},Ana{n},García{n},ana{n}@example.com,+3460011{n:04}\n" for n in range(30)
)
SHOP = "number,full name,e-mail,city\n" + "".join(
    f"{n},Ana{n} García{n},ANA{n}@example.com,Girona\n" for n in range(20)
)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def company(tmp_path):
    (tmp_path / "crm.csv").write_text(CRM, encoding="utf-8")
    (tmp_path / "shop.csv").write_text(SHOP, encoding="utf-8")
    workspace = Workspace.create(tmp_path / "acme")
    for name in ("crm", "shop"):
        workspace.connect(name, str(tmp_path / f"{name}.csv"))
    return tmp_path


def _build(company, *, now=NOON):
    with Workspace(company / "acme", clock=lambda: now) as workspace:
        report = workspace.build()
        return report, workspace.tables()


def _digests(report):
    return report.steps["land"]["made_from"], report.steps["report"]["made_from"]


def test_the_same_files_again_keep_catalogue_and_report_and_no_sign_moves(company):
    first, tables = _build(company)
    second, same_tables = _build(company)
    assert _digests(first) == _digests(second)
    assert tables == same_tables
    assert {sign["trend"]["direction"] for sign in second.silos["signs"].values()} == {"none"}
    assert second.silos["build_no"] == 2
    kept = first.silos.keys() - {"build_no", "made_at", "signs"}
    assert {key: first.silos[key] for key in kept} == {key: second.silos[key] for key in kept}


def test_a_kept_report_is_what_would_have_been_made(company, monkeypatch):
    _build(company)
    kept, _ = _build(company)
    monkeypatch.setattr("onefold.build.pipeline.previous_digests", lambda _connection: {})
    made, _ = _build(company)
    for report in (kept, made):
        report.silos.pop("build_no")
    assert kept.silos == made.silos


def test_a_new_row_makes_both_anew(company):
    first, _ = _build(company)
    with (company / "shop.csv").open("a", encoding="utf-8") as file:
        file.write("99,Eva Puig,eva@example.com,Vic\n")
    second, _ = _build(company)
    assert not set(_digests(first)) & set(_digests(second))
    assert second.silos["records"] == first.silos["records"] + 1


def test_a_corrected_meaning_makes_both_anew(company):
    first, _ = _build(company)
    Workspace(company / "acme").set_meaning("shop", "shop", "city", "region")
    second, tables = _build(company)
    assert not set(_digests(first)) & set(_digests(second))
    shop = next(table for table in tables if table.source == "shop")
    assert [column.meaning.value for column in shop.columns if column.name == "city"] == ["region"]


def test_another_day_counts_ages_anew(company):
    first, _ = _build(company)
    second, _ = _build(company, now=NOON.replace(day=2))
    assert _digests(first)[0] == _digests(second)[0]
    assert _digests(first)[1] != _digests(second)[1]
