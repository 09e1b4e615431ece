"""What the shipped roles promise, and that every attribute of customers has a class that masks go by."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.access.company import as_user, company

import onefold
from onefold.access import BODIES, KINDS, SHIPPED, Access, Actor, Layer, Mask, PiiClass, Role, class_of
from onefold.access.classes import CLASS_OF, SAME_AS, WHOLES
from onefold.profiles.attributes import ALIASES, searchable_attributes
from onefold.profiles.rules import ATTRIBUTE_RULES

API = "/api/v1"

__all__ = ["as_user", "company"]


def access_of(*role_ids):
    return Access(Actor("usr_a", "user", "Ana"), layers=(Layer(tuple(SHIPPED[role_id] for role_id in role_ids)),))


@pytest.mark.parametrize("attribute", [*ATTRIBUTE_RULES, *(each.name for each in searchable_attributes()), *BODIES])
def test_every_attribute_has_a_class(attribute):
    assert SAME_AS.get(attribute, attribute) in CLASS_OF


def test_other_words_for_attributes_are_masked_alike():
    assert ALIASES.items() <= SAME_AS.items()
    assert not access_of("analyst").may_search("name")


def test_columns_about_health_belief_and_origin_are_sensitive_whatever_they_mean():
    for name in ("category:Allergies", "flag:disability", "text:Religion", "other:Ethnicity"):
        assert class_of(name) is PiiClass.SENSITIVE
    assert access_of("agent", "manager").field("flag:disability").mask is Mask.HIDDEN


def test_whatever_the_code_requires_can_be_given_by_a_role():
    asked = set()
    for path in Path(onefold.__file__).parent.rglob("*.py"):
        asked |= set(re.findall(r'\b(?:require|may)\("(\w+)", "(\w+)"', path.read_text(encoding="utf-8")))
    assert len(asked) > 40
    assert {(verb, kind) for verb, kind in asked if verb not in KINDS.get(kind, ())} == set()


def test_only_owners_administer_everything():
    for role_id, role in SHIPPED.items():
        everything = {(verb, kind) for kind, verbs in KINDS.items() for verb in verbs}
        held = set(Access(Actor("usr_a", "user", ""), layers=(Layer((role,)),)).permissions())
        assert (held >= everything) is (role_id == "owner")


def test_an_executive_reads_no_messages_and_an_administrator_no_names():
    for body in ("timeline.body", "note.body", "file.content"):
        assert access_of("executive").field(body).mask is Mask.HIDDEN
    assert access_of("executive").field("last_score").mask is Mask.NONE
    administrator = access_of("administrator")
    assert {administrator.field(name).mask for name in ("display_name", "email")} == {Mask.MASKED}
    assert access_of("administrator", "agent").field("email").mask is Mask.NONE


def test_sales_see_how_a_customer_is_without_reading_what_was_written(company, as_user):
    admin = as_user("usr_admin")
    sales = {"name": "Sales", "permissions": {"customer": ["read"]}, "masks": {"pii:free_text": "hidden"}}
    role_id = admin.post(f"{API}/roles", json=sales).json()["role_id"]
    admin.put(f"{API}/users/usr_nobody/roles", json={"roles": [role_id]}, headers={"If-Match": '"1"'})
    fields = {"fields": "display_name,open_tickets,last_score"}
    row = as_user("usr_nobody").get(f"{API}/customers", params=fields).json()["items"][0]
    assert (set(row["values"]), row["hidden"]) == ({"display_name", "open_tickets", "last_score"}, {})
    assert as_user("usr_nobody").get(f"{API}/customers/cus_1/notes").status_code == 403
    explained = as_user("usr_nobody").get(f"{API}/access/explain", params={"field": "timeline.body"}).json()
    assert (explained["yours"], explained["policy"]) == ("hidden", "free text hidden for Sales")


@pytest.mark.parametrize("mask", ["last_four", "masked", "hashed", "hidden", "denied"])
@pytest.mark.parametrize("attribute", sorted(CLASS_OF))
def test_a_mask_covers_whatever_the_value_could_be_read_from(attribute, mask):
    """Of names, the whole, its parts and what they are sorted by; of addresses, the text with the city in it."""
    role = Role("r", "R", permissions={"customer": ("read",)}, masks={attribute: mask})
    access = Access(Actor("usr_a", "user", "Ana"), layers=(Layer((role,)),))
    readable_from = {attribute, *(whole for whole, parts in WHOLES.items() if attribute in parts)}
    readable_from |= {part for part in WHOLES.get(attribute, ()) if CLASS_OF[part] is CLASS_OF[attribute]}
    readable_from |= {word for word, same in SAME_AS.items() if same in readable_from}
    for name in readable_from:
        assert not access.may_search(name), name
        assert access.field(name).mask is (Mask.HIDDEN if mask == "denied" else Mask(mask)), name


def test_a_whole_is_covered_by_the_class_of_its_parts_unless_it_is_named():
    def shown(masks):
        role = Role("r", "R", permissions={"customer": ("read",)}, masks=masks)
        return Access(Actor("usr_a", "user", "Ana"), layers=(Layer((role,)),)).field("address").mask

    assert shown({"pii:place": "hidden"}) is Mask.HIDDEN
    assert shown({"pii:place": "hidden", "address": "none"}) is Mask.NONE
    assert shown({"city": "hidden", "address": "none"}) is Mask.HIDDEN


def test_no_word_of_a_name_comes_out_of_a_role_that_masks_the_whole():
    role = Role("r", "R", permissions={"customer": ("read",)}, masks={"display_name": "hidden"})
    access = Access(Actor("usr_a", "user", "Ana"), layers=(Layer((role,)),))
    for name in ("full_name", "name", "sort_name", "given_name", "family_name", "middle_name", "second_family_name"):
        assert access.mask_value(name, "Ana Puig", "1").value is None
    assert access.field("email").mask is Mask.NONE
