"""The HTML page and the terminal: self-contained, safe with hostile names, readable everywhere."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console
from tests.silos.company import NOW, SOURCES, Company

from onefold.engines import Engine
from onefold.silos import SiloReport, make_report, render_html, render_terminal
from onefold.silos.page import exhibit
from onefold.silos.words import counted, say

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "'--><svg/onload=alert(3)>",
    "{{ 7 * 7 }}",
    "[bold red]not markup[/]",
    "`onefold <b>`",
)


@pytest.fixture(scope="module")
def hostile() -> SiloReport:
    """Hostile text wherever data reaches the page: names, values, keys, columns, owners, reasons."""
    company = Company().seeded()
    for place, text in enumerate(HOSTILE):
        for system in ("crm", "shop", "desk"):
            row = company.row(system, place)
            row.put("full_name", text)
            row.put("email", f"{text}{system}@x.example")
        company.row("crm", 181 + place).put("full_name", text)
        company.row("crm", 190).put("phone", text, "+34931111111")
        company.row("desk", 30 + place).put("phone", text, absence="placeholder")
        company.quarantined.append(("shop", "customers", text))
    company.row("crm", 3).call("محمد", "رضایی")
    company.row("crm", 4).call("小明", "王")
    engine = Engine.open(threads=2)
    company.fill(engine)
    sources = SOURCES | {"desk": SOURCES["desk"].model_copy(update={"owner": HOSTILE[0]})}
    report = make_report(engine, tables=company.tables(), sources=sources, now=NOW, build_no=1, name=HOSTILE[1])
    engine.close()
    return report


class Tags(HTMLParser):
    """Collects tags with their attributes, and checks that elements close in order."""

    VOID = frozenset({"meta", "br", "img", "link", "hr", "input", "circle", "wbr"})

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict]] = []
        self.stack: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag


def parse(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    assert tags.stack == []
    return tags


def test_the_page_loads_nothing_from_elsewhere(report: SiloReport) -> None:
    tags = parse(render_html(report))
    names = [name for name, _ in tags.seen]
    assert not {"link", "img", "iframe", "object"} & set(names)
    assert names.count("script") == 1
    for _, attributes in tags.seen:
        assert not {"src", "srcset", "action"} & attributes.keys()
        assert attributes.get("href", "#").startswith("#")
    assert "http" not in re.sub(r"http-equiv", "", render_html(report))


def test_headings_descend_without_gaps_and_links_lead_somewhere(report: SiloReport) -> None:
    tags = parse(render_html(report))
    levels = [int(name[1]) for name, _ in tags.seen if re.fullmatch(r"h[1-6]", name)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    ids = {attributes["id"] for _, attributes in tags.seen if "id" in attributes}
    assert {attributes["href"][1:] for name, attributes in tags.seen if name == "a"} <= ids
    assert next(attributes for name, attributes in tags.seen if name == "html")["lang"] == "en"


def test_hostile_text_stays_text(hostile: SiloReport) -> None:
    html = render_html(hostile)
    tags = parse(html)
    assert [name for name, _ in tags.seen].count("script") == 1
    assert not any(name in {"img", "b"} and attributes for name, attributes in tags.seen)
    assert not any(key.startswith("on") for _, attributes in tags.seen for key in attributes)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "{{ 7 * 7 }}" in html


def test_a_stored_report_renders_like_the_fresh_one(report: SiloReport) -> None:
    import json

    stored = json.loads(json.dumps(report.to_json()))
    assert render_html(stored) == render_html(report)


def test_shares_on_the_page_state_their_base(report: SiloReport) -> None:
    html = render_html(report)
    for sign in report.signs:
        assert f"{sign.share.count} of {sign.share.base} {sign.share.base_label}" in html


def test_the_exhibit_is_the_widest_customer_and_marks_what_differs(report: SiloReport) -> None:
    showcase = report.showcase
    assert showcase is not None
    assert showcase.systems == max(entry.systems for entry in report.people.by_systems if entry.customers.count)
    table = exhibit(report.to_json()["showcase"])
    assert table is not None
    assert len(table["columns"]) == showcase.systems
    spellings = {row["field"]: {value.casefold() for cell in row["cells"] for value in cell} for row in table["rows"]}
    assert all(len(spellings[row["field"]]) > 1 for row in table["rows"] if row["differs"])
    assert f"One customer, {showcase.systems} screens" in render_html(report)


def test_a_count_of_one_reads_in_the_singular() -> None:
    assert counted(1, say("base.customers_of_elsewhere", system="crm")) == "1 customer of crm who also lives elsewhere"
    assert say("page.sign.of", count=1, base=1, base_label=say("base.people")) == "1 of 1 person"
    assert say("page.sign.of", count=1, base=2, base_label=say("base.people")) == "1 of 2 people"


@pytest.mark.parametrize("columns", [80, 120])
def test_the_terminal_report_fits_two_screens(report: SiloReport, columns: int) -> None:
    console = Console(width=columns, force_terminal=False)
    with console.capture() as capture:
        render_terminal(report, console)
    lines = capture.get().splitlines()
    assert max(map(len, lines)) <= columns
    assert len(lines) <= 90
    text = " ".join(capture.get().split())
    assert "689 records are really 300 people" in text
    assert "Decide which system is right about e-mail" in text


def test_the_terminal_prints_hostile_text_as_text(hostile: SiloReport) -> None:
    console = Console(width=120, force_terminal=False)
    with console.capture() as capture:
        render_terminal(hostile, console)
    assert HOSTILE[1] in capture.get()


def test_importing_the_package_loads_no_rendering_library() -> None:
    code = "import sys, onefold.silos; print([m for m in ('jinja2', 'rich', 'numba', 'polars') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def visit(chromium, path: Path, *, width: int = 1280, javascript: bool = True):
    context = chromium.new_context(viewport={"width": width, "height": 844}, java_script_enabled=javascript)
    page = context.new_page()
    page.trouble = []
    page.on("dialog", lambda dialog: (page.trouble.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    page.on("console", lambda message: page.trouble.append(message.text) if message.type == "error" else None)
    page.on(
        "request",
        lambda request: page.trouble.append(request.url) if not request.url.startswith("file:") else None,
    )
    page.goto(path.as_uri())
    return page


@pytest.mark.browser
def test_nothing_in_a_hostile_page_runs(chromium, hostile: SiloReport, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(render_html(hostile), encoding="utf-8")
    page = visit(chromium, path)
    page.get_by_role("button", name="Open everything").click()
    page.wait_for_timeout(200)
    assert page.trouble == []
    assert page.evaluate("document.querySelectorAll('details:not([open])').length") == 0
    assert page.get_by_text("<script>alert(1)</script>").count() > 0


@pytest.mark.browser
def test_the_policy_stops_scripts_even_if_escaping_failed(chromium, report: SiloReport, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    broken = render_html(report).replace(
        "<main>", "<main><script>document.title='run'</script><img src=x onerror=alert(1)>"
    )
    path.write_text(broken, encoding="utf-8")
    page = visit(chromium, path)
    page.wait_for_timeout(200)
    assert page.title().startswith("Silo report")
    assert not any(trouble in {"1", "2", "3"} for trouble in page.trouble)


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_never_scrolls_sideways(chromium, hostile: SiloReport, tmp_path: Path, width: int) -> None:
    path = tmp_path / "report.html"
    path.write_text(render_html(hostile), encoding="utf-8")
    page = visit(chromium, path, width=width)
    page.evaluate("document.querySelectorAll('details').forEach((entry) => { entry.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_tables_sort_and_examples_open(chromium, report: SiloReport, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(render_html(report), encoding="utf-8")
    page = visit(chromium, path)
    systems = page.locator("#cost table.sortable")
    systems.get_by_role("button", name="customers").click()
    names = systems.locator("tbody th").all_text_contents()
    assert names[0] == "crm"
    assert names[-1] == "survey"
    systems.get_by_role("button", name="customers").click()
    assert systems.locator("tbody th").all_text_contents()[-1] == "crm"
    page.locator("#sign-inconsistent summary", has_text="Customers to look at").click()
    assert page.locator("#sign-inconsistent").get_by_text("E-mail differs").first.is_visible()
    assert page.trouble == []


@pytest.mark.browser
def test_paper_shows_all_actions_and_of_the_rest_what_was_open(chromium, report: SiloReport, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(render_html(report), encoding="utf-8")
    page = visit(chromium, path, javascript=False)
    assert page.locator("#duplicates").get_by_text("in duplicates").is_visible()
    assert not page.get_by_role("button").count()
    page.emulate_media(media="print")
    rest = page.locator("#actions details.rest")
    assert rest.count() == (len(report.actions) > 5)
    assert all(item.is_visible() for item in rest.locator("h3").all())
    assert not page.locator("summary").first.is_visible()
