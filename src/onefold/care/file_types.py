"""What a file is, by its first bytes: the name and the declared type must not say otherwise.

Only kinds on this list are taken. Pages, drawings with script, programs and scripts are refused whatever they are
called. This is no virus scanner: an accepted document may still carry something harmful, and is therefore only ever
served as a download.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from onefold.care.file_names import extension_of
from onefold.errors import InvalidInput

PREVIEWED = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""Pictures that a browser may show in the page."""

_HEAD = 4096
_TEXT_TYPES = {
    "txt": "text/plain",
    "log": "text/plain",
    "md": "text/plain",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/json",
    "eml": "message/rfc822",
    "ics": "text/calendar",
    "vcf": "text/vcard",
}
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
_ENDINGS: dict[str, tuple[str, ...]] = {
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg", "jfif"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/bmp": ("bmp",),
    "image/tiff": ("tif", "tiff"),
    "image/heic": ("heic", "heif"),
    "application/pdf": ("pdf",),
    "application/rtf": ("rtf",),
    "application/zip": ("zip",),
    "application/gzip": ("gz",),
    "application/x-ole-storage": ("doc", "xls", "ppt", "msg"),
    f"{_OFFICE}wordprocessingml.document": ("docx",),
    f"{_OFFICE}spreadsheetml.sheet": ("xlsx",),
    f"{_OFFICE}presentationml.presentation": ("pptx",),
    f"{_OPEN}text": ("odt",),
    f"{_OPEN}spreadsheet": ("ods",),
    f"{_OPEN}presentation": ("odp",),
    "audio/mpeg": ("mp3",),
    "audio/wav": ("wav",),
    "audio/ogg": ("ogg", "oga", "opus"),
    "audio/mp4": ("m4a",),
    "video/mp4": ("mp4", "m4v"),
    "video/quicktime": ("mov",),
    "video/webm": ("webm",),
    **{media_type: tuple(e for e, t in _TEXT_TYPES.items() if t == media_type) for media_type in _TEXT_TYPES.values()},
}
"""Type -> endings that go with it. Types are named after the bytes, so ``doc`` and ``xls`` share one."""

_SIGNATURES: tuple[tuple[bytes, int, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"BM", 0, "image/bmp"),
    (b"II*\x00", 0, "image/tiff"),
    (b"MM\x00*", 0, "image/tiff"),
    (b"%PDF-", 0, "application/pdf"),
    (b"{\\rtf", 0, "application/rtf"),
    (b"PK\x03\x04", 0, "application/zip"),
    (b"PK\x05\x06", 0, "application/zip"),
    (b"\x1f\x8b", 0, "application/gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "application/x-ole-storage"),
    (b"ID3", 0, "audio/mpeg"),
    (b"\xff\xfb", 0, "audio/mpeg"),
    (b"\xff\xf3", 0, "audio/mpeg"),
    (b"OggS", 0, "audio/ogg"),
    (b"\x1aE\xdf\xa3", 0, "video/webm"),
)
_CONTAINERS: tuple[tuple[bytes, tuple[bytes, ...], str], ...] = (
    (b"RIFF", (b"WEBP",), "image/webp"),
    (b"RIFF", (b"WAVE",), "audio/wav"),
    (b"ftyp", (b"heic", b"heix", b"mif1", b"msf1"), "image/heic"),
    (b"ftyp", (b"M4A ",), "audio/mp4"),
    (b"ftyp", (b"qt  ",), "video/quicktime"),
    (b"ftyp", (b"isom", b"iso2", b"mp41", b"mp42", b"avc1", b"dash", b"M4V ", b"3gp4", b"3gp5"), "video/mp4"),
)
_PROGRAMS: tuple[bytes, ...] = (
    b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe", b"\x00asm", b"dex\n", b"L\x00\x00\x00\x01\x14\x02\x00", b"!<arch>", b"\xed\xab\xee\xdb",
)  # fmt: skip
_PAGE = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|iframe|object|embed)[\s>/:-]", re.IGNORECASE)
_MARKUP = re.compile(r"[\s\ufeff]*<\s*[!?a-z]", re.IGNORECASE)
_REFUSED_WORDS = """
html htm xhtml xht shtml mht mhtml svg svgz xml xsl xslt js mjs cjs jse vbs vbe wsf wsh hta exe dll com bat cmd ps1 psm1
sh bash zsh fish py pyc rb pl php phtml jsp asp aspx cgi jar war class apk ipa app msi msp scr pif cpl lnk url reg inf
sys drv so dylib bin elf deb rpm dmg iso img vhd wasm swf docm dotm xlsm xltm xlam pptm potm ppsm ppam chm hlp scf
desktop library-ms settingcontent-ms appref-ms
"""
_REFUSED_ENDINGS = frozenset(_REFUSED_WORDS.split())


def media_type_of(path: Path, name: str, declared: str | None) -> str:
    """The type of the file at ``path``, if it is one that may be kept and is called what it is.

    Args:
        path: of the whole content.
        name: as it will be shown.
        declared: the type that the sender said, if any.

    Raises:
        InvalidInput: a kind that is not taken, or the name or declared type says something else.
    """
    ending = extension_of(name)
    with path.open("rb") as content:
        found = _sniffed(content, ending)
    if ending in _REFUSED_ENDINGS:
        raise _refused(f"files called .{ending}")
    if ending not in _ENDINGS[found]:
        endings = ", ".join(f".{one}" for one in _ENDINGS[found])
        raise InvalidInput(
            f"{name!r} is {found} by its content",
            hint=f"Give it the ending that it is: {endings}.",
            media_type=found,
        )
    _check_declared(declared, found)
    return found


