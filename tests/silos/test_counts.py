"""Every number of the report, against defects seeded by hand: none is missed and none is invented."""

from __future__ import annotations

from tests.silos.company import Company

from onefold.silos import SiloReport


def shares(findings) -> dict:
    return {
        (finding.field, finding.system, finding.other_system): (finding.share.count, finding.share.base)
        for finding in findings
    }


def numbers(examples) -> set[int]:
    return {int(example.customer_id.removeprefix("cus_")) for example in examples}


def test_headline_counts_people_and_organisations_apart(report: SiloReport) -> None:
    assert (report.records, report.customers) == (689, 300)
    assert (report.people.records, report.people.customers) == (689, 300)
    assert (report.organisations.records, report.organisations.customers) == (4, 3)
    assert report.events == 40
    assert round(report.people.records_per_customer or 0, 4) == round(689 / 300, 4)


def test_screens_to_open_are_the_systems_a_customer_lives_in(report: SiloReport) -> None:
    by_systems = {entry.systems: entry.customers.count for entry in report.people.by_systems}
    assert by_systems == {1: 90, 2: 120, 3: 60, 4: 0, 5: 10, 6: 20}
    assert (report.people.in_several_systems.count, report.people.in_several_systems.base) == (210, 300)
    assert report.people.median_systems == 2
    assert report.people.mean_systems == (90 + 240 + 180 + 50 + 120) / 300


def test_systems_say_what_only_they_know_and_what_they_cost(report: SiloReport) -> None:
    systems = {system.name: system for system in report.systems}
    assert {name: system.customers for name, system in systems.items()} == {
        "crm": 210, "shop": 150, "desk": 90, "billing": 90, "loyalty": 90, "survey": 50,
    }  # fmt: skip
    assert {name: system.only_here.count for name, system in systems.items() if system.only_here.count} == {
        "crm": 60, "survey": 30,
    }  # fmt: skip
    assert systems["crm"].records == 210 + 8
    assert (systems["crm"].owner, systems["crm"].yearly_cost) == ("Sales", 12000)
    assert systems["crm"].cost_per_customer == 12000 / 210
    assert systems["desk"].cost_per_customer is None


def test_overlap_counts_customers_of_one_system_in_another(report: SiloReport) -> None:
    cells = {(cell.system, cell.other): (cell.customers.count, cell.customers.base) for cell in report.overlap.cells}
    assert len(cells) == 36
    assert cells["crm", "crm"] == (210, 210)
    assert cells["crm", "shop"] == (90, 210)
    assert cells["shop", "crm"] == (90, 150)
    assert cells["billing", "crm"] == (90, 90)
    assert cells["survey", "loyalty"] == (20, 50)
    assert cells["shop", "loyalty"] == (90, 150)
    assert sum(entry.customers.count for entry in report.overlap.combinations) == 300
    assert report.overlap.combinations[0].customers.count == 60


def test_duplicates_are_found_and_the_worst_is_named(report: SiloReport) -> None:
    found = {
        entry.system: (entry.records.count, entry.records.base, entry.customers, entry.surplus, entry.largest)
        for entry in report.duplicates
    }
    # 180 to 185 twice and 186 three times; shop's 120 twice
    assert found["crm"] == (6 * 2 + 3, 218, 7, 8, 3)
    assert found["shop"] == (2, 151, 1, 1, 2)
    assert all(found[name] == (0, base, 0, 0, 1) for name, base in [("desk", 90), ("loyalty", 90), ("survey", 50)])
    worst = report.duplicates[0].examples[0]
    assert (worst.customer_id, len({held.record_key for held in worst.values})) == (f"cus_{186:016d}", 3)


def test_conflicts_are_found_by_attribute_and_pair_and_nothing_else_is(report: SiloReport) -> None:
    sign = report.sign("inconsistent")
    assert (sign.share.count, sign.share.base) == (21, 210 + 7)
    assert {field: count for (field, _, _), count in shares(sign.worst).items()} == {
        "email": (10, 210),
        "phone": (5, 136),
        "family_name": (3, 217),
        "birth_date": (2, 4),
        "given_name": (1, 217),
    }
    assert shares(sign.details["by_pair"]) == {
        ("email", "crm", "shop"): (10, 90),
        ("email", "crm", "desk"): (10, 90),
        ("phone", "billing", "crm"): (5, 76),
        ("family_name", "crm", "shop"): (3, 90),
        ("family_name", "crm", "desk"): (3, 90),
        ("birth_date", "crm", "loyalty"): (2, 4),
        ("given_name", "crm", "crm"): (1, 7),
    }


