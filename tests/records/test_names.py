import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from onefold.records import name_key
from onefold.records.name_columns import (
    NameContext,
    display_names,
    full_names,
    generations,
    name_parts,
    native_names,
    seeded_context,
)
from onefold.records.name_words import PARTICLES, SUFFIXES
from onefold.records.names import parse_full_name, tokens_of
from onefold.records.text import words

WORD = st.text(alphabet="abcdefghijklmnopqrstuvwxyzáéíóúñçàè", min_size=3, max_size=9)


def parsed(text: str) -> tuple[str | None, str | None]:
    names = full_names(pl.Series([text], dtype=pl.String), seeded_context())
    return names["given_words"][0], names["family_words"][0]


@pytest.mark.parametrize(
    ("text", "given_words", "family_words"),
    [
        ("Maria García", "maria", "garcia"),
        ("GARCÍA LÓPEZ, MARÍA JOSÉ", "maria jose", "garcia lopez"),
        ("Dr. John Smith Jr.", "john", "smith"),
        ("John Smith, PhD", "john", "smith"),
        ("Sra. Núria Puig i Font", "nuria", "puig font"),
        ("José Ortega y Gasset", "jose", "ortega gasset"),
        ("Puig i Font", None, "puig font"),
        ("Pau Martin i Vila", "pau", "martin vila"),
        ("Ana Maria E Soler", "ana maria", "soler"),
        ("Carmen E Vinesguez", "carmen", "vinesguez"),
        ("Robert e Kinabsby", "robert", "kinabsby"),
        ("Maria Y. Garcia Lopez", "maria", "garcia lopez"),
        ("Tanetta E Morlinsby", "tanetta", "morlinsby"),
        ("Ben Sullivan", "ben", "sullivan"),
        ("Du Zhiyu", "zhiyu", "du"),
        ("AL WANUIC", "al", "wanuic"),
        ("Sullivan, Ben John", "ben john", "sullivan"),
        ("Mohamed Ben Salah", "mohamed", "salah"),
        ("Ludwig van Beethoven", "ludwig", "beethoven"),
        ("María de la Cruz", "maria", "cruz"),
        ('Robert "Bob" O\'Brien', "robert", "obrien"),
        ("Hosseini Maryam", "maryam", "hosseini"),
        ("آقای حسین قربانی", "hossein", "ghorbani"),
        ("پريسا ابراهيمي", "parisa", "ebrahimi"),
        ("κ. Γιώργος Παπαδόπουλος", "giorgos", "papadopoulos"),
        ("ΠΑΠΑΔΟΠΟΥΛΟΣ ΓΙΩΡΓΟΣ", "giorgos", "papadopoulos"),
        ("陳美玲", "meiling", "chen"),
        ("李　豪芬", "haofen", "li"),
        ("歐陽豪芬", "haofen", "ouyang"),
        ("曾国藩先生", "guofan", "zeng"),
        ("Wang Shu-ling", "shuling", "wang"),
        ("Chen, Mei Ling", "meiling", "chen"),
        ("김민수", "minsu", "gim"),
        ("Jürgen Müller", "juergen", "mueller"),
        ("Sergio Agüero", "sergio", "aguero"),
        ("Иван Петров", "ivan", "petrov"),
    ],
)
def test_given_and_family_names_are_told_apart(text: str, given_words: str, family_words: str) -> None:
    assert parsed(text) == (given_words, family_words)


@pytest.mark.parametrize(
    ("text", "generation"),
    [
        ("Orlan Vesterby Jr.", "2"),
        ("Vesterby, Orlan, Sr", "1"),
        ("Orlan Vesterby III", "3"),
        ("Joãozinho Tavariz Filho", "2"),
        ("Pascal Tremontel fils", "2"),
        ("Pascal Tremontel père", "1"),
        ("Orlan Vesterby", None),
        ("Amar Sen", None),
        ("Li Jun", None),
        ("Joan Pere", None),
    ],
)
def test_suffixes_tell_which_bearer_of_a_name_is_meant(text: str, generation: str | None) -> None:
    names = full_names(pl.Series([text], dtype=pl.String), seeded_context())
    assert generations(names["suffix"])[0] == generation
    assert names["given_words"][0]
    assert names["family_words"][0]