def is_still(path: Path, media_type: str) -> bool:
    """Whether the bytes at ``path`` begin as ``media_type`` does: looked at again before a picture is shown."""
    with path.open("rb") as content:
        return _by_signature(content.read(_HEAD)) == media_type


def _sniffed(content: BinaryIO, ending: str) -> str:
    head = content.read(_HEAD)
    if not head:
        raise InvalidInput("the file is empty", hint="Choose a file with something in it.")
    if head.startswith(_PROGRAMS):
        raise _refused("programs and scripts")
    found = _by_signature(head)
    if found is None:
        return _text_type(content, head, ending)
    if found == "application/zip":
        return _archive_type(content)
    if (found.startswith("image/") or found == "application/pdf") and _PAGE.search(head[:1024]):
        raise _refused("pictures and documents with a web page inside")
    return found


def _by_signature(head: bytes) -> str | None:
    for signature, offset, media_type in _SIGNATURES:
        if head.startswith(signature, offset):
            return media_type
    for mark, brands, media_type in _CONTAINERS:
        is_marked = head.startswith(mark) if mark == b"RIFF" else head[4:8] == mark
        if is_marked and head[8:12] in brands:
            return media_type
    return None


def _text_type(content: BinaryIO, head: bytes, ending: str) -> str:
    """Of what bears no signature: text in UTF-8 or UTF-16 without markup, by its ending."""
    if ending not in _TEXT_TYPES:
        raise _refused("files of this kind")
    import codecs

    is_wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if is_wide else "utf-8")()
    content.seek(0)
    try:
        beginning = decoder.decode(head)
        if _MARKUP.match(beginning):
            raise _refused("web pages and drawings with markup")
        content.seek(len(head))
        for chunk in iter(lambda: content.read(1 << 20), b""):
            if "\x00" in decoder.decode(chunk):
                raise _refused("binary files called text")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise InvalidInput(
            "the file is no text in UTF-8", hint="Save it as UTF-8, or pack it into a .zip.", media_type=None
        ) from None
    if "\x00" in beginning:
        raise _refused("binary files called text")
    return _TEXT_TYPES[ending]


def _archive_type(content: BinaryIO) -> str:
    """Of a ZIP, by its list of contents alone: nothing is unpacked."""
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            names = set(archive.namelist()[:100_000])
            is_open_document = "mimetype" in names and archive.getinfo("mimetype").file_size < 200
            said = archive.read("mimetype").decode("ascii", "ignore").strip() if is_open_document else ""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError, KeyError):
        raise InvalidInput("the archive cannot be read", hint="Pack it again.") from None
    if any("vbaproject.bin" in name.lower() for name in names):
        raise _refused("documents with macros")
    if said in _ENDINGS and said.startswith(_OPEN):
        return said
    if "[Content_Types].xml" in names:
        parts: dict[str, Callable[[str], bool]] = {
            f"{_OFFICE}wordprocessingml.document": lambda name: name.startswith("word/"),
            f"{_OFFICE}spreadsheetml.sheet": lambda name: name.startswith("xl/"),
            f"{_OFFICE}presentationml.presentation": lambda name: name.startswith("ppt/"),
        }
        for media_type, is_part in parts.items():
            if any(map(is_part, names)):
                return media_type
    return "application/zip"


def _check_declared(declared: str | None, found: str) -> None:
    said = (declared or "").partition(";")[0].strip().lower()
    if not said or said in ("application/octet-stream", "binary/octet-stream", found):
        return
    if said in _OTHER_NAMES.get(found, ()) or (found in _TEXT_TYPES.values() and said == "text/plain"):
        return
    raise InvalidInput(
        f"sent as {said}, but the content is {found}", hint="Send it as what it is.", media_type=found, declared=said
    )


_OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "image/jpeg": ("image/jpg", "image/pjpeg"),
    "image/bmp": ("image/x-ms-bmp", "image/x-bmp"),
    "image/heic": ("image/heif",),
    "application/rtf": ("text/rtf",),
    "application/zip": ("application/x-zip-compressed", "application/x-zip"),
    "application/gzip": ("application/x-gzip",),
    "application/x-ole-storage": (
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.ms-outlook",
    ),
    "audio/mpeg": ("audio/mp3",),
    "audio/wav": ("audio/x-wav", "audio/wave", "audio/vnd.wave"),
    "audio/mp4": ("audio/x-m4a", "audio/m4a"),
    "video/mp4": ("video/x-m4v",),
    "video/webm": ("audio/webm",),
    "text/csv": ("application/vnd.ms-excel", "application/csv", "text/comma-separated-values"),
    "text/plain": ("text/markdown", "text/x-markdown", "text/x-log"),
    "text/vcard": ("text/x-vcard",),
    "application/json": ("text/json",),
}
"""What browsers and mail programs call the same things."""


def _refused(what: str) -> InvalidInput:
    return InvalidInput(
        f"{what} are not taken", hint="Documents, pictures, sound, text and .zip archives are; programs and pages not."
    )
