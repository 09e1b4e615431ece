"""How much each way of saying that people belong together counts, from 0 to 1; several count together.

Orders of magnitude and no measured probabilities: they rank reasons, and say which organisation is the main one.
"""

from __future__ import annotations

BELONGING = {"key": 0.98, "domain": 0.9, "name": 0.85}
"""That a person belongs to an organisation: by a key, a mailbox on its domain, its name."""

LIVING = {
    "home+mailbox": 0.97,
    "home+phone": 0.97,
    "home+surname": 0.95,
    "mailbox+surname": 0.85,
    "phone+surname": 0.85,
}
"""That people live together, by what they share."""


def strength_sql(strengths: dict[str, float], kinds: str) -> str:
    """The strength of a list of kinds, as an expression of the warehouse."""
    cases = " ".join(f"when '{kind}' then {strength}" for kind, strength in strengths.items())
    left = f"list_transform(list_distinct({kinds}), lambda kind: 1 - case kind {cases} end)"
    return f"round(1 - list_product({left}), 4)"
