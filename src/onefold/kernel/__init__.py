"""Small things every package may use: permanent ids, time, text that is safe to show. Standard library only."""

from onefold.kernel.clock import Clock, utc_now
from onefold.kernel.ids import customer_id_for, household_id_for, is_customer_id, new_id, subject_id_for
from onefold.kernel.rules import Rule, attributes_of, my_names_of, parse_rule, unparse_rule

__all__ = [
    "Clock",
    "Rule",
    "attributes_of",
    "customer_id_for",
    "household_id_for",
    "is_customer_id",
    "my_names_of",
    "new_id",
    "parse_rule",
    "subject_id_for",
    "unparse_rule",
    "utc_now",
]
