"""Octets to text under whatever label a mail gives them, by an allow-list of codecs and without ever failing."""

from __future__ import annotations

import codecs
from collections.abc import Mapping

from parsers.detection import likeliest

UNDECODABLE = "undecodable-octets"
MISLABELLED = "charset-mislabelled"
REFUSED = "charset-refused"

_LABELS = """
utf-8           utf-8 utf8 unicode-1-1-utf-8 utf8mb4 utf-8-sig cp65001
ascii           us-ascii ascii ansi_x3.4-1968 iso646-us 7bit 8bit
gb18030         gb2312 gb_2312-80 gb_2312 gb-2312 iso-gb2312 csgb2312 csiso58gb231280 chinese gbk x-gbk cp936 ms936 936
gb18030         euc-cn euccn gb18030 gb-18030 windows-936 gb18030-2000 csgb18030 gb2312_charset x-euc-cn
hz              hz-gb-2312 hz hzgb
big5hkscs       big5 big5-hkscs big-5 csbig5 x-x-big5 cn-big5 cp950 big5hkscs ms950 euc-tw x-euc-tw
iso2022_jp_ext  iso-2022-jp csiso2022jp iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-ms cp50220 cp50221
cp932           shift_jis shift-jis sjis x-sjis ms_kanji windows-31j cp932 csshiftjis ms932
euc_jp          euc-jp x-euc-jp eucjp cseucpkdfmtjapanese
cp949           ks_c_5601-1987 ks_c_5601-1989 ks_c_5601 ksc5601 ksc_5601 euc-kr euckr korean cp949 windows-949 uhc
cp949           cseuckr iso-ir-149
iso2022_kr      iso-2022-kr csiso2022kr
johab           johab
cp1252          iso-8859-1 iso8859-1 iso_8859-1 latin1 latin-1 l1 windows-1252 cp1252 x-cp1252 win-1252 ibm819 cp819
cp1252          ansi default x-unknown
cp1254          iso-8859-9 iso8859-9 iso_8859-9 latin5
cp874           iso-8859-11 tis-620 windows-874 cp874
iso8859_2       latin2 l2
iso8859_8       iso-8859-8-i iso-8859-8-e logical
iso8859_15      latin9 latin-9 l9
koi8_r          koi8-r koi8r cskoi8r koi8
koi8_u          koi8-u koi8-ru
mac_roman       macintosh mac x-mac-roman macroman
mac_cyrillic    x-mac-cyrillic x-mac-ukrainian
utf-16          utf-16 utf16 unicode ucs-2 csunicode
utf-16-le       utf-16le utf-16-le
utf-16-be       utf-16be utf-16-be
utf-32          utf-32 utf32
"""
_WINDOWS = (1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)
_DOS = (437, 850, 852, 855, 857, 858, 862, 864, 866)
_ISO = (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)

CODECS: Mapping[str, str] = {
    **{f"{prefix}{page}": f"cp{page}" for page in _WINDOWS for prefix in ("windows-", "cp", "x-cp", "win-")},
    **{f"{prefix}{page}": f"cp{page}" for page in _DOS for prefix in ("ibm", "cp", "")},
    **{f"{prefix}{part}": f"iso8859_{part}" for part in _ISO for prefix in ("iso-8859-", "iso8859-", "iso_8859-")},
    **{label: line.split()[0] for line in _LABELS.strip().split("\n") for label in line.split()[1:]},
}
"""Label, lower case, to the codec of the standard library: the superset that clients really send under that label
(WHATWG Encoding, section 4.2). What is not here is never used: `unicode_escape`, `utf-7`,
`idna` and their like let a stranger write markup that no filter saw, or spend quadratic time."""

_UNDEFINED_IN_1252 = {octet: chr(octet) for octet in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    """The five holes of windows-1252 become the controls that ISO 8859-1 has there, as browsers do."""
    if isinstance(error, UnicodeDecodeError):
        return "".join(
            _UNDEFINED_IN_1252.get(octet, "\ufffd") for octet in error.object[error.start : error.end]
        ), error.end
    raise error


codecs.register_error("postdesk-latin-1", _as_latin_1)


def codec(label: str) -> str | None:
    """The codec for a charset label, or None for one that is unknown or refused."""
    name = label.strip().strip("\"'").lower()
    return CODECS.get(name) or CODECS.get(name.replace("_", "-")) or CODECS.get(name.split("*", 1)[0])


def decoded(octets: bytes, label: str | None) -> tuple[str, str | None]:
    """The text, and the name of the defect if the label had to be overruled or something was lost.

    The ladder: the label's superset, UTF-8, the likeliest of the legacy charsets, and at last replacement characters.
    Well-formed UTF-8 under another label is UTF-8: no legacy text looks like it.
    """
    name = codec(label) if label else None
    unknown = REFUSED if label and name is None else None
    if octets.startswith(codecs.BOM_UTF8):
        octets, name = octets[3:], "utf-8"
    if b"\x1b$" in octets and octets.isascii():
        return _by_escapes(octets, name)
    if octets.isascii() and name not in _NOT_ASCII:
        return octets.decode("ascii"), unknown
    if name not in _NOT_ASCII and (text := _strictly(octets, "utf-8")) is not None and _speaks(text, name):
        return text, unknown if name in ("utf-8", "ascii", None) else MISLABELLED
    if name == "cp1252":
        return octets.decode("cp1252", "postdesk-latin-1"), None
    if name not in ("ascii", None) and (text := _strictly(octets, name)) is not None:
        return text, None
    return _guessed(octets, None if name == "ascii" else name)


_NOT_ASCII = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "hz", "iso2022_jp_ext", "iso2022_kr"})
"""Codecs under which plain ASCII octets, or well-formed UTF-8, may mean something else."""


def _speaks(text: str, name: str | None) -> bool:
    """Whether UTF-8 is meant: always if no multi-byte charset claims the octets, else if it has three-byte letters."""
    return name not in ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949") or any(c >= "\u0800" for c in text)


def _by_escapes(octets: bytes, name: str | None) -> tuple[str, str | None]:
    """The charsets that announce themselves by escape sequences in 7-bit text (RFC 1468, 1557)."""
    stateful = "iso2022_kr" if b"\x1b$)C" in octets else "iso2022_jp_ext"
    text = _strictly(octets, stateful)
    if text is not None:
        return text, None if name == stateful else MISLABELLED
    return octets.decode(stateful, "replace"), UNDECODABLE


def _guessed(octets: bytes, name: str | None) -> tuple[str, str | None]:
    """What no codec takes whole: the label's codec if it loses little, otherwise the likeliest one."""
    high = sum(octet > 0x7F for octet in octets) or 1
    declared = octets.decode(name, "replace") if name else None
    if declared is not None and declared.count("\ufffd") * 20 <= high:
        return declared, UNDECODABLE
    if (guess := likeliest(octets)) is not None:
        return octets.decode(guess, "replace"), MISLABELLED
    for text in (declared, octets.decode("utf-8", "replace")):
        if text is not None and text.count("\ufffd") * 4 <= high:
            return text, UNDECODABLE
    return octets.decode("cp1252", "postdesk-latin-1"), UNDECODABLE


def _strictly(octets: bytes, name: str | None) -> str | None:
    if name is None:
        return None
    try:
        return octets.decode(name)
    except ValueError:
        return None
