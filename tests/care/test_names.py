"""Names of files, by property."""

from __future__ import annotations

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from onefold.care.file_names import LONGEST_BYTES, extension_of, safe_name
from onefold.care.text import checked, excerpt, folded

names = st.text(max_size=300) | st.text(
    st.sampled_from([*"../\\:\x00\n\r\t\u202e\u200f\u2044. a.PDFcon_\u200cپ王", "\ud800", "\U0001f600"]), max_size=300
)


@given(names)
@example("con .txt")
@example("..\u200c..")
@example("a.\u202e\u2066txt")
@example("x" * 176 + ". .txt")
@example("\u0344" * 90 + ".txt")
def test_a_safe_name_is_no_path_no_device_not_hidden_and_fits(name):
    safe = safe_name(name)
    assert safe
    assert not set(safe) & set('/\\<>:"|?*\x00')
    assert not safe.startswith(".")
    assert not safe.endswith((".", " "))
    assert safe == safe.strip()
    assert len(safe.encode()) <= LONGEST_BYTES + 1
    assert all(unicodedata.category(one) not in ("Cc", "Cs") for one in safe)
    assert all(unicodedata.bidirectional(one) not in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI") for one in safe)


@given(names)
def test_a_safe_name_is_safe(name):
    assert safe_name(safe_name(name)) == safe_name(name)


@given(st.text(st.sampled_from("aاπ王 -_1"), min_size=1, max_size=30).map(str.strip).filter(lambda one: one.strip("_")))
def test_plain_names_of_any_script_stay(stem):
    name = " ".join(stem.split()) + ".pdf"
    assert safe_name(name) == name
    assert extension_of(safe_name(name)) == "pdf"


@given(st.text(max_size=50))
def test_folding_twice_is_folding_once(name):
    assert folded(folded(name)) == folded(name)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=500))
def test_an_excerpt_is_one_short_line(text):
    line = excerpt(text)
    assert len(line) <= 140
    assert "\n" not in line
    if text.strip():
        assert checked(text, "it", longest=500) == text.strip()
