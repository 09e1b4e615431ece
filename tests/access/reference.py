"""What rules and access mean, written naively: one row at a time, in plain Python. Shares no code with it."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

from onefold.kernel.rules import Among, And, Compare, Constant, Known, My, Not, Number, Or, parse_rule

MASKS = ["none", "last_four", "masked", "hashed", "hidden"]
CLASS = {
    "name": "identity",  # another word for display_name
    "email": "contact",
    "region": "place",
    "tier": "standing",
    "spent": "free_text",  # as everything that is not listed
    "since": "free_text",
}
OTHER_WORDS = {"name": ["name", "display_name", "sort_name"]}
READ_FROM = {"name": ["full_name", "given_name", "family_name"]}
KINDS = {"name": "text", "email": "text", "region": "text", "tier": "text", "spent": "number", "since": "moment"}


def truth(rule, row, my, kinds=KINDS):
    """True, False or None (unknown)."""
    if isinstance(rule, str):
        rule = parse_rule(rule)
    match rule:
        case Constant(value):
            return value
        case Not(inner):
            said = truth(inner, row, my, kinds)
            return None if said is None else not said
        case And(rules):
            said = [truth(part, row, my, kinds) for part in rules]
            return False if False in said else None if None in said else True
        case Or(rules):
            said = [truth(part, row, my, kinds) for part in rules]
            return True if True in said else None if None in said else False
        case Known(My(name), is_negated):
            return bool(mine(my, name)) != is_negated
        case Known(name, is_negated):
            return (row[name] is None) == is_negated
        case Compare(name, sign, operand):
            return compare(row[name], kinds[name], sign, operand, my)
        case Among(name, values, is_negated):
            listed = mine(my, values.name) if isinstance(values, My) else [plain(value) for value in values]
            return among(row[name], kinds[name], listed, is_negated)


def compare(value, kind, sign, operand, my):
    if isinstance(operand, My):
        listed = mine(my, operand.name)
        if sign in ("=", "!="):
            return among(value, kind, listed, sign == "!=")
        if len(listed) != 1 or not readable(listed[0], kind):
            return None
        text = listed[0]
    else:
        text = plain(operand)
    return None if value is None else test(value, kind, sign, text)


def among(value, kind, texts, is_negated):
    if value is None or not texts or not all(readable(text, kind) for text in texts):
        return None
    return any(test(value, kind, "=", text) for text in texts) != is_negated


def test(value, kind, sign, text):
    if sign == "~":
        small = "".join(c.lower() if c < "\x80" else c for c in value)
        forms = [text, text.lower(), text.upper(), text.capitalize(), text.title()]
        return any("".join(c.lower() if c < "\x80" else c for c in form) in small for form in forms)
    if kind == "moment":
        if len(text) == 10:
            day = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
            first, last = day, day + timedelta(days=1) - timedelta(microseconds=1)
        else:
            first = last = datetime.fromisoformat(text).astimezone(UTC)
        return {
            "=": first <= value <= last,
            "!=": not first <= value <= last,
            "<": value < first,
            "<=": value <= last,
            ">": value > last,
            ">=": value >= first,
        }[sign]
    left, right = (value, float(text)) if kind == "number" else (list(map(ord, value)), list(map(ord, text)))
    return {
        "=": left == right,
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[sign]


def plain(literal):
    if isinstance(literal, Number):
        return literal.text
    return str(literal).lower() if isinstance(literal, bool) else literal


def mine(my, name):
    value = my.get(name)
    return [text for text in (value if isinstance(value, list) else [value]) if text]


def readable(text, kind):
    try:
        if kind == "number":
            float(text)
        if kind == "moment":
            datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def allows(roles, verb, kind):
    return any(verb in role.permissions.get(kind, ()) for role in roles) and not any(
        verb in role.denials.get(kind, ()) for role in roles
    )


def admitting(roles, row, my):
    """The roles by which a person sees a row; none if they do not see it."""
    if not allows(roles, "read", "customer"):
        return []
    for role in roles:
        if role.deny_scope is not None and truth(role.deny_scope, row, my) is not False:
            return []
    return [
        role
        for role in roles
        if "read" in role.permissions.get("customer", ()) and (role.scope is None or truth(role.scope, row, my) is True)
    ]


def mask_in(role, field):
    """What is said of the field by any of its words, or else by its class; and of what its value can be read from."""
    own = OTHER_WORDS.get(field, [field])
    by_class = [] if any(word in role.masks for word in own) else [f"pii:{CLASS[field]}", "*"]
    said = [role.masks[entry] for entry in [*own, *READ_FROM.get(field, [])] if entry in role.masks]
    said += [role.masks[entry] for entry in by_class if entry in role.masks][:1]
    return max(said, key=[*MASKS, "denied"].index, default="none")


def mask(roles, row, my, field):
    if any(mask_in(role, field) == "denied" for role in roles):
        return "hidden"
    return min((mask_in(role, field) for role in admitting(roles, row, my)), key=MASKS.index)


def shown(mask_name, field, value, key):
    if value is None or mask_name == "hidden":
        return None
    if mask_name == "none":
        return value
    if not isinstance(value, str):
        return None
    if mask_name == "hashed":
        return hashlib.sha256((key + value).encode()).hexdigest()[:16]
    if mask_name == "last_four":
        return "•••" + (value[-4:] if len(value) > 7 else "")
    return (value[0] if CLASS[field] in ("identity", "contact") and len(value) > 1 else "") + "•••"
