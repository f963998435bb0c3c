"""Octets to text under whatever label a mail gives them, by an allow-list of codecs and without ever failing."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

UNDECODABLE = "undecodable-octets"
MISLABELLED = "charset-mislabelled"
REFUSED = "charset-refused"

CODECS: Mapping[str, str] = {
    # Each label leads to the superset that clients really send under it (WHATWG Encoding, section 4.2).
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8", "utf8mb4", "utf-8-sig", "cp65001"), "utf-8"),
    **dict.fromkeys(("us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us", "7bit", "8bit"), "ascii"),
    **dict.fromkeys(
        "gb2312 gb_2312-80 gb_2312 gb-2312 iso-gb2312 csgb2312 csiso58gb231280 chinese gbk x-gbk cp936 ms936 936 euc-cn euccn"
        " gb18030 gb-18030 windows-936 gb18030-2000 csgb18030 gb2312_charset x-euc-cn".split(),
        "gb18030",
    ),
    **dict.fromkeys(("hz-gb-2312", "hz", "hzgb"), "hz"),
    **dict.fromkeys(("big5", "big5-hkscs", "big-5", "csbig5", "x-x-big5", "cn-big5", "cp950", "big5hkscs", "ms950"), "big5hkscs"),
    **dict.fromkeys(("euc-tw", "x-euc-tw"), "big5hkscs"),
    **dict.fromkeys(("iso-2022-jp", "csiso2022jp", "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-jp-ms", "cp50220", "cp50221"), "iso2022_jp_ext"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "windows-31j", "cp932", "csshiftjis", "ms932"), "cp932"),
    **dict.fromkeys(("euc-jp", "x-euc-jp", "eucjp", "cseucpkdfmtjapanese"), "euc_jp"),
    **dict.fromkeys("ks_c_5601-1987 ks_c_5601-1989 ks_c_5601 ksc5601 ksc_5601 euc-kr euckr korean cp949 windows-949 uhc cseuckr iso-ir-149".split(), "cp949"),
    **dict.fromkeys(("iso-2022-kr", "csiso2022kr"), "iso2022_kr"),
    **dict.fromkeys(("johab",), "johab"),
    # Windows code pages fill the holes of their ISO relatives, and mail labelled ISO is full of them.
    **dict.fromkeys("iso-8859-1 iso8859-1 iso_8859-1 latin1 latin-1 l1 windows-1252 cp1252 x-cp1252 ibm819 cp819 ansi default x-unknown".split(), "cp1252"),
    **{f"{prefix}{number}": f"cp{number}" for number in range(1250, 1259) for prefix in ("windows-", "cp", "x-cp", "win-")},
    **{f"{prefix}{part}": f"iso8859_{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16) for prefix in ("iso-8859-", "iso8859-", "iso_8859-")},
    **dict.fromkeys(("iso-8859-9", "iso8859-9", "iso_8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("iso-8859-11", "tis-620", "windows-874", "cp874"), "cp874"),
    **dict.fromkeys(("iso-8859-8-i", "iso-8859-8-e", "logical"), "iso8859_8"),
    **dict.fromkeys(("latin2", "l2"), "iso8859_2"),
    **dict.fromkeys(("latin9", "latin-9", "l9"), "iso8859_15"),
    **dict.fromkeys(("koi8-r", "koi8r", "cskoi8r", "koi8"), "koi8_r"),
    **dict.fromkeys(("koi8-u", "koi8-ru"), "koi8_u"),
    **dict.fromkeys(("macintosh", "mac", "x-mac-roman", "macroman"), "mac_roman"),
    **dict.fromkeys(("x-mac-cyrillic", "x-mac-ukrainian"), "mac_cyrillic"),
    **{f"{prefix}{number}": f"cp{number}" for number in (437, 850, 852, 855, 857, 858, 862, 864, 866) for prefix in ("ibm", "cp", "")},
    **dict.fromkeys(("utf-16", "utf16", "unicode", "ucs-2", "csunicode"), "utf-16"),
    **dict.fromkeys(("utf-16le", "utf-16-le"), "utf-16-le"),
    **dict.fromkeys(("utf-16be", "utf-16-be"), "utf-16-be"),
    **dict.fromkeys(("utf-32", "utf32"), "utf-32"),
}
"""Label, lower case, to the codec of the standard library. What is not here is never used: `unicode_escape`, `utf-7`,
`idna` and their like let a stranger write markup that no filter saw, or spend quadratic time."""

_UNDEFINED_IN_1252 = {octet: chr(octet) for octet in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    """The five holes of windows-1252 become the controls that ISO 8859-1 has there, as browsers do."""
    if isinstance(error, UnicodeDecodeError):
        return "".join(_UNDEFINED_IN_1252.get(octet, "\ufffd") for octet in error.object[error.start : error.end]), error.end
    raise error


codecs.register_error("postdesk-latin-1", _as_latin_1)


def codec(label: str) -> str | None:
    """The codec for a charset label, or None for one that is unknown or refused."""
    name = label.strip().strip("\"'").lower()
    return CODECS.get(name) or CODECS.get(name.replace("_", "-")) or CODECS.get(name.split("*", 1)[0])


def decoded(octets: bytes, label: str | None) -> tuple[str, str | None]:
    """The text, and the name of the defect if the label had to be overruled or something was lost.

    The ladder: the label's superset, UTF-8, the likeliest of the legacy charsets, and at last replacement characters.
    """
    name = codec(label) if label else None
    unknown = REFUSED if label and name is None else None
    if octets.startswith(codecs.BOM_UTF8):
        octets, name = octets[3:], "utf-8"
    if name == "cp1252":
        if _looks_utf_8(octets):
            return octets.decode("utf-8"), MISLABELLED
        return octets.decode("cp1252", "postdesk-latin-1"), unknown
    if name == "ascii" or name is None:
        name = _stateful(octets)
    for candidate in (name, "utf-8"):
        if (text := _strictly(octets, candidate)) is not None:
            return text, unknown if candidate == name or octets.isascii() else unknown or (MISLABELLED if name else None)
    return _guessed(octets, name)


def _guessed(octets: bytes, name: str | None) -> tuple[str, str | None]:
    """What no codec takes whole: the label's codec if it loses little, otherwise the likeliest one."""
    high = sum(octet > 0x7F for octet in octets) or 1
    declared = octets.decode(name, "replace") if name else None
    if declared is not None and declared.count("\ufffd") * 20 <= high:
        return declared, UNDECODABLE
    guess = likeliest(octets)
    if guess is not None:
        return octets.decode(guess, "replace"), MISLABELLED
    if declared is not None and declared.count("\ufffd") * 3 <= high:
        return declared, UNDECODABLE
    mostly = octets.decode("utf-8", "replace")
    if mostly.count("\ufffd") * 4 <= high:
        return mostly, UNDECODABLE
    return octets.decode("cp1252", "postdesk-latin-1"), UNDECODABLE


