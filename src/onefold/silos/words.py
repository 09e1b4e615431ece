"""Every word the report says, in one place, so that a translation is one more catalogue.

``say`` fills a message; numbers are written by ``number`` and ``percent`` alone, so that a share never appears as
100 % or 0 % when it is not.
"""

from __future__ import annotations

from typing import Any

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
    "lead.records": "records are really",
    "lead.each": "{each} records each",
    "lead.several": "of {base} live in more than one system; to see one of them whole takes",
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
    "age.days": "{count} days",
    "age.months": "{count} months",
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
    "sign.absent.rare": "{names} are known for fewer than one customer in five.",
    "sign.cost.headline": "{count} of {base} {base_label} are kept but used for nothing here.",
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
    "finding.unread": "{table}.{column}: {state}",
    # examples
    "example.inconsistent": "{field} differs",
    "example.missing": "Only {system} knows the {field}",
    "example.duplicate": "{count} records in {system}",
    "example.stale": "Nothing has changed since {date}",
    "example.incomplete": "No {fields} in any system",
    "example.absent": "Known to {systems} systems, yet no {fields}",
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
    "property.reason.values": "{shared} values occur in all of them, such as {examples}",
    "property.reason.pairs": "values such as {examples} occur in several of them",
    "property.reason.names": "their names all say {concept}",
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
    "cause.known_once": "{share} of {base_label} have core facts that only one department's system holds.",
    "cause.duplicates": "{system} holds {share} of its records in duplicate, which entry habits cause more than technology.",
    "cause.placeholders": "{count} records hold made-up values such as {example}, typed to get past a form.",
    "cause.properties": "The same property is kept under {count} names ({names}).",
    "cause.disjoint": (
        "{a} and {b} keep the same kind of facts, each about {least} customers or more, yet share only {share} of "
        "the smaller one's."
    ),
    # actions
    "action.quarantine": "Mend the rows of {table} that could not be read ({count})",
    "action.quarantine.why": "They are missing from every number here. Most frequent reason: {reason}",
    "action.quarantine.where": "onefold quarantine list --source {source}",
    "action.duplicates": "Merge the duplicates inside {system}",
    "action.duplicates.why": "{records} of its records are the same customers more than once ({share} of {base}).",
    "action.duplicates.where": "{system}, starting with: onefold customer {example}",
    "action.inconsistent": "Decide which system is right about {field}",
    "action.inconsistent.why": "It differs for {share} of {base_label}; most often between {a} and {b}.",
    "action.inconsistent.where": "onefold.yaml: the priority of {a} and {b} (lower wins); then: onefold build",
    "action.missing": "Let other systems see the {field} that only {system} holds",
    "action.missing.why": "{share} of {base_label} depend on it.",
    "action.missing.where": "onefold export customers.csv, then import it where it is missing",
    "action.absent": "Start to record {field}",
    "action.absent.why": "Nobody holds it; it is needed {why}.",
    "action.absent.where": "the sign-up form; if a column holds it already: onefold mapping set TABLE.COLUMN {meaning}",
    "action.stale": "Ask the customers of {system} whether their details still hold",
    "action.stale.why": "{share} of its dated records have not changed for two years.",
    "action.stale.where": "{system}, records last changed before {date}",
    "action.placeholder": "Stop {value} being typed into {column} of {table}",
    "action.placeholder.why": "{records} records hold it, so the true value was never asked.",
    "action.placeholder.where": "the form behind {table}: let {column} stay empty, or check it",
    "action.shared": "Find out who uses {value}",
    "action.shared.why": "{customers} customers share it, so a message to one reaches others.",
    "action.shared.where": "onefold customer {value}",
    "action.properties": "Make one property of {names}",
    "action.properties.why": "They seem to say the same: {agree} of {base} customers with several have equal values.",
    "action.properties.where": "{suggestion}",
    "action.properties_apart": "Make one property of {names}",
    "action.properties_apart.why": "They seem to say the same, and no customer has more than one of them.",
    "action.properties_apart.where": "{suggestion}",
    "action.unmapped": "Say what unrecognised columns mean ({count}), or stop keeping them",
    "action.unmapped.why": "They are filled but used for nothing: {names}.",
    "action.unmapped.where": "onefold mapping show {table}; onefold mapping set {table}.{column} MEANING",
    # notes
    "note.no_people": "No table holds people, so everything below is about organisations.",
    "note.nobody": "No table holds people or organisations, so there are no customers to compare.",
    "note.one_system": "Only one system holds customers; overlap between systems needs a second one.",
    "note.old_export": (
        "The newest date in any system is {date}. The files may be old exports; ages are counted to {now}."
    ),
    "note.future": "{count} records of {system} carry dates in the future.",
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
}
"""The English catalogue."""


def say(key: str, **values: Any) -> str:
    """The message ``key`` with its gaps filled; whole numbers get separators.

    >>> say("base.customers_of", system="crm")
    'customers of crm'
    """
    shown = {name: number(value) if type(value) is int else value for name, value in values.items()}
    return ENGLISH[key].format(**shown)


def field_label(name: str) -> str:
    """What people call an attribute or field.

    >>> field_label("email"), field_label("tier")
    ('E-mail', 'Tier')
    """
    return ENGLISH.get(f"field.{name}") or name.replace("_", " ").capitalize()


def field_word(name: str) -> str:
    """The same inside a sentence.

    >>> field_word("email"), field_word("birth_date")
    ('e-mail', 'birth date')
    """
    label = field_label(name)
    return label[:1].lower() + label[1:]


def number(value: float) -> str:
    """A count, or a mean to one decimal place.

    >>> number(12345), number(2.25), number(2.0)
    ('12,345', '2.2', '2.0')
    """
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def percent(value: float | None) -> str:
    """A share; never '100 %' or '0 %' unless it is exactly that, and a dash where the base is empty.

    >>> percent(0.9996), percent(1), percent(0.0004), percent(0.123), percent(None)
    ('> 99 %', '100 %', '< 1 %', '12 %', '–')
    """
    if value is None:
        return "–"
    if 0 < value < 0.01:
        return "< 1 %"
    if 0.99 < value < 1:
        return "> 99 %"
    return f"{value * 100:.0f} %"


def listed(names: list[str]) -> str:
    """Names as a sentence has them.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else ""
