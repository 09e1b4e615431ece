"""The rule language: what parses, what is refused and where, and that both databases agree with plain Python."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.access import making, reference
from tests.access.conftest import PEOPLE, resolve

from onefold.errors import InvalidInput
from onefold.kernel import attributes_of, my_names_of, parse_rule, unparse_rule
from onefold.storage import compile_rule

SETTINGS = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@given(making.rules)
def test_a_rule_and_its_text_say_the_same(rule):
    assert parse_rule(unparse_rule(rule)) == rule


@given(st.text(max_size=60) | st.text(alphabet='ab"`()<>=!~ ,.:my1-\\', max_size=40))
def test_whatever_is_written_is_a_rule_or_is_refused_with_a_position(text):
    try:
        rule, position = parse_rule(text), 0
    except InvalidInput as error:
        rule, position = parse_rule("true"), error.fields["position"]
    assert 0 <= position <= len(text)
    assert parse_rule(unparse_rule(rule)) == rule


@SETTINGS
@given(rule=making.rules, rows=st.lists(making.rows, max_size=8), my=making.my_attributes)
def test_databases_admit_the_rows_that_plain_reading_admits(people, rule, rows, my):
    condition = compile_rule(rule, resolve, my)
    state = sa.case((condition, "true"), (sa.not_(condition), "false"), else_="unknown")
    found = people(rows, sa.select(PEOPLE.c.id, state).order_by(PEOPLE.c.id))
    words = {True: "true", False: "false", None: "unknown"}
    assert [state for _, state in found] == [words[reference.truth(rule, row, my)] for row in rows]


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("", 0, "an attribute"),
        ("tier", 4, "=, !="),
        ("tier = ", 7, "text, a number"),
        ("tier = 'gold'", 7, "double quotes"),
        ('tier = "gold', 7, 'ends with "'),
        ("tier in gold", 8, '"(" or my.'),
        ('tier in ("a" "b")', 13, '"," or ")"'),
        ('(tier = "a"', 11, '"and", "or" or ")"'),
        ('tier = "a" tier', 11, '"and", "or" or the end'),
        ("tier is gold", 8, '"known" or "unknown"'),
        ("tier not gold", 9, '"in"'),
        ("my.region = 3", 10, '"is known"'),
        ("tier = 1e5", 7, "an attribute, a value"),
        ("a; drop table role", 1, "an attribute, a value"),
        ("tier in ()", 9, "text, a number"),
        ("n = " + "9" * 31, 4, "at most 30 digits"),
    ],
)
def test_errors_say_where_and_what_was_expected(text, position, expected):
    with pytest.raises(InvalidInput) as refused:
        parse_rule(text)
    assert refused.value.fields["position"] == position
    assert expected in refused.value.fields["expected"]


@pytest.mark.parametrize("text", ["(" * 50 + "true" + ")" * 50, "not " * 50 + "true", "a = 1 or " * 1000 + "true"])
def test_endless_rules_are_refused(text):
    with pytest.raises(InvalidInput):
        parse_rule(text)


@pytest.mark.parametrize("text", ['a = "\x00"', 'a = "\ud800"'])
def test_characters_that_databases_cannot_hold_are_refused(text):
    with pytest.raises(InvalidInput):
        parse_rule(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('spent = "much"', "number"),
        ("since = 5", "date"),
        ('since > "2026-13-01"', "date"),
        ('spent ~ "1"', "no text"),
        ('planet = "Mars"', "no attribute is called 'planet'"),
    ],
)
def test_values_that_an_attribute_cannot_have_are_refused(text, words):
    with pytest.raises(InvalidInput, match=words):
        compile_rule(parse_rule(text), resolve, {})


def test_keywords_may_be_capitals_and_odd_names_stand_in_backticks():
    rule = parse_rule('NOT `external_id:crm id` = "7" AND (`in` IS KNOWN OR consent:newsletter = TRUE)')
    assert attributes_of(rule) == ("external_id:crm id", "in", "consent:newsletter")
    assert parse_rule(unparse_rule(rule)) == rule
    assert my_names_of(parse_rule("a in my.x or my.y is known or b = my.x")) == ("x", "y")


def test_contains_finds_other_scripts_in_capitals_and_small_letters(people):
    rows = [{"name": "Παπαδόπουλος"}, {"name": "ΠΑΠΑΣ"}, {"name": "MARIA"}, {"name": None}]
    for text, count in (("παπ", 2), ("mar", 1), ("100%", 0), ("", 3)):
        condition = compile_rule(parse_rule(f'name ~ "{text}"'), resolve, {})
        assert people(rows, sa.select(sa.func.count()).select_from(PEOPLE).where(condition)) == [(count,)]