def test_examples_of_conflicts_open_to_customers_that_conflict(report: SiloReport) -> None:
    seeded = {*range(10), *range(60, 65), *range(10, 13), 180, 270, 271}
    examples = report.sign("inconsistent").examples
    assert len(examples) == 10
    assert numbers(examples) <= seeded
    assert {example.field for example in examples} == {
        "email",
        "phone",
        "family_name",
        "birth_date",
        "given_name",
    }
    first = next(example for example in examples if example.field == "email")
    number = int(first.customer_id.removeprefix("cus_"))
    held = {(value.source, value.record_key, value.raw) for value in first.values}
    assert held == {
        ("crm", f"C{number}", f"work{number}@firm.example"),
        ("shop", f"S{number}", f"person{number}@mail.example"),
        ("desk", f"D{number}", f"person{number}@mail.example"),
    }
    assert all(value.at is not None for value in first.values)


def test_knowledge_of_one_system_is_counted_for_customers_who_live_elsewhere_too(report: SiloReport) -> None:
    sign = report.sign("missing")
    # the shop alone has addresses: its 150; of the rest (crm and billing only), the 8 whose phone only crm has
    assert (sign.share.count, sign.share.base) == (158, 210)
    found = shares(sign.worst)
    assert found["address", "shop", None] == (150, 150)
    assert found["owner", "crm", None] == (150, 150)
    assert found["city", "billing", None] == (90, 90)
    assert found["phone", "shop", None] == (60, 150)
    assert found["phone", "crm", None] == (8, 150)
    assert len(found) == 5
    alone = shares(sign.details["known_to_one_system"])
    assert alone["customer", "crm", None] == (60, 210)
    assert alone["customer", "survey", None] == (30, 50)
    assert numbers(sign.examples) <= {*range(60), *range(72, 80), *range(120, 180), *range(270, 300)}


def test_incomplete_and_stale_customers_are_exactly_the_seeded_ones(report: SiloReport) -> None:
    sign = report.sign("stale")
    assert (sign.share.count, sign.share.base) == (6 + 12, 300)
    assert shares(sign.details["nobody_knows"]) == {("phone", None, None): (6, 300)}
    assert shares(sign.details["unchanged"]) == {
        ("changed_at", "survey", None): (12, 47),
        ("changed_at", "crm", None): (1, 218),
    }
    assert (report.stale_customers.count, report.stale_customers.base) == (12, 297)
    assert numbers(sign.examples) <= {*range(80, 86), *range(240, 252)}


def test_placeholders_count_as_empty(report: SiloReport) -> None:
    cell = report.completeness.cell("phone", "desk")
    assert (cell.filled.count, cell.filled.base, cell.placeholders) == (90 - 7, 90, 7)
    cell = report.completeness.cell("phone", "crm")
    assert (cell.filled.count, cell.filled.base, cell.placeholders) == (218 - 6, 218, 2)
    assert shares(report.sign("stale").worst)["phone", "billing", None] == (8 + 6, 90)


def test_completeness_tells_an_empty_field_from_one_that_is_not_there(report: SiloReport) -> None:
    assert report.completeness.cell("birth_date", "loyalty").filled.count == 4
    assert report.completeness.cell("birth_date", "loyalty").has_column
    assert not report.completeness.cell("birth_date", "shop").has_column
    held = [cell for cell in report.completeness.cells if cell.has_column]
    assert report.completeness.overall.count == sum(cell.filled.count for cell in held)
    assert "language" not in report.completeness.fields


def test_age_is_counted_from_the_last_change_else_from_creation(report: SiloReport) -> None:
    ages = {entry.system: entry for entry in report.staleness}
    assert ages["billing"].basis == "created_at"
    assert ages["crm"].basis == "updated_at"
    survey = ages["survey"]
    assert (survey.dated.count, survey.dated.base) == (47, 50)
    assert survey.buckets == {
        "in_the_future": 0, "under_3_months": 35, "3_to_12_months": 0, "1_to_2_years": 0,
        "2_to_5_years": 12, "over_5_years": 0, "unknown": 3,
    }  # fmt: skip
    assert survey.median_days == 20


def test_absent_needs_are_named_and_rare_ones_apart(report: SiloReport) -> None:
    sign = report.sign("absent")
    assert (sign.share.count, sign.share.base) == (4, 12)
    states = {need.name: (need.state, need.customers.count) for need in report.needs}
    assert states == {
        "country": ("absent", 0),
        "language": ("absent", 0),
        "consent": ("absent", 0),
        "opinion": ("absent", 0),
        "birth_date": ("rare", 4),
        "last_contact": ("rare", 10),
        "purchases": ("rare", 30),
        "address": ("held", 150),
        "owner": ("held", 210),
        "phone": ("held", 264),
        "name": ("held", 300),
        "email": ("held", 300),
    }
    phone = next(need for need in report.needs if need.name == "phone")
    assert {system: share.count for system, share in phone.systems} == {
        "crm": 204, "shop": 150, "desk": 83, "billing": 76,
    }  # fmt: skip
    assert len(sign.examples) == 10


