"""Encodings that people really have, in files as short as they really are."""

from __future__ import annotations

import codecs

import pytest

from onefold.errors import InvalidInput
from onefold.sources.files.encodings import detect_legacy_encoding

PEOPLE = {
    "western": ["José García", "François Lefèvre", "Jürgen Müller", "Søren Ångström", "João Gonçalves", "Zoë Peña"],
    "polish": ["Łukasz Wiśniewski", "Żaneta Dąbrowska", "Michał Kowalczyk", "Stanisław Zieliński", "Józef Kamiński"],
    "czech": ["Jiří Dvořák", "Tomáš Černý", "Lukáš Procházka", "Zdeněk Kučera", "Věra Veselá"],
    "hungarian": ["Szabó László", "Tóth Erzsébet", "Kovács Gergő", "Nagy Ödön", "Győrffy Ágnes"],
    "russian": ["Иван Петров", "Ольга Смирнова", "Сергей Кузнецов", "Екатерина Попова", "Юрий Соловьёв"],
    "ukrainian": ["Андрій Шевченко", "Олена Ковальчук", "Ігор Бойко", "Юлія Ткаченко", "Михайло Кравець"],
    "greek": ["Γιώργος Παπαδόπουλος", "Μαρία Νικολάου", "Ελένη Ιωάννου", "Κώστας Δημητρίου", "Άννα Βασιλείου"],
    "turkish": ["Ayşe Yılmaz", "Mehmet Şahin", "Gülşen Öztürk", "İbrahim Çağlar", "Oğuz Işık"],
    "arabic": ["محمد علي", "فاطمة حسن", "أحمد عبد الله", "مريم إبراهيم", "يوسف الخطيب"],
    "persian": ["رضا محمدي", "زهرا حسيني", "علي احمدي", "پريسا كريمي", "مژگان رضايي"],
    "hebrew": ["דוד כהן", "שרה לוי", "משה פרידמן", "רחל מזרחי", "יעקב ביטון"],
    "simplified": ["王伟", "李娜", "张敏", "刘洋", "陈静", "北京市朝阳区建国路88号"],
    "traditional": ["陳志明", "林淑芬", "黃雅婷", "張家豪", "李美玲", "台北市信義區信義路五段7號"],
    "japanese": ["佐藤太郎", "鈴木花子", "高橋健一", "たなかゆうこ", "ワタナベ"],
    "korean": ["김민수", "이영희", "박지훈", "최은정", "서울특별시 강남구"],
}

CASES = [
    ("western", "utf-8"),
    ("western", "utf-8-sig"),
    ("western", "cp1252"),
    ("western", "iso8859_1"),
    ("polish", "cp1250"),
    ("polish", "iso8859_2"),
    ("czech", "cp1250"),
    ("czech", "iso8859_2"),
    ("hungarian", "cp1250"),
    ("russian", "cp1251"),
    ("russian", "koi8_r"),
    ("russian", "cp866"),
    ("ukrainian", "cp1251"),
    ("greek", "cp1253"),
    ("greek", "iso8859_7"),
    ("turkish", "cp1254"),
    ("arabic", "cp1256"),
    ("persian", "cp1256"),
    ("hebrew", "cp1255"),
    ("simplified", "gb18030"),
    ("simplified", "utf-8"),
    ("traditional", "big5"),
    ("japanese", "cp932"),
    ("korean", "cp949"),
    *[(people, codec) for people in PEOPLE for codec in ("utf-16", "utf-16-le", "utf-16-be")],
]


def file_of(names: list[str]) -> str:
    rows = [f'{i},{name},{i}@example.com,"{name}, {i}"' for i, name in enumerate(names)]
    return "\r\n".join(["id,name,email,label", *rows, ""])


@pytest.mark.parametrize(("people", "codec"), CASES)
def test_names_survive_their_encoding(read_one, people, codec):
    table = read_one(file_of(PEOPLE[people]).encode(codec))
    assert table.column("name") == PEOPLE[people]
    assert table.columns == ("id", "name", "email", "label")


