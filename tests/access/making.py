"""Strategies that make rules, rows and roles."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from onefold.access import DENIED, Mask, Role
from onefold.kernel.rules import Among, And, Compare, Constant, Known, My, Not, Number, Or, unparse_rule

TEXTS = ["EU", "eu", "ÉU", "王芳", "Παπαδόπουλος", "παπ", "a", "Ab", "ab", "", "z", "Ω", "\U0001f600", "1", "10", "9",
         "_", "%", "maria.garcia@example.com", "12345678", "1234567", "نگار", "İ", "ß", "\uffff"]  # fmt: skip
MOMENTS = [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 23, 59, 59, 999999, tzinfo=UTC),
           datetime(2026, 1, 2, tzinfo=UTC), datetime(1999, 12, 31, 12, tzinfo=UTC)]  # fmt: skip
FIELDS = ["name", "email", "region", "tier", "spent", "since"]

texts = st.sampled_from(TEXTS) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12
)
numbers = st.sampled_from([0.0, -1.5, 2.0, 10.0, 9.0, 1e15]) | st.integers(-100, 100).map(float)
rows = st.fixed_dictionaries(
    {
        **{name: st.none() | texts for name in FIELDS[:4]},
        "spent": st.none() | numbers,
        "since": st.none() | st.sampled_from(MOMENTS),
    }
)
my_attributes = st.fixed_dictionaries(
    {},
    optional={
        "region": st.none() | texts,
        "regions": st.lists(texts, max_size=3),
        "limit": st.sampled_from(["5", "x", "", "2.5"]),
    },
)

_signs = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
_mine = st.sampled_from([My("region"), My("regions"), My("limit"), My("nothing")])
_number = st.sampled_from(["0", "-1.5", "2", "10", "9", "99999999999999999999"]).map(Number)
_moment = st.sampled_from(["2026-01-01", "2026-01-02", "2026-01-01T00:00:00Z", "1999-12-31T13:00:00+01:00"])
_text_field = st.sampled_from(FIELDS[:4])

_tests = st.one_of(
    st.builds(Compare, _text_field, _signs | st.just("~"), texts | _mine | _number | st.booleans()),
    st.builds(Compare, st.just("spent"), _signs, _number | _mine),
    st.builds(Compare, st.just("since"), _signs, _moment | _mine),
    st.builds(Among, _text_field, st.lists(texts, min_size=1, max_size=3).map(tuple) | _mine, st.booleans()),
    st.builds(Among, st.just("spent"), st.lists(_number, min_size=1, max_size=3).map(tuple) | _mine, st.booleans()),
    st.builds(Among, st.just("since"), st.lists(_moment, min_size=1, max_size=2).map(tuple), st.booleans()),
    st.builds(Known, st.sampled_from(FIELDS) | _mine, st.booleans()),
    st.builds(Constant, st.booleans()),
)
rules = st.recursive(
    _tests,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
_scopes = st.none() | st.none() | rules.map(unparse_rule)
_NAMES = ("display_name", "sort_name", "full_name", "given_name", "family_name")
_entries = st.sampled_from([*FIELDS, *_NAMES, "pii:identity", "pii:free_text", "pii:contact", "pii:standing", "*"])
_verbs = st.sampled_from([{"customer": ("read",)}] * 5 + [{}, {"customer": ("read", "export")}, {"note": ("read",)}])
_denials = st.sampled_from([{}] * 12 + [{"customer": ("read",)}, {"customer": ("export",)}])


@st.composite
def roles(draw):
    """One to four roles that somebody holds."""
    return tuple(
        Role(
            role_id=f"role{number}",
            name=f"Role {number}",
            permissions=draw(_verbs),
            denials=draw(_denials),
            scope=draw(_scopes),
            deny_scope=draw(st.none() | st.none() | _scopes),
            masks=draw(st.dictionaries(_entries, st.sampled_from([*Mask] * 3 + [DENIED]), max_size=4)),
        )
        for number in range(draw(st.integers(1, 4)))
    )
