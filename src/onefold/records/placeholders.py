"""What people type when they have nothing to say: recognised as absence, per kind of value."""

from __future__ import annotations

import polars as pl

from onefold.records.text import clean
from onefold.records.vocabulary import word_list

_ANYWHERE = """
    n/a|na|n.a.|n.a|#n/a|#na|n\\a|none|null|nil|nan|<na>|undefined|(null)|(none)|(blank)|blank|empty|missing
    unknown|unknwon|not known|not available|not applicable|not provided|not given|not specified|not set|n.d.|nd|n/d|s/d
    tbd|tba|tbc|to be confirmed|xxx|xx|xxxx|xxxxx|xxxxxx|???|??|?|-|--|---|.|..|...|_|__|/|*|**|***|x|\\n
    test|testing|test test|testtest|dummy|asdf|qwerty|asdfgh|foo|foo bar|lorem ipsum
    desconocido|desconocida|sin datos|sin dato|sin informacion|sin información|no consta|no aplica|ninguno|ninguna
    desconegut|desconeguda|sense dades|no disponible|no consta|unspecified|sense especificar
    unbekannt|keine angabe|k.a.|k. a.|entfällt|inconnu|inconnue|non renseigné|non renseigne
    άγνωστο|άγνωστος|άγνωστη|αγνωστο|αγνωστος|αγνωστη|δ/υ|δ.υ.|δ/α|δεν υπάρχει|δεν υπαρχει|κενό|κενο|-δ/υ-|χωρίς
    نامشخص|ندارد|نا مشخص|ناشناس|نامعلوم|بدون|خالی|تست
    无|無|不详|不詳|未知|未填|未填写|未填寫|未提供|暂无|暫無|没有|沒有|空|匿名|测试|測試|不明|不适用|不適用
    не указано|неизвестно|нет
"""
ANYWHERE = frozenset(word.strip() for line in _ANYWHERE.strip().splitlines() for word in line.split("|"))
"""Absence in any column, lower case. A one-word answer such as 'none' or 'no' can be data elsewhere; see
``is_blank``."""

_NAME_WORDS = frozenset(
    word_list("""
    test testing tester unknown guest customer client web cash anonymous anon user admin
    administrator account dummy sample demo example person name first last firstname lastname
    surname fake temp noname nobody someone walk in walkin shopper visitor default deleted removed
    gelöscht contact consumer private retail online cliente usuario prueba desconocido invitado
    anonimo nombre apellido cognom nom prova kunde testkunde unbekannt gast πελατης πελάτης δοκιμή
    δοκιμη άγνωστος αγνωστος مشتری کاربر تست ناشناس مهمان 客户 客戶 顾客 顧客 用户 用戶 测试 測試 匿名 访客 訪客 na none
    null nil xxx xx asdf qwerty asd
""")
)
"""A name made of nothing but these is nobody's."""


MAILBOX_WORDS = word_list(
    """sales office info accounts accounting admin support contact hello billing service help helpdesk team mail email
    marketing reception enquiries orders shop noreply no-reply webmaster postmaster kontakt ventas vendes comercial
    administracion administracio contabilidad oficina buchhaltung vertrieb service compta accueil"""
)
"""Local parts of shared mailboxes: as the name beside such an address they name nobody."""


_KEYS = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1234567890",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qwertzuiop",
    "yxcvbnm",
)
_LEAST_WALK = 5
"""Neighbouring keys in a row that nobody is called; four of the home row are enough."""


def _walks() -> frozenset[str]:
    rows = [*_KEYS, *(row[::-1] for row in _KEYS)]
    found = {row[a:b] for row in rows for a in range(len(row)) for b in range(a + _LEAST_WALK, len(row) + 1)}
    return frozenset(found | {"asdf", "sdfg", "fdsa", "hjkl", "lkjh", "jkl", "poiu", "zxcv", "qwer", "qazwsx", "qsdf"})


KEYBOARD_WALKS = _walks()
"""Words that a hand makes along a row of keys."""


def is_blank(values: pl.Series) -> pl.Series:
    """Mask of the (cleaned) values that stand for nothing in any column."""
    lower = values.str.to_lowercase()
    return (lower.is_in(list(ANYWHERE)) | lower.str.contains(r"^[\W_]+$")).fill_null(value=False)


def is_nobody(values: pl.Series) -> pl.Series:
    """Mask of the (cleaned) names that name nobody: 'Test Test', 'Web Customer', 'xxx', 'Unknown'."""
    folded = values.str.to_lowercase().str.replace_all(r"[\W_\d]+", " ").str.strip_chars()
    nothing = list(_NAME_WORDS | KEYBOARD_WALKS)
    distinct = folded.str.split(" ").list.eval(pl.element().is_in(nothing).all()).list.first()
    repeated = folded.str.contains(r"^(a{3,}|x{2,}|z{2,}|b{3,}|asd[a-z]*|qwe[a-z]*)$")
    nobody = is_blank(values) | distinct | repeated | (folded == "")
    return (nobody & (values != "Na")).fill_null(value=False)  # 娜 is a common given name, NA is none


def is_filler_number(values: pl.Series) -> pl.Series:
    """Mask of the digit strings that nobody was given: 000000, 1111111, 123456789, 9876543210, 10000000000."""
    digits = values.str.replace_all(r"[^0-9A-Za-z]", "")
    one_digit = pl.Series([f"^{d}+$" for d in "0123456789"])
    same = digits.str.contains("|".join(one_digit.to_list()))
    core = digits.str.strip_chars_start("0")
    run = core.str.contains(r"^1?(?:23456|234567|2345678|23456789)0?$|^1234567890\d*$|^9876543(?:2(?:10?)?)?$")
    round_number = core.str.contains(r"^[1-9]0{7,}$")
    return (same & (digits.str.len_chars() >= 3) | run | round_number).fill_null(value=False)


def blank_to_null(values: pl.Series) -> pl.Series:
    """Cleaned values, null where they stand for nothing."""
    cleaned = clean(values)
    return cleaned.set(is_blank(cleaned), None)