@pytest.mark.parametrize(
    ("people", "codec"), [("western", "cp1252"), ("greek", "cp1253"), ("simplified", "gb18030"), ("western", "utf-8")]
)
def test_a_few_names_far_into_the_file_decide(read_one, people, codec):
    ascii_rows = "".join(f"{i},plain name number {i}\n" for i in range(120_000))
    late = "".join(f"{i},{name}\n" for i, name in enumerate(PEOPLE[people]))
    table = read_one(("id,name\n" + ascii_rows + late).encode(codec))
    assert table.column("name")[-len(PEOPLE[people]) :] == PEOPLE[people]


def test_headers_in_a_legacy_encoding_are_read(read_one):
    table = read_one("Όνομα;Επώνυμο;Πόλη\nΓιώργος;Παππάς;Αθήνα\nΜαρία;Νίκου;Πάτρα\n".encode("cp1253"))
    assert table.columns == ("Όνομα", "Επώνυμο", "Πόλη")
    assert "encoding windows-1253" in table.notes


def test_trail_bytes_that_look_like_delimiters_cut_nothing(read_one):
    # In Big5, 功 ends in the byte of a backslash and 育 in that of a bar.
    rows = "".join(f"{i}|許功蓋|教育部|體育署\n" for i in range(5))
    assert read_one(("id|name|dept|unit\n" + rows).encode("big5")).column("dept") == ["教育部"] * 5


def test_one_broken_line_in_utf8_is_set_aside_not_the_file_misread(read_one):
    good = "".join(f"{i},Zoë Müller\n" for i in range(100)).encode()
    table = read_one(b"id,name\n" + good + b"x,Jos\xe9\n" + "y,Åsa\n".encode())
    assert len(table.rows) == 101
    assert table.rows[-1]["name"] == "Åsa"
    assert [(bad.line, bad.reason) for bad in table.bad_rows] == [(102, "holds bytes that are not UTF-8")]


def test_a_character_cut_by_a_chunk_is_no_error(read_one, monkeypatch):
    monkeypatch.setattr("onefold.sources.files.stored_file.CHUNK_BYTES", 7)
    for codec in ("utf-8", "utf-16", "gb18030", "big5"):
        table = read_one(file_of(PEOPLE["traditional"]).encode(codec), f"{codec}.csv")
        assert table.column("name") == PEOPLE["traditional"]


def test_the_encoding_a_person_names_wins(read_one):
    content = "id,name\n1,José\n".encode("cp1252")
    assert read_one(content, encoding="cp1251").column("name") == ["Josй"]
    assert read_one(codecs.BOM_UTF8 + "id,name\n1,José\n".encode(), "b.csv", encoding="utf-8").columns == ("id", "name")


def test_an_unknown_encoding_is_refused_with_known_ones(read_one):
    with pytest.raises(InvalidInput, match="klingon") as caught:
        read_one("id,name\n1,Ana\n", encoding="klingon")
    assert "windows-1253" in caught.value.hint


def test_a_doubtful_encoding_is_called_a_guess(read_one):
    notes = read_one("id,name\n1,Zo\xeb\n".encode("cp1252")).notes
    assert "encoding windows-1252" in notes or "guess" in notes


def test_a_table_all_in_greek_capitals_is_not_read_as_cyrillic():
    rows = ["ΚΩΔ_ΠΕΛΑΤΗ;ΕΠΩΝΥΜΟ;ΟΝΟΜΑ;ΔΙΕΥΘΥΝΣΗ;ΠΟΛΗ", "Π00001;ΝΙΚΟΛΑΙΔΟΥ;ΕΥΑΓΓΕΛΙΑ;ΑΓΙΟΥ ΔΗΜΗΤΡΙΟΥ 142;ΧΑΝΙΑ"]
    rows += ["Π00002;ΠΑΠΑΔΟΠΟΥΛΟΣ;ΓΕΩΡΓΙΟΣ;ΕΡΜΟΥ 3;ΑΘΗΝΑ", "Π00003;ΖΕΡΒΟΣ;ΚΛΕΑΝΘΗΣ;ΠΑΠΑΝΑΣΤΑΣΙΟΥ 10;ΘΕΣΣΑΛΟΝΙΚΗ"]
    cells = [cell.encode("cp1253") for row in rows for cell in row.split(";") if not cell.isascii()]
    assert detect_legacy_encoding(cells).codec == "cp1253"
