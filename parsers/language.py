"""The language of a text, as far as choosing a template needs it: Chinese, English or another."""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = frozenset(
    "the a an and or of to in is it on for with that this you i we are be have has not can my our your please was "
    "from at as"
    " by do does if will would when what how no yes thanks thank hello hi dear regards help cannot".split()
)
_SAMPLE = 20_000


def language(text: str, subject: str = "") -> str:
    """`zh`, `en` or `other`; a text too short to tell is judged with its subject."""
    sample = f"{subject}\n{text}"[:_SAMPLE]
    han, kana_hangul = len(_HAN.findall(sample)), len(_KANA_HANGUL.findall(sample))
    words = [word.lower() for word in _WORD.findall(sample) if word.isascii()]
    foreign = sum(
        1
        for word in _WORD.findall(sample)
        if not word.isascii() and not _HAN.search(word) and not _KANA_HANGUL.search(word)
    )
    if han and han > 2 * kana_hangul and 3 * han >= len(words):
        return "zh"
    if kana_hangul > 2 or foreign > len(words):
        return "other"
    usual = sum(word in _ENGLISH for word in words)
    if han and not usual:
        return "zh"
    return "en" if (usual * 12 >= len(words) and words) or len(words) < 4 else "other"
