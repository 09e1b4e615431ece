"""One line for each meaning, for people who correct a mapping."""

from __future__ import annotations

from onefold.catalog.model import Meaning

_LINES = """
record_key: the key of the row itself
foreign_key: points at a row of another table
external_id: an id of this row or person in some other system
full_name: a person's whole name in one field
given_name: first name
middle_name: middle name, initial or patronymic
family_name: last name; both surnames where one field holds them
second_family_name: second surname in its own field
name_prefix: Mr, Dr, Frau, 先生 …
name_suffix: Jr, III, PhD …
username: login, screen name, messenger id
email: e-mail address
phone: telephone, mobile or fax number
birth_date: date or year of birth
birth_place: place of birth
gender: gender or sex
language: language the person speaks or prefers
national_id: identity card, passport, social security or tax number
loyalty_number: loyalty card or membership number
job_title: job, position, occupation
company: name of an organisation: a person's employer, or the organisation the row is about
domain: internet domain
website: web address
address: a whole postal address in one field
street: street and number, or street alone
house_number: house number in its own field
address_extra: second address line, flat, floor
city: town or city
region: state, province, county
postcode: postal code
country: country, by name or code
status: where the customer, order or ticket stands
tier: level, plan or membership class
owner: the colleague who is responsible for, or spoke with, the customer
consent: permission to contact or to use data
channel: e-mail, phone, chat, web, shop …
category: a value from a short list that means none of the above
created_at: when the row (the customer relation, the ticket) began
updated_at: when the source last changed or saw the row
event_time: when the thing happened
date: any other date or time
event_type: what kind of thing happened
title: subject line or short name of the thing
text: free text: message, comment, notes
score: a rating; the scale is in the details
amount: money; the unit (major or minor) is in the details
currency: currency of the amounts
quantity: how many
measure: any other number that is counted or measured
flag: yes or no, other than consent
product: a product, article or service
json: a nested value
empty: no row holds a value
other: none of these, or not known
"""


def describe_meanings() -> list[tuple[str, str]]:
    """(meaning, one line) for every meaning, in the catalogue's order."""
    lines = dict(line.split(": ", 1) for line in _LINES.strip().splitlines())
    return [(str(meaning), lines[meaning]) for meaning in Meaning]
