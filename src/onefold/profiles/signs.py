"""Signs of silos in filters: a sign may name a field, and whoever may not see the field may not ask for the sign.

A sign is a word such as ``empty:email@crm`` (``silos/marks.py``): what it tells, the attribute whether it holds, where.
"""

from __future__ import annotations

from onefold.access import Access
from onefold.errors import InvalidInput
from onefold.kernel.rules import Among, Compare, Rule, tests_of

_NO_FIELD = frozenset({"repeated", "placeholder"})
"""Kinds of signs that name no field after their colon."""

_NAMED = (
    "name", "email", "phone", "address", "birth_date", "gender", "language", "national_id", "loyalty_number", "company",
    "job_title", "consent", "owner", "website", "username",
)  # fmt: skip
"""Fields that signs name; parts of these are not named apart."""


def require_signs(access: Access, rule: Rule) -> None:
    """Go on only if the actor may search by every field that the signs of a rule name.

    Raises:
        NotAllowed: one is masked for the actor.
        InvalidInput: a sign is compared otherwise than word by word.
    """
    for test in tests_of(rule):
        if test.attribute != "sign":
            continue
        for word in _words(test):
            kind, _, rest = word.partition(":")
            if rest and kind not in _NO_FIELD:
                access.require_search(rest.partition("@")[0])


def hidden_signs(access: Access) -> str | None:
    """The policy by which the actor does not see all signs of a customer: some field that signs name is masked."""
    masked = next((name for name in _NAMED if not access.may_search(name)), None)
    return access.field(masked).policy or "masked for some customers" if masked else None


def _words(test: object) -> list[str]:
    match test:
        case Compare(_, "=" | "!=", str() as word):
            return [word]
        case Among(_, tuple() as words):
            return [str(word) for word in words]
        case _:
            raise InvalidInput("signs are words", hint='Write sign = "missing" or sign in ("missing", "stale").')
