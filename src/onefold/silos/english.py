"""The English catalogue: every word the report says. A translation is one more file like this.

Gaps are named; numbers arrive formatted. Sentences never join a number to a noun that would need a plural form where
that can be helped, because languages count differently.
"""

from __future__ import annotations

_SINGULAR = (
    ("customers", "customer"),
    ("people", "person"),
    ("organisations", "organisation"),
    ("records", "record"),
    ("rows", "row"),
    ("columns", "column"),
    ("places", "place"),
    ("things", "thing"),
    ("needs", "need"),
    ("distinct customer facts", "distinct customer fact"),
    (" who live ", " who lives "),
    (" who also live ", " who also lives "),
    (" that carry ", " that carries "),
)
"""What stands at the beginning of a base, and verbs inside it, for a base of one."""


def singular(label: str) -> str:
    """The name of a base, for a base of one.

    >>> singular("customers of crm who also live elsewhere")
    'customer of crm who also lives elsewhere'
    """
    for many, one in _SINGULAR:
        if many.startswith(" "):
            label = label.replace(many, one, 1)
        elif label == many or label.startswith(many + " "):
            label = one + label[len(many) :]
    return label


ENGLISH: dict[str, str] = {
    # bases of shares
    "base.people": "people",
    "base.organisations": "organisations",
    "base.customers": "customers",
    "base.customers_several": "customers who live in more than one system",
    "base.customers_repeated": "customers with at least two records",
    "base.customers_of": "customers of {system}",
    "base.customers_both": "customers for whom both systems hold a value",
    "base.customers_two_records": "customers with two records that hold a value",
    "base.customers_of_elsewhere": "customers of {system} who also live elsewhere",
    "base.customers_with_field": "customers with {field}",
    "base.customers_two_properties": "customers with a value in more than one of these columns",
    "base.records_of": "records of {system}",
    "base.dated_records_of": "records of {system} that carry a date",
    "base.dated_customers": "customers with at least one dated record",
    "base.records": "records",
    "base.cells": "places for these fields in the records of all systems",
    "base.needs": "things on the checklist",
    "base.columns": "columns of all tables",
    "base.values": "distinct customer facts",
    "base.rows_of": "rows of {table}",
    # headings and columns
    "page.title": "Silo report",
    "lead.records": "{count:record is|records are} really",
    "lead.each": "{each} records each",
    "lead.several": "of {base} live in more than one system; seeing one whole takes",
    "lead.screens": "screens on average, up to {most}.",
    "heading.systems": "Systems",
    "heading.overlap": "Customers of one system that another knows too",
    "heading.signs": "The five signs of silos",
    "heading.actions": "What to do first",
    "column.system": "system",
    "column.records": "records",
    "column.customers": "customers",
    "column.only_here": "only here",
    "column.duplicates": "duplicates",
    "column.empty": "empty",
    "column.age": "age",
    "column.customers_of": "of the customers in",
    "terminal.of": "{count} of {base}",
    "terminal.share_of": "of",
    "terminal.more_systems": "and {count} more; the HTML and JSON reports have all",
    "terminal.systems_bases": (
        "only here: of its customers · duplicates: of its records · empty: of its places for the fields below · "
        "age: median since the last change (* since creation)"
    ),
    "age.days": "{count} {count:day|days}",
    "age.months": "{count} {count:month|months}",
    "age.years": "{count} years",
    # attributes and fields
    "field.name": "Name",
    "field.full_name": "Full name",
    "field.given_name": "Given name",
    "field.family_name": "Family name",
    "field.email": "E-mail",
    "field.phone": "Phone",
    "field.address": "Address",
    "field.postcode": "Postcode",
    "field.birth_date": "Birth date",
    "field.job_title": "Job title",
    "field.national_id": "National number",
    "field.loyalty_number": "Loyalty number",
    "field.owner": "Person in charge",
    "field.website": "Website",
    "field.external_id": "Id in another system",
    "field.record_key": "Record key",
    "field.foreign_key": "Link to another table",
    "field.created_at": "Created",
    "field.updated_at": "Last changed",
    "field.event_time": "When it happened",
    "field.other": "Not recognised",
    "field.empty": "Always empty",
    "field.json": "Nested value",
    # the five signs
    "sign.inconsistent": "Inconsistent",
    "sign.missing": "Missing or hard to find",
    "sign.stale": "Incomplete or stale",
    "sign.absent": "Absent",
    "sign.cost": "Cost",
    "sign.inconsistent.meaning": (
        "Systems say different things about the same customer, after spelling, case and format are evened out."
    ),
    "sign.missing.meaning": "One system knows what the others that serve the same customer do not.",
    "sign.stale.meaning": (
        "Nobody holds what there is a place for, or nothing about the customer has changed in two years."
    ),
    "sign.absent.meaning": "What customer work usually needs and no system holds for anybody.",
    "sign.cost.meaning": "What keeping the silos costs: fields nobody uses, facts kept twice, and yearly prices.",
    "sign.inconsistent.headline": "{count} of {base} {base_label} are described differently by their records.",
    "sign.missing.headline": (
        "For {count} of {base} {base_label}, only one of those systems knows an e-mail, a phone, a name or an address."
    ),
    "sign.missing.single": "{count} more are known to one system only, so nobody else can see them at all.",
    "sign.stale.headline": (
        "{count} of {base} {base_label}: {incomplete} lack a name, e-mail, phone or address that a system has a "
        "place for, and {stale} have not changed for two years."
    ),
    "sign.absent.headline": "{count} of {base} {base_label} are held by nobody{names}.",
    "sign.absent.rare": "Known for fewer than one customer in five: {names}.",
    "sign.cost.headline": (
        "{count} of {base} {base_label} are kept for nothing: {unread} that nobody reads, "
        "{redundant} that say the same as another."
    ),
    "sign.cost.repeated": "{count} of {base} customer facts are kept in more than one system.",
    "sign.cost.overlap": "Sets of columns that seem to say the same thing: {count}.",
    "sign.cost.price": "The systems with a known price cost {amount} a year together.",
    "unit.customers": "customers",
    "unit.needs": "needs",
    "unit.columns": "columns",
    "unit.rows": "rows",
    # findings
    "finding.attribute": "{field} differs",
    "finding.pair": "{field}: {a} and {b} disagree",
    "finding.pair_same": "{field}: records inside {a} disagree",
    "finding.only_in": "{field} is known only to {system}",
    "finding.single": "Known only to {system}",
    "finding.empty": "{field} is empty in {system}",
    "finding.nobody": "{field}: nobody knows it though a system has a place for it",
    "finding.old": "Unchanged for two years in {system}",
    "finding.need": "{field} is known for",
    "finding.unread": "“{column}” in {table}: {state}",
    # examples
    "example.inconsistent": "{field} differs",
    "example.missing": "Only {system} knows the {field}",
    "example.duplicate": "{count} {count:record|records} in {system}",
    "example.stale": "Nothing has changed since {date}",
    "example.incomplete": "No {fields} in any system",
    "example.absent": "Known to {systems} {systems:system|systems}, yet no {fields}",
    "example.overlap": "The same thing under {count} names",
    "example.repeated": "Kept in {count} systems",
    # needs
    "need.name": "Name",
    "need.email": "E-mail",
    "need.phone": "Phone",
    "need.address": "Postal address",
    "need.country": "Country",
    "need.language": "Language",
    "need.birth_date": "Birth date",
    "need.consent": "Consent",
    "need.owner": "Person in charge",
    "need.purchases": "Purchases",
    "need.last_contact": "Last contact",
    "need.opinion": "Opinion (survey or rating)",
    "need.name.why": "to greet them",
    "need.email.why": "to write to them",
    "need.phone.why": "to call them",
    "need.address.why": "to send or visit",
    "need.country.why": "to apply the right rules, currency and hours",
    "need.language.why": "to speak their language",
    "need.birth_date.why": "to tell namesakes apart and know their age",
    "need.consent.why": "to know what they allow",
    "need.owner.why": "to know whom they know here",
    "need.purchases.why": "to know what they bought",
    "need.last_contact.why": "to know what was said last",
    "need.opinion.why": "to know how they feel about us",
    # trends
    "trend.up": "up from {before}",
    "trend.down": "down from {before}",
    "trend.none": "no clear change from {before}",
    "trend.not_comparable": "other systems were connected in the build before, so no trend is shown",
    # properties
    "property.likely": "their values overlap",
    "property.possible": "their names mean the same",
    "property.reason.differ": "{reason}, but only {agree} of {base} customers with several have equal values",
    "property.reason.values": "{shared} values occur in all of them, such as {examples}",
    "property.reason.pairs": "Values such as {examples} occur in several of them",
    "property.reason.names": "Their names all say {concept}",
    "property.named": "“{column}” ({system})",
    "property.check": "Check whether they mean the same; if so, keep {keep} (best filled)",
    "property.suggestion": "Keep {keep} (best filled) and fold the others into it",
    "unread.unmapped": "filled, but mapped to nothing",
    "unread.empty": "never filled",
    # how tables changed
    "drift.added": "new column {column}",
    "drift.missing": "column {column} is gone; its last values are kept",
    "drift.type": "column {column} was {before} and is now {after}",
    # causes
    "cause.technology": "Technology",
    "cause.structure": "Structure",
    "cause.culture": "Culture",
    "cause.acquisition": "Acquisition or separate markets",
    "cause.no_links": "None of the {systems} systems points at the customers of another.",
    "cause.no_number": "No customer number is kept in more than one system.",
    "cause.owners": "{count} systems have {owners} different people in charge.",
    "cause.disagree": "{share} of {base_label} are described differently by the systems they live in.",
    "cause.known_once": "{share} of {base_label} have core facts that only one of those systems holds.",
    "cause.duplicates": (
        "{system} holds {share} of its records in duplicate, which entry habits cause more than technology."
    ),
    "cause.placeholders": (
        "{count} {count:record holds|records hold} made-up values such as {example}, typed to get past a form."
    ),
    "cause.properties": "The same property is kept under {count} names ({names}).",
    "cause.disjoint": (
        "{a} and {b} keep the same kind of facts, each about {least} customers or more, yet share only {share} of "
        "the smaller one's."
    ),
    # actions
    "action.quarantine": "Mend the rows of {table} that could not be read ({count})",
    "action.quarantine.why": "They are missing from every number here. Most frequent reason: {reason}",
    "action.quarantine.where": "`onefold quarantine list --source {source}`",
    "action.duplicates": "Merge the duplicates inside {system}",
    "action.duplicates.why": "{records} of its records are the same customers more than once ({share} of {base}).",
    "action.duplicates.where": "{system}, starting with `onefold customer {example}`",
    "action.inconsistent": "Decide which system is right about {field}",
    "action.inconsistent.why": "It differs for {share} of {base_label}; most often between {a} and {b}.",
    "action.inconsistent.where": "onefold.yaml: the priority of {a} and {b} (lower wins); then `onefold build`",
    "action.missing": "Let other systems see the {field} that only {system} holds",
    "action.missing.why": "{share} of {base_label} depend on it.",
    "action.missing.where": "`onefold export customers.csv`, then import it where it is missing",
    "action.absent": "Start to record {fields}",
    "action.absent.why": "Nobody holds it for anybody; it is needed {whys}.",
    "action.absent.where": (
        "the sign-up form; if a column holds it already: `onefold mapping set TABLE.COLUMN MEANING` with {meanings}"
    ),
    "action.stale": "Ask the customers of {system} whether their details still hold",
    "action.stale.why": "{share} of its dated records have not changed for two years.",
    "action.stale.where": "{system}, records last changed before {date}",
    "action.placeholder": "Stop {value} being typed as {column} in {system}",
    "action.placeholder.why": "{records} {records:record holds|records hold} it, so the true value was never asked.",
    "action.placeholder.where": "the form behind {table}: let {column} stay empty, or check it",
    "action.shared": "Find out who uses {value}",
    "action.shared.why": "{customers} customers share it, so a message to one reaches others.",
    "action.shared.where": "`onefold customer '{value}'`",
    "action.properties": "Make one property of {names}",
    "action.properties.why": "They seem to say the same: {agree} of {base} customers with several have equal values.",
    "action.properties.where": "{suggestion}",
    "action.properties_apart": "Make one property of {names}",
    "action.properties_apart.why": "They seem to say the same, and no customer has more than one of them.",
    "action.properties_apart.where": "{suggestion}",
    "action.unmapped": "Say what unrecognised columns mean ({count}), or stop keeping them",
    "action.unmapped.why": "They are filled but used for nothing: {names}.",
    "action.unmapped.where": "`onefold mapping show {table}`, then `onefold mapping set {table}.{column} MEANING`",
    # notes
    "note.no_people": "No table holds people, so everything below is about organisations.",
    "note.nobody": "No table holds people or organisations, so there are no customers to compare.",
    "note.taken_for": "{table}: {rows} rows taken for {role}: {why}.",
    "note.stranger": (
        "{table} knows its customers only by {column} (about {distinct} of them). Who they are stands in no table that "
        "is connected, so they are not counted: connect the table that has their names, with the same numbers."
    ),
    "note.one_system": "Only one system holds customers; overlap between systems needs a second one.",
    "note.old_export": (
        "Nothing is newer than {date}: the files look like old exports, so ages are counted to that day."
    ),
    "note.future": "Some records carry dates in the future: {systems}.",
    "note.organisations": (
        "Overlap, duplicates and the five signs are about people; organisations ({count}) are counted apart."
    ),
    # ages
    "age.under_3_months": "under 3 months",
    "age.3_to_12_months": "3 to 12 months",
    "age.1_to_2_years": "1 to 2 years",
    "age.2_to_5_years": "2 to 5 years",
    "age.over_5_years": "over 5 years",
    "age.in_the_future": "in the future",
    "age.unknown": "no date",
    "basis.updated_at": "last change",
    "basis.created_at": "creation; it states no changes",
    "basis.mixed": "last change, else creation",
    "basis.none": "it states no dates",
    # the page
    "page.lang": "en",
    "nav.overlap": "Overlap",
    "nav.duplicates": "Duplicates",
    "nav.completeness": "Completeness",
    "nav.staleness": "Age",
    "nav.needs": "Needs",
    "nav.tables": "Tables",
    "page.sign.more": "See the fields",
    "page.staleness.old": "over 2 years",
    "page.made": "Build {build_no}, {date}",
    "page.contents": "Contents",
    "page.skip": "Skip to the findings",
    "page.headline": "{share} of {base} live in more than one of your systems.",
    "page.headline_one": "{customers} {base} behind {records} {records:record|records}.",
    "page.nobody": "No customers were found.",
    "page.lead": (
        "{records} {records:record|records} in {systems} {systems:system|systems} are really {customers} {base_label}. "
        "To see one of them whole takes {mean} screens on average, and up to {most}."
    ),
    "page.screens": "Screens to open to see one customer",
    "page.screens.text": "How many systems each customer lives in. Base: {base} {base_label}.",
    "page.screens.many": "{count} {count:system|systems}",
    "page.tile.systems": "{count:system|systems} with customers",
    "page.tile.tables": "{count:table|tables}, {rows} {rows:row|rows}",
    "page.tile.records": "customer records",
    "page.tile.customers": "people",
    "page.tile.organisations": "{count:organisation|organisations} ({records} {records:record|records})",
    "page.tile.per_customer": "records per customer",
    "page.tile.events": "facts in their timelines",
    "page.actions.text": (
        "Ranked by the customers touched, weighted by how directly the defect hurts whoever meets the customer."
    ),
    "page.actions.none": "Nothing stands out.",
    "page.actions.more": "Show {count} more",
    "page.showcase": "One customer, {systems} screens",
    "page.showcase.text": (
        "This is what a colleague who opens every system learns about one real customer today. The whole card:"
    ),
    "page.showcase.events": "Beside it stand {events} {events:fact|facts} in the timeline: orders, tickets, answers.",
    "page.duplicates.all": "Worst cases in each system",
    "page.signs.text": "Each share says what it is a share of. The fields and customers behind it are further down.",
    "page.findings": "The signs one by one",
    "page.small_base": "small base",
    "page.sign.of": "{count} of {base} {base_label}",
    "page.sign.worst.inconsistent": "By attribute",
    "page.sign.worst.missing": "Known to one system only, by field",
    "page.sign.worst.stale": "Emptiest places",
    "page.sign.worst.absent": "Least known",
    "page.sign.worst.cost": "Columns nobody reads",
    "page.sign.by_pair": "By pair of systems",
    "page.sign.known_to_one_system": "Customers known to one system only",
    "page.sign.nobody_knows": "Places that all of a customer's systems leave empty",
    "page.sign.unchanged": "Records unchanged for two years",
    "page.sign.examples": "Customers to look at ({count})",
    "page.sign.none": "None found.",
    "page.more": "… and {count} more in the JSON report",
    "page.open_with": "Open one whole with",
    "page.overlap.text": (
        "Read a row: of the customers of the system on the left, the share that the system above knows too. "
        "The diagonal holds the number of customers."
    ),
    "page.overlap.corner": "of the customers of",
    "page.combinations": "Where customers live, exactly",
    "page.combinations.text": "The most frequent combinations. Base: {base} {base_label}.",
    "page.combination.in": "in {system}",
    "page.combination.out": "not in {system}",
    "page.organisation_overlap": "Organisations of one system that another knows too",
    "page.duplicates": "Duplicates inside each system",
    "page.duplicates.text": (
        "Records that belong to a customer who has several in the same system. "
        "Surplus: what would disappear if each had one."
    ),
    "page.duplicates.examples": "Worst in {system}",
    "page.completeness": "How complete each system is",
    "page.completeness.text": (
        "Share of each system's records that hold a usable value; placeholders count as empty. A dash: the system has "
        "no place for it. All in all {share} of {base} {base_label} are filled."
    ),
    "page.completeness.field": "field",
    "page.staleness": "How old the records are",
    "page.staleness.text": (
        "Time since the last change, counted to {date}. {count} of {base} {base_label} ({share}) have not "
        "changed anywhere for two years."
    ),
    "page.staleness.basis": "counted from",
    "page.needs": "What customer work needs, and who holds it",
    "page.needs.text": "Base: {base} {base_label}. Shares beside a system are of that system's customers.",
    "page.need": "need",
    "page.need.state": "state",
    "page.need.known": "known for",
    "page.need.where": "held by",
    "state.held": "held",
    "state.rare": "rare",
    "state.absent": "absent",
    "page.values": "Values that mislead",
    "page.placeholders": "Placeholders and unreadable values",
    "page.placeholders.text": "{count} of {base} {base_label} ({share}) hold at least one placeholder.",
    "page.shared": "Values that several customers share",
    "page.shared.none": "None found.",
    "page.shared.count": (
        "{field}: {values} in use by several customers, together {count} of {base} {base_label} ({share})."
    ),
    "page.kind.placeholder": "placeholder",
    "page.kind.invalid": "unreadable",
    "page.kind.role mailbox": "role mailbox",
    "page.kind.shared": "shared",
    "page.kind.pair": "two customers",
    "page.quarantine": "Rows that could not be read",
    "page.quarantine.text": "They are in no number of this report. See them with",
    "page.cost": "What the systems cost",
    "page.cost.text": "Prices and people in charge are what onefold.yaml says (yearly_cost, owner).",
    "page.properties": "One property under several names",
    "page.properties.agree": "{count} of {base} {base_label} have equal values ({share}).",
    "page.unread": "Columns nobody reads",
    "page.unread.text": "They are kept, but mapped to nothing or never filled.",
    "page.causes": "Why it may be so",
    "page.causes.text": "A guess from the evidence below, not a finding. You know your company better.",
    "page.cause.strong": "several signs",
    "page.cause.weak": "one sign",
    "page.tables": "What was found in each table",
    "page.tables.text": (
        "Role, key, links and meanings were inferred; correct a wrong one with `onefold mapping set`, and it "
        "stays corrected."
    ),
    "page.table.summary": "{rows} {rows:row|rows}, {columns} {columns:column|columns}",
    "page.table.key": "Key",
    "page.table.no_key": "none: rows are known by their content",
    "page.table.joins": "Links",
    "page.table.coverage": "{share} of its values exist there",
    "page.definitions": "How to read the numbers",
    "page.footer": "Made by Onefold from the records themselves. This file needs no network and sends nothing.",
    "page.open_all": "Open everything",
    "page.close_all": "Close everything",
    "role.people": "people",
    "role.organisations": "organisations",
    "role.events": "facts",
    "role.conversations": "conversations",
    "role.feedback": "feedback",
    "role.reference": "reference",
    "column.customer": "customer",
    "column.shared_by": "shared by",
    "column.field": "field",
    "column.value": "value",
    "column.raw": "as written",
    "column.record": "record",
    "column.changed": "last change",
    "column.count": "count",
    "column.share": "share",
    "column.share_of": "of",
    "column.finding": "finding",
    "column.surplus": "surplus",
    "column.largest": "most for one customer",
    "column.in_duplicates": "in duplicates",
    "column.median": "median age",
    "column.dated": "dated",
    "column.where": "where",
    "column.kind": "kind",
    "column.systems": "systems",
    "column.names": "for example",
    "column.rows": "rows",
    "column.reason": "reason",
    "column.owner": "in charge",
    "column.price": "{currency} a year",
    "column.price_each": "{currency} per customer",
    "column.column": "column",
    "column.meaning": "meaning",
    "column.confidence": "confidence",
    "column.filled": "filled",
    "column.state": "state",
    "column.values": "values",
    "define.customer": "Customer",
    "define.customer.text": (
        "A person or organisation, after records that belong together were joined. Every example opens to the records."
    ),
    "define.known": "Known",
    "define.known.text": "At least one usable value. Placeholders and unreadable values are empty.",
    "define.inconsistent": "Inconsistent",
    "define.inconsistent.text": (
        "Both hold a value, and no value of the one means the same as a value of the other after spelling, case and "
        "format are evened out. 'J' agrees with 'John', '1980' with '1980-05-03'. Names in different scripts "
        "are not compared. "
        "Status, dates and other things that rightly differ by system are left out."
    ),
    "define.missing": "Missing or hard to find",
    "define.missing.text": (
        "Of customers in several systems: a name, e-mail, phone or address that exactly one of their systems holds."
    ),
    "define.stale": "Incomplete or stale",
    "define.stale.text": (
        "A name, e-mail, phone or address that at least one of the customer's systems has a place for and "
        "all leave empty; "
        "or no record of the customer has changed for 730 days."
    ),
    "define.absent": "Absent, rare",
    "define.absent.text": "Absent: known for nobody. Rare: known for fewer than one customer in five.",
    "define.trend": "Trend",
    "define.trend.text": (
        "Compared with the build before, only if the same systems were connected, and called up or down only "
        "if chance is an "
        "unlikely cause (5 %) and it moved by half a percentage point or more."
    ),
}