def test_columns_nobody_reads_are_counted_among_all_columns(report: SiloReport) -> None:
    unread = {(entry.table, entry.column): (entry.state, entry.filled) for entry in report.unread_columns}
    assert unread == {("contacts", "legacy_code"): ("unmapped", 1.0), ("customers", "fax"): ("empty", 0.0)}
    sign = report.sign("cost")
    # and business_type and industry, which say what segment says
    assert (sign.share.count, sign.share.base) == (2 + 2, sum(len(table.columns) for table in report.tables))


def test_segment_industry_and_business_type_are_one_property(report: SiloReport) -> None:
    (found,) = report.overlapping_properties
    assert {f"{entry.source}.{entry.column}" for entry in found.properties} == {
        "crm.segment", "shop.business_type", "billing.industry",
    }  # fmt: skip
    assert found.confidence == "likely"
    assert found.keep == "crm.contacts.segment"
    assert (found.agree.count, found.agree.base) == (10, 12)
    assert numbers(found.examples) == {86, 87}
    assert {(value.source, value.raw) for value in found.examples[0].values} == {
        ("crm", "Retail"),
        ("billing", "Banking"),
    }


def test_shared_values_name_role_mailboxes(report: SiloReport) -> None:
    found = {(entry.value, entry.customers, entry.kind) for entry in report.shared_values}
    assert found == {
        ("+34 93 111 11 11", 4, "shared"),
        ("info@firm.example", 3, "role mailbox"),
        ("couple@mail.example", 2, "pair"),
    }
    counts = {
        entry.field: (entry.values, entry.customers.count, entry.customers.base) for entry in report.shared_counts
    }
    assert counts == {"email": (2, 5, 300), "phone": (1, 4, 264)}


def test_placeholder_spellings_are_one_value(report: SiloReport) -> None:
    found = {(entry.column, entry.raw, entry.kind, entry.records, entry.customers) for entry in report.placeholders}
    assert found == {
        ("phone", "N/A", "placeholder", 6, 6),
        ("tel", "000000", "placeholder", 2, 2),
        ("phone", "call me", "invalid", 1, 1),
    }
    assert (report.placeholder_records.count, report.placeholder_records.base) == (8, 689)


def test_only_waiting_rows_count_as_quarantined(report: SiloReport) -> None:
    found = {(entry.source, entry.table): (entry.rows, entry.reason) for entry in report.quarantine}
    assert found == {
        ("shop", "customers"): (3, "7 fields where 8 are expected"),
        ("desk", "users"): (1, "not valid text in utf-8"),
    }
    shop = next(entry for entry in report.quarantine if entry.source == "shop")
    assert shop.first_places == ("customers.csv, line 2", "customers.csv, line 3", "customers.csv, line 4")


def test_facts_kept_twice_are_counted_once(report: SiloReport) -> None:
    """Brute force over the rows: customer, attribute and comparison form held by more than one system."""
    company = Company().seeded()
    holders: dict[tuple, set[str]] = {}
    counted = {"email", "phone", "birth_date", "street", "city"}
    for row in company.rows:
        for attribute, values in row.values.items():
            for _, compare, absence in values:
                if attribute in counted and absence is None and row.kind == "person":
                    holders.setdefault((row.customer, attribute, compare), set()).add(row.source)
    repeated = sum(len(sources) > 1 for sources in holders.values())
    assert (report.repeated_values.count, report.repeated_values.base) == (repeated, len(holders))


def test_what_to_do_first_is_numbered_and_says_whom_why_and_where(report: SiloReport) -> None:
    assert [action.rank for action in report.actions] == list(range(1, len(report.actions) + 1))
    assert len(report.actions) == 12
    assert all(action.touches and action.why and action.where for action in report.actions)
    titles = [action.title for action in report.actions]
    duplicates = next(action for action in report.actions if action.title == "Merge the duplicates inside crm")
    assert duplicates.touches == 7
    assert f"cus_{186:016d}" in duplicates.where
    email, phone = (titles.index(f"Decide which system is right about {name}") for name in ("e-mail", "phone"))
    assert email < phone


def test_root_causes_are_guesses_with_evidence(report: SiloReport) -> None:
    causes = {cause.cause: cause for cause in report.root_causes}
    assert causes.keys() == {"technology", "structure", "culture"}
    assert all(cause.evidence for cause in causes.values())
    assert any("4 systems have 4 different people" in line for line in causes["structure"].evidence)