@pytest.mark.parametrize(
    "text",
    [
        "Test Test",
        "Asdf Jkl",
        "Qwertz",
        "Lkjhg",
        "N/A",
        "Unknown Unknown",
        "Web Customer",
        "xxx",
        "-",
        "نامشخص",
        "客户",
    ],
)
def test_names_of_nobody_are_placeholders(text: str) -> None:
    names = full_names(pl.Series([text]), seeded_context())
    assert names["absence"].to_list() == ["placeholder"]


@given(WORD, WORD)
def test_case_accents_order_and_spaces_do_not_change_the_key(first: str, second: str) -> None:
    assume(not {first, second} & (PARTICLES | SUFFIXES))  # what stands before or behind a name has its place
    key = name_key(f"{first} {second}")
    assert name_key(f"  {first.upper()}   {second.title()} ") == key
    assert name_key(f"{second}, {first}") == key


@given(WORD, WORD)
def test_key_of_a_key_is_the_key(first: str, second: str) -> None:
    assume(all(words(pl.Series([word]))[0] not in SUFFIXES for word in (first, second)))  # 'Cbè' is no honour, 'CBE' is
    key = name_key(f"{first} {second}")
    assert key is None or name_key(key) == key


@given(st.lists(st.tuples(WORD, WORD, st.sampled_from(["{} {}", "{}, {}", "{} {}".upper()])), min_size=1, max_size=20))
def test_columns_decide_as_single_names_do(cases: list[tuple[str, str, str]]) -> None:
    context = NameContext({**seeded_context().roles, cases[0][0]: -3, cases[-1][1]: 3}, 1)
    texts = [shape.format(a, b) for a, b, shape in cases]
    found = full_names(pl.Series(texts), context)
    for text, given_words, family_words in zip(texts, found["given_words"], found["family_words"], strict=True):
        tokens = tokens_of(text)
        latin_of = dict(zip(tokens, (w or "" for w in words(pl.Series(tokens)).to_list()), strict=True))
        one = parse_full_name(text, context.roles, latin_of, context.prior)
        if given_words is not None and " " not in given_words:
            assert (one.given_words or None, one.family_words or None) == (given_words, family_words)


def test_display_keeps_the_script_and_mends_capitals() -> None:
    names = full_names(pl.Series(["PUIG, NÚRIA", "陳美玲", "CHEN, Alex", "McDonald, Ian"]), seeded_context())
    assert display_names(names).to_list() == ["Núria Puig", "陳美玲", "Alex Chen", "Ian McDonald"]


def test_native_name_unifies_what_the_script_writes_in_two_ways() -> None:
    names = full_names(pl.Series(["陳美玲", "陈美玲", "پريسا كريمي", "پریسا کریمی", "Ana Puig"]), seeded_context())
    native = native_names(names).to_list()
    assert native[0] == native[1] == "陈美玲"
    assert native[2] == native[3] == "پریسا کریمی"
    assert native[4] is None


def test_parts_in_each_others_column_are_exchanged() -> None:
    found = name_parts(pl.Series(["García", "Ana"]), pl.Series(["María", "López"]), seeded_context())
    assert found["given_words"].to_list() == ["maria", "ana"]
    assert found["family_words"].to_list() == ["garcia", "lopez"]


def test_native_parts_make_one_name() -> None:
    found = name_parts(pl.Series(["美玲"]), pl.Series(["陳"]), seeded_context())
    assert display_names(found).to_list() == ["陳美玲"]
    assert found.select("given_words", "family_words").row(0) == ("meiling", "chen")


def test_na_the_given_name_is_not_na_the_placeholder() -> None:
    found = name_parts(pl.Series(["Na", "NA"]), pl.Series(["Li", "Li"]), seeded_context())
    assert found["given_words"].to_list() == ["na", None]