def _strictly(octets: bytes, name: str | None) -> str | None:
    if name is None:
        return None
    try:
        return octets.decode(name)
    except (UnicodeError, ValueError):
        return None


def _looks_utf_8(octets: bytes) -> bool:
    """Whether these octets are UTF-8 that somebody called Latin: such sequences are no words in any Latin charset."""
    return not octets.isascii() and _strictly(octets, "utf-8") is not None


def _stateful(octets: bytes) -> str | None:
    """The charset that announces itself by escape sequences in 7-bit text (RFC 1468, 1557, 1922)."""
    if b"\x1b$)C" in octets:
        return "iso2022_kr"
    if b"\x1b$" in octets:
        return "iso2022_jp_ext"
    return "ascii"


_USUAL: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    # The characters that make up most of any text in each charset, as octets; what else is there speaks against it.
    ("gb18030", re.compile(rb"[\xb0-\xd7\xa3][\xa1-\xfe]|\xa1[\xa2-\xbf]")),
    ("big5hkscs", re.compile(rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]|\xa1[\x40-\x7e]")),
    ("cp932", re.compile(rb"\x82[\x9f-\xf1]|\x83[\x40-\x96]|[\x88-\x97][\x40-\x7e\x80-\xfc]|\x81[\x41-\x45\x5b\x75\x76]")),
    ("euc_jp", re.compile(rb"[\xa4\xa5][\xa1-\xf6]|[\xb0-\xcf][\xa1-\xfe]|\xa1[\xa2-\xd7\xbc]")),
    ("cp949", re.compile(rb"[\xb0-\xc8][\xa1-\xfe]")),
    ("cp1251", re.compile(rb"[\xc0-\xff\xa8\xb8]")),
    ("koi8_r", re.compile(rb"[\xc0-\xff\xa3\xb3]")),
)


def likeliest(octets: bytes) -> str | None:
    """The legacy charset that these octets are most plausibly in, or None if none stands out."""
    sample = octets[:20_000]
    high = sum(octet > 0x7F for octet in sample)
    if not high:
        return None
    best, best_score = None, 0.55
    for name, usual in _USUAL:
        text = _strictly(sample, name) or sample.decode(name, "ignore")
        if len(text.encode("utf-8", "ignore")) < high:
            continue
        score = _plausibility(name, sample, usual, high)
        if score > best_score:
            best, best_score = name, score
    return best


def _plausibility(name: str, sample: bytes, usual: re.Pattern[bytes], high: int) -> float:
    """From 0 to 1: how much of the text is made of usual characters of that charset, less what is broken in it."""
    matched = sum(sum(octet > 0x7F for octet in found) for found in usual.findall(sample))
    broken = sample.decode(name, "replace").count("\ufffd")
    score = matched / high - 4 * broken / high
    if name in ("cp1251", "koi8_r"):
        # Letters alternate in case only in the wrong Cyrillic charset, and stand in words without Latin ones.
        score = score * 0.9 if _cyrillic_words(sample.decode(name, "replace")) else 0.0
    if name == "euc_jp" and not re.search(rb"\xa4[\xa1-\xf3]", sample):
        score *= 0.5
    if name == "cp949":
        score *= 0.99
    return score


def _cyrillic_words(text: str) -> bool:
    words = re.findall(r"[А-яЁё]{3,}", text)
    return bool(words) and sum(word[1:].islower() or word.isupper() for word in words) >= 0.8 * len(words)
