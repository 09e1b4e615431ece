"""Survivorship: which of several values a profile shows, decided per attribute by the one table below.

Pure data. A rule is a list of criteria, the first one that tells two values apart decides; behind every list stand
``source_priority``, ``newest`` and, last, the alphabet, so that the choice never depends on the order of rows.

=================  =====================================================================================
criterion          the value wins that
=================  =====================================================================================
verified           a system marks as verified (a yes in a column such as ``email_verified``)
personal           is not a role mailbox (``info@…``), which belongs to a desk and not to a person
newest             was seen last (when its record last changed, else began)
most_frequent      most of the customer's records agree on (a name agrees with a fuller one that holds its words)
most_precise       is longer in its comparison form (a full date before a bare year)
most_complete      says more (names: both halves before one, whole words before initials; addresses: street
                   and town before town alone; text: more words)
properly_cased     is written neither all in capitals nor all in small letters
source_priority    comes from the source that ``onefold.yaml`` trusts most (lowest ``priority``)
earliest, latest   is the earliest, latest moment
same_record        comes from the record that the rest of the name or address comes from, or one that does not
                   contradict it: halves of different names are never mixed
=================  =====================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass

RULES_VERSION = "5"
"""Grows with every change that alters profiles; each build then computes all of them anew."""


@dataclass(frozen=True)
class Rule:
    """How one attribute survives."""

    criteria: tuple[str, ...]
    is_multiple: bool = False
    """A customer may well have several of these; all are kept, ranked."""
    per_column: bool = False
    """Columns of this meaning say different things; each is an attribute of its own, ``meaning:column``."""
    bundle: str | None = None
    """'name' or 'address': chosen together, from one record."""

    @property
    def all_criteria(self) -> tuple[str, ...]:
        """The criteria with those that stand in front of and behind every rule of the kind."""
        first = ("same_record",) if self.bundle else ()
        last = tuple(name for name in ("source_priority", "newest") if name not in self.criteria)
        return first + self.criteria + last


_CURRENT = ("newest", "source_priority", "most_frequent")
_LASTING = ("most_frequent", "source_priority", "newest")
_NUMBER = Rule(_LASTING, is_multiple=True)
_NAME = Rule(("most_complete", "most_frequent", "properly_cased", "source_priority", "newest"), bundle="name")
_ADDRESS = Rule(("most_complete", "newest", "most_frequent", "source_priority"), bundle="address")
_COLUMN = Rule(_CURRENT, per_column=True)

ATTRIBUTE_RULES: dict[str, Rule] = {
    "full_name": Rule(_NAME.criteria),
    "given_name": _NAME,
    "middle_name": _NAME,
    "family_name": _NAME,
    "second_family_name": _NAME,
    "name_prefix": _NAME,
    "name_suffix": _NAME,
    "email": Rule(("verified", "personal", "newest", "most_frequent", "source_priority"), is_multiple=True),
    "phone": Rule(("verified", "newest", "most_frequent", "source_priority"), is_multiple=True),
    "username": _NUMBER,
    "national_id": _NUMBER,
    "loyalty_number": _NUMBER,
    "external_id": Rule(_LASTING, is_multiple=True, per_column=True),
    "birth_date": Rule(("most_precise", *_LASTING)),
    "birth_place": Rule(_LASTING),
    "gender": Rule(_LASTING),
    "language": Rule(_CURRENT),
    "job_title": Rule(("newest", "most_frequent", "source_priority")),
    "company": Rule(("newest", "most_frequent", "properly_cased", "source_priority")),
    "domain": Rule(_CURRENT),
    "website": Rule(_CURRENT),
    "address": Rule(("newest", "most_complete", "source_priority"), is_multiple=True),
    "street": _ADDRESS,
    "house_number": _ADDRESS,
    "address_extra": _ADDRESS,
    "city": _ADDRESS,
    "region": _ADDRESS,
    "postcode": _ADDRESS,
    "country": _ADDRESS,
    "status": Rule(_CURRENT),
    "tier": Rule(_CURRENT),
    "owner": Rule(_CURRENT),
    "currency": Rule(_CURRENT),
    "created_at": Rule(("earliest", "source_priority")),
    "updated_at": Rule(("latest", "source_priority")),
    "consent": _COLUMN,
    "category": _COLUMN,
    "channel": _COLUMN,
    "date": _COLUMN,
    "event_time": _COLUMN,
    "event_type": _COLUMN,
    "title": _COLUMN,
    "text": _COLUMN,
    "score": _COLUMN,
    "amount": _COLUMN,
    "quantity": _COLUMN,
    "measure": _COLUMN,
    "flag": _COLUMN,
    "product": _COLUMN,
    "other": _COLUMN,
}
"""The defaults, by meaning. What is not listed (keys of rows, nested values) is no attribute of a customer."""


_OWN = frozenset({"created_at", "updated_at", "external_id", "username", "loyalty_number"})
"""Of these every system has its own; two that differ contradict nobody."""

CONTRADICTING = tuple(name for name, rule in ATTRIBUTE_RULES.items() if not rule.is_multiple and name not in _OWN)
"""Meanings of which a customer has one value, so that two contradict each other."""

_OF_RECORDS = frozenset({"created_at", "updated_at"})


def may_contradict(attribute: str) -> bool:
    """Whether two values of ``attribute`` contradict each other."""
    return attribute.partition(":")[0] in CONTRADICTING


def may_be_picked(attribute: str) -> bool:
    """Whether a person may say which value of ``attribute`` counts; moments of records belong to the records."""
    meaning = attribute.partition(":")[0]
    return meaning in ATTRIBUTE_RULES and meaning not in _OF_RECORDS


def is_multiple(attribute: str) -> bool:
    """Whether a customer may well have several of ``attribute`` ('email', 'external_id:crm id')."""
    rule = ATTRIBUTE_RULES.get(attribute.partition(":")[0])
    return rule is not None and rule.is_multiple


ROLE_MAILBOXES = frozenset(
    {
        "abuse",
        "accounting",
        "accounts",
        "admin",
        "administracion",
        "administration",
        "all",
        "billing",
        "booking",
        "bookings",
        "buchhaltung",
        "careers",
        "comercial",
        "compras",
        "compta",
        "comptabilite",
        "contact",
        "contacto",
        "contabilidad",
        "customercare",
        "customerservice",
        "contacte",
        "dispatch",
        "einkauf",
        "enquiries",
        "enquiry",
        "facturacio",
        "facturacion",
        "facturas",
        "finance",
        "frontdesk",
        "hello",
        "help",
        "helpdesk",
        "hola",
        "hr",
        "hostmaster",
        "info",
        "informacion",
        "inquiries",
        "inquiry",
        "invoice",
        "invoices",
        "jobs",
        "kontakt",
        "legal",
        "mail",
        "marketing",
        "newsletter",
        "no-reply",
        "noreply",
        "office",
        "oficina",
        "orders",
        "partners",
        "pedidos",
        "postmaster",
        "press",
        "privacy",
        "procurement",
        "purchasing",
        "reception",
        "recepcion",
        "rrhh",
        "sales",
        "secretaria",
        "secretary",
        "security",
        "service",
        "shop",
        "soporte",
        "staff",
        "support",
        "team",
        "tickets",
        "vendas",
        "ventas",
        "verkauf",
        "vertrieb",
        "webmaster",
        "welcome",
    }
)
"""Local parts that belong to a function, not to a person (RFC 2142 and everyday use)."""
