"""The least that is an XLSX workbook (ECMA-376): sheets of text, numbers and dates, with a bold header."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

Cell = str | int | float | date | None

_FIXED_TIME = (2026, 6, 30, 18, 0, 0)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PLAIN, _TITLE, _HEADER, _DATE, _MOMENT = range(5)
"""Indices into ``cellXfs`` below."""

_STYLES = f"""<styleSheet xmlns="{_MAIN}">
<numFmts count="2">
<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>
<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/>
</numFmts>
<fonts count="3">
<font><sz val="11"/><name val="Calibri"/></font>
<font><b/><sz val="14"/><name val="Calibri"/></font>
<font><b/><sz val="11"/><name val="Calibri"/></font>
</fonts>
<fills count="3">
<fill><patternFill patternType="none"/></fill>
<fill><patternFill patternType="gray125"/></fill>
<fill><patternFill patternType="solid"><fgColor rgb="FFE3EBE4"/></patternFill></fill>
</fills>
<borders count="1"><border/></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="5">
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>
<xf numFmtId="0" fontId="2" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
</cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>"""


class Sheet:
    """One sheet: a title, a remark, an empty line, a header, then rows.

    Args:
        title: the first line.
        remark: the second.
        rows: at least one; the first one's keys are the header.
        widths: of the columns, in characters.
    """

    def __init__(self, title: str, remark: str, rows: Sequence[Mapping[str, Cell]], widths: Sequence[int]) -> None:
        above = [((title,), _TITLE), ((remark,), _PLAIN), ((), _PLAIN), (tuple(rows[0]), _HEADER)]
        self._rows: list[tuple[tuple[Cell, ...], int]] = [
            *above,
            *((tuple(row.values()), _PLAIN) for row in rows),
        ]
        self._widths = widths

    def xml(self) -> str:
        """The worksheet part."""
        columns = "".join(
            f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(self._widths, 1)
        )
        rows = "".join(_row(number, row, style) for number, (row, style) in enumerate(self._rows, 1) if row)
        return f'<worksheet xmlns="{_MAIN}"><cols>{columns}</cols><sheetData>{rows}</sheetData></worksheet>'


def write_workbook(path: Path, sheets: Mapping[str, Sheet]) -> None:
    """Write ``sheets`` by name; the same content gives the same bytes."""
    names = list(sheets)
    parts = {
        "[Content_Types].xml": _content_types(len(names)),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        + "".join(f'<sheet name="{escape(n)}" sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(names, 1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            [("worksheet", f"worksheets/sheet{i}.xml") for i in range(1, len(names) + 1)] + [("styles", "styles.xml")]
        ),
        "xl/styles.xml": _STYLES,
    } | {f"xl/worksheets/sheet{i}.xml": sheets[name].xml() for i, name in enumerate(names, 1)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, _FIXED_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _DECLARATION + text)


def _content_types(sheets: int) -> str:
    overrides = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    overrides += [(f"/xl/worksheets/sheet{i}.xml", "worksheet") for i in range(1, sheets + 1)]
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="{n}" ContentType="{_OFFICE_TYPE}.{t}+xml"/>' for n, t in overrides)
        + "</Types>"
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="rId{i}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def _row(number: int, values: tuple[Cell, ...], style: int) -> str:
    cells = "".join(_cell(column, number, value, style) for column, value in enumerate(values))
    return f'<row r="{number}">{cells}</row>'


def _cell(column: int, row: int, value: Cell, style: int) -> str:
    if value is None or value == "":
        return ""
    place = f'r="{chr(65 + column)}{row}"'  # at most 26 columns
    if isinstance(value, datetime):
        return f'<c {place} s="{_MOMENT}"><v>{_serial(value):.8f}</v></c>'
    if isinstance(value, date):
        return f'<c {place} s="{_DATE}"><v>{value.toordinal() - 693594}</v></c>'
    if isinstance(value, str):
        mark = f' s="{style}"' if style else ""
        return f'<c {place}{mark} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f"<c {place}><v>{value}</v></c>"


def _serial(moment: datetime) -> float:
    """Days since 30 December 1899, as spreadsheets count."""
    return (moment - datetime(1899, 12, 30)).total_seconds() / 86400  # noqa: DTZ001 - spreadsheets know no zones
