"""Which attributes the report compares, groups and expects, and why. Data and tiny decisions, no queries.

Attributes are meanings of the catalogue. A *field* is what a person would call one thing though systems store it
under several meanings: a name in one column or in three, an address in one or in five.
"""

from __future__ import annotations

from dataclasses import dataclass

FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("full_name", "given_name", "family_name", "middle_name", "second_family_name"),
    "email": ("email",),
    "phone": ("phone",),
    "address": ("address", "street"),
    "city": ("city",),
    "postcode": ("postcode",),
    "country": ("country",),
    "birth_date": ("birth_date",),
    "gender": ("gender",),
    "language": ("language",),
    "company": ("company",),
    "job_title": ("job_title",),
    "national_id": ("national_id",),
    "loyalty_number": ("loyalty_number",),
    "consent": ("consent",),
    "owner": ("owner",),
    "website": ("website", "domain"),
    "username": ("username",),
}
"""Field -> the attributes that fill it, in the order in which the report shows fields."""

NAME_ATTRIBUTES = FIELDS["name"]

CORE_FIELDS = ("name", "email", "phone", "address")
"""Without these a company cannot greet or reach a customer; they decide who counts as incomplete."""

SHARED_KNOWLEDGE_FIELDS = (
    "name",
    "email",
    "phone",
    "address",
    "city",
    "postcode",
    "country",
    "birth_date",
    "gender",
    "language",
    "company",
    "job_title",
    "consent",
    "owner",
)
"""Fields that help whoever serves the customer, whichever system they look at."""

EVERYBODY_HAS = (
    "name",
    "email",
    "phone",
    "address",
    "city",
    "postcode",
    "country",
    "birth_date",
    "gender",
    "language",
    "consent",
    "owner",
)
"""Fields whose emptiness is a defect; a company, a job or a loyalty number many customers rightly lack."""

COMPARED_ATTRIBUTES = (
    "given_name",
    "family_name",
    "email",
    "phone",
    "birth_date",
    "gender",
    "language",
    "national_id",
    "company",
    "job_title",
    "street",
    "address",
    "house_number",
    "postcode",
    "city",
    "country",
    "consent",
)
"""Attributes that are facts about the customer and so should agree everywhere.

Left out because they rightly differ by system, or are coded by each in its own way: regions, status, tier, owner,
channel, created and updated times, usernames, loyalty numbers, external ids and everything that describes the
relation to one system rather than the customer."""

SEVERAL_VALUES = frozenset({"email", "phone", "national_id", "job_title", "consent"})
"""Attributes of which a customer may rightly have several: two systems disagree only if they share none, and
several values inside one system are no conflict. Consent is per channel, a job may be one of several."""

IDENTIFYING = ("email", "phone", "national_id", "loyalty_number")
"""Attributes of which one value should point at one customer."""

STALE_AFTER_DAYS = 730
"""A record that nobody changed for two years has outlived most addresses, jobs and phone contracts it may hold;
a convention of this report, stated wherever it is used."""

RARE_BELOW = 0.2
"""A need that fewer than a fifth of customers have known cannot be worked with."""

SHARED_FROM = 3
"""A value used by this many customers or more is shared; two may be a couple or a missed match."""

ROLE_MAILBOXES = frozenset(
    [
        "info",
        "sales",
        "support",
        "admin",
        "office",
        "contact",
        "contacto",
        "contacte",
        "hello",
        "help",
        "billing",
        "accounts",
        "accounting",
        "team",
        "service",
        "services",
        "mail",
        "post",
        "kontakt",
        "buchhaltung",
        "vertrieb",
        "rechnung",
        "noreply",
        "no-reply",
        "donotreply",
        "enquiries",
        "inquiries",
        "reception",
        "ventas",
        "compras",
        "marketing",
        "hr",
        "jobs",
        "press",
        "webmaster",
        "postmaster",
        "administracion",
        "administracio",
        "comptabilitat",
        "ventes",
        "facturacion",
        "facturacio",
        "orders",
        "order",
        "shop",
        "store",
        "customerservice",
        "customercare",
        "care",
        "finance",
        "it",
    ]
)
"""Local parts of addresses that belong to a desk, not to a person (RFC 2142 and everyday use)."""

PROPERTY_MEANINGS = frozenset({"category", "other", "tier", "channel"})
"""Meanings among which one property hides under several names. Status and flags are left out: 'active' in one
system rightly says nothing about another."""

PROPERTY_NAMES: dict[str, tuple[str, ...]] = {
    "industry": (
        "industry",
        "industria",
        "indústria",
        "sector",
        "sektor",
        "branche",
        "vertical",
        "business_type",
        "businesstype",
        "type_of_business",
        "line_of_business",
        "naics",
        "sic",
        "segment",
        "business_segment",
        "market_segment",
        "行业",
        "行業",
        "産業",
        "κλάδος",
        "صنعت",
    ),
    "customer type": (
        "customer_type",
        "customertype",
        "account_type",
        "client_type",
        "kundentyp",
        "tipo_cliente",
        "tipus_client",
    ),
    "acquisition source": (
        "source",
        "lead_source",
        "signup_source",
        "acquisition_source",
        "acquisition_channel",
        "utm_source",
        "origin",
        "herkunft",
        "quelle",
        "how_heard",
        "referral_source",
    ),
    "plan": (
        "plan",
        "tier",
        "level",
        "package",
        "subscription_plan",
        "membership",
        "membership_level",
        "paket",
        "stufe",
        "nivel",
        "nivell",
    ),
    "region": (
        "region",
        "territory",
        "sales_region",
        "area",
        "zone",
        "gebiet",
    ),
    "payment method": (
        "payment_method",
        "payment_type",
        "pay_method",
        "zahlungsart",
        "forma_pago",
    ),
}
"""Property -> header words under which systems keep it."""

ROLES_OF_CUSTOMERS = ("people", "organisations")


@dataclass(frozen=True)
class NeedRule:
    """How one need of customer work is recognised."""

    name: str
    fields: tuple[str, ...] = ()
    """Held where a record has a value of one of these fields."""
    event_roles: tuple[str, ...] = ()
    """… or where the customer has an event of one of these roles,"""
    event_column: str | None = None
    """in which this column is filled."""


NEEDS = (
    NeedRule("name", ("name",)),
    NeedRule("email", ("email",)),
    NeedRule("phone", ("phone",)),
    NeedRule("address", ("address",)),
    NeedRule("country", ("country",)),
    NeedRule("language", ("language",)),
    NeedRule("birth_date", ("birth_date",)),
    NeedRule("consent", ("consent",)),
    NeedRule("owner", ("owner",)),
    NeedRule("purchases", event_roles=("events",), event_column="amount"),
    NeedRule("last_contact", event_roles=("conversations",)),
    NeedRule("opinion", event_roles=("feedback",)),
)
"""What customer work usually needs: to greet, to reach, to be allowed to, to know what happened and who cares."""


def field_of(attribute: str) -> str:
    """The field that an attribute fills; itself where it stands alone.

    >>> field_of("given_name"), field_of("email"), field_of("tier")
    ('name', 'email', 'tier')
    """
    return next((field for field, attributes in FIELDS.items() if attribute in attributes), attribute)


def is_role_mailbox(email: str) -> bool:
    """Whether an address belongs to a desk rather than a person.

    >>> is_role_mailbox("info@acme.com"), is_role_mailbox("ana@acme.com")
    (True, False)
    """
    return email.partition("@")[0].casefold() in ROLE_MAILBOXES
