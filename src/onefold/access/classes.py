"""Which kind of personal data each attribute is: what masks are set by.

Attributes are the catalogue's meanings as profiles carry them (``email``, ``text:remarks``), the traits computed
from records and events, and the bodies of what hangs on a customer (``note.body``). What is not listed is free text:
nobody knows what an unknown column says about a person.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache


class PiiClass(StrEnum):
    """A kind of personal data."""

    IDENTITY = "identity"
    """Names and the ids that systems know a person by."""
    CONTACT = "contact"
    """Where a person can be reached: e-mail, phone, street."""
    PLACE = "place"
    """Where about a person lives or works: town, region, country."""
    OFFICIAL = "official"
    """Numbers that a state or bank gave."""
    BIRTH = "birth"
    """Birth date and place, gender."""
    SENSITIVE = "sensitive"
    """Health, belief, origin: special categories of Art. 9 GDPR. No meaning is sensitive by itself; columns are."""
    FINANCIAL = "financial"
    """What a person pays and owes."""
    BEHAVIOUR = "behaviour"
    """What a person did, when, and how content they were."""
    FREE_TEXT = "free_text"
    """What people wrote: messages, notes, files, columns without a known meaning."""
    STANDING = "standing"
    """How a person stands with the company: status, tier, owner, language, consent."""
    REFERENCE = "reference"
    """Says nothing about a person: the customer's id, its kind, how many records and systems it has."""


_P = PiiClass
_MEMBERS: dict[PiiClass, str] = {
    _P.IDENTITY: "display_name sort_name full_name given_name middle_name family_name second_family_name name_prefix"
    " name_suffix username loyalty_number external_id job_title company domain website record.values",
    _P.CONTACT: "email phone address street house_number address_extra postcode identifiers",
    _P.PLACE: "city region country",
    _P.OFFICIAL: "national_id",
    _P.BIRTH: "birth_date birth_place gender",
    _P.FINANCIAL: "amount currency money money_amount orders_amount invoices_amount lifetime_value timeline.amount",
    _P.BEHAVIOUR: "channel score event_type event_time product quantity orders invoices orders_count invoices_count"
    " open_tickets open_cases events last_contact last_contact_channel last_contact_at last_contact_type"
    " last_contact_with last_score last_score_at last_seen first_seen last_order_at timeline.title"
    " timeline.counterpart task.title open_complaint",
    _P.FREE_TEXT: "text title other json timeline.body note.body task.body file.name file.content",
    _P.STANDING: "status tier owner department language consent category flag date measure created_at updated_at"
    " customer_since tags tag local_time timezone",
    _P.REFERENCE: "customer_id kind records record_count systems system_count source sources sign version state"
    " identity_confidence identity_is_one identity_is_whole",
}

SAME_AS = {"name": "display_name", "sort_name": "display_name", "id": "customer_id"}
"""Other words for attributes: whoever may not see the one may not see or search the other."""

WHOLES: dict[str, tuple[str, ...]] = {
    "display_name": ("full_name", "given_name", "middle_name", "family_name", "second_family_name"),
    "full_name": ("display_name", "given_name", "middle_name", "family_name", "second_family_name"),
    "address": ("street", "house_number", "address_extra", "postcode", "city", "region", "country"),
    "website": ("domain",),
    "last_contact": ("last_contact_at", "last_contact_type", "last_contact_channel", "last_contact_with"),
    "local_time": ("timezone",),
    "timezone": ("local_time",),
    "tag": ("tags",),
    "tags": ("tag",),
    "source": ("sources",),
    "sources": ("source",),
}
"""Attribute -> the parts that its value is made of. A mask on a part covers the whole, in which it could be read; a
mask on the whole covers its parts of the same class, from which it could be put together."""

CLASS_OF: dict[str, PiiClass] = {name: kind for kind, names in _MEMBERS.items() for name in names.split()}
"""Attribute -> its class, by the first half of its name where it belongs to one column (``text:remarks``)."""

BODIES = ("timeline.title", "timeline.body", "timeline.amount", "timeline.counterpart", "record.values", "note.body",
          "task.title", "task.body", "file.name", "file.content")  # fmt: skip
"""What hangs on a customer and can be masked like an attribute."""

_CLASS_NAMES = frozenset(kind.value for kind in PiiClass)
_SENSITIVE_WORDS = (
    "health",
    "medical",
    "diagnos",
    "allerg",
    "disab",
    "religio",
    "ethnic",
    "politic",
    "sexual",
    "union",
)


@lru_cache(maxsize=4096)
def words_for(attribute: str) -> tuple[str, ...]:
    """An attribute's own name and the other words for it.

    >>> words_for("name")
    ('display_name', 'name', 'sort_name')
    """
    own = SAME_AS.get(attribute, attribute)
    return (own, *(name for name, same in SAME_AS.items() if same == own))


@lru_cache(maxsize=4096)
def classes_within(attribute: str) -> frozenset[PiiClass]:
    """The classes of the parts that an attribute's value is made of.

    >>> sorted(classes_within("address"))
    [<PiiClass.CONTACT: 'contact'>, <PiiClass.PLACE: 'place'>]
    """
    return frozenset(CLASS_OF[part] for part in WHOLES.get(SAME_AS.get(attribute, attribute), ()))


@lru_cache(maxsize=4096)
def names_of(attribute: str) -> tuple[str, ...]:
    """The attributes by which this one's value could be read: a mask on any of them covers it.

    >>> names_of("name")[:4]
    ('display_name', 'full_name', 'given_name', 'middle_name')
    >>> names_of("given_name"), names_of("city"), names_of("email")
    (('given_name', 'display_name', 'full_name', 'name', 'sort_name'), ('city',), ('email',))
    """
    own = SAME_AS.get(attribute, attribute)
    wholes = (whole for whole, parts in WHOLES.items() if own in parts and CLASS_OF[own] is CLASS_OF[whole])
    found = dict.fromkeys((own, *WHOLES.get(own, ()), *wholes))
    return (*found, *(name for name, same in SAME_AS.items() if same in found))


@lru_cache(maxsize=4096)
def class_of(attribute: str) -> PiiClass:
    """The class of an attribute; a column whose name speaks of health, belief or origin is sensitive.

    ``pii:contact`` stands for any attribute of that class.

    >>> class_of("email").value, class_of("category:Allergies").value, class_of("text:remarks").value
    ('contact', 'sensitive', 'free_text')
    """
    base, _, column = SAME_AS.get(attribute, attribute).partition(":")
    if base == "pii" and column in _CLASS_NAMES:
        return PiiClass(column)
    if any(word in column.casefold() for word in _SENSITIVE_WORDS):
        return PiiClass.SENSITIVE
    return CLASS_OF.get(base, PiiClass.FREE_TEXT)
