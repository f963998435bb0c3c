"""The likeliest charset of unlabelled octets, by how many of their characters are usual ones of a language."""

from __future__ import annotations

import re
from collections.abc import Mapping

_HANS = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些"
    "主样理心本前开但因只从想实日者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应向头文体相见被利什二等产或新己制身果加西月话合回特代内信表化老"
    "给世位次度门任常先海通教原东声提立及比员解水名真处走各入几口认条平系气题更别打变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直资命金指许统区保至形社便空决展科司"
    "五基书非则听白界达光放强即像难且思完设式色路记南品住告类求据程北边张该交规万取望术共确传师清今切院让识候带请您谢邮订单退款客服账号密码登录错误附查收印购货票银行支付链接"
)
_HANT = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些"
    "主樣理心本前開但因只從想實日者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應向頭文體相見被利什二等產或新己制身果加西月話合回特代內信表化老"
    "給世位次度門任常先海通教原東聲提立及比員解水名真處走各入幾口認條平系氣題更別打變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直資命金指許統區保至形社便空決展科司"
    "請您謝郵訂單退款客服帳號密碼登錄錯誤附查收印購貨票銀行支付連結台灣電話"
)
_KANA = (
    "".join(map(chr, range(0x3041, 0x30FD))) + "日本人年大国会中事上行出者下月時間分前後見社合自部長新高今回様件名送信"
)
_HANGUL = (
    "이다는가을의에고하지도로를은한서어니나아리사기인자그시있해라만일게정수들제보전대부상여스과주습요세안내용신오구었적되할것으원장공성국금동모소문조화방선연우물경중말무당관드면음립까메입감"
    "결배송생각년월와했저계유심위분미미실통업식진발법체명등더때후개간년트려없바진호교마재점러외두년양변터임약품질결제회"
)
_CYRILLIC = "".join(map(chr, range(0x410, 0x450))) + "Ёё"

_USUAL: Mapping[str, frozenset[str]] = {
    "gb18030": frozenset(_HANS),
    "big5hkscs": frozenset(_HANT),
    "cp932": frozenset(_KANA),
    "euc_jp": frozenset(_KANA),
    "cp949": frozenset(_HANGUL),
    "cp1251": frozenset(_CYRILLIC),
    "koi8_r": frozenset(_CYRILLIC),
    "cp1254": frozenset("ışğİŞĞüöçÜÖÇâ"),
}
_PUNCTUATION = re.compile("[\u2000-\u206f\u3000-\u303f\uff00-\uffef\x00-\x7f\xa0-\xbf]+")
_CYRILLIC_WORD = re.compile("(?<![A-Za-z])[А-яЁё]{2,}(?![A-Za-z])")
_LONE_CYRILLIC = re.compile("[A-Za-z][А-яЁё]|[А-яЁё][A-Za-z]")
_TURKISH = re.compile("[ışğİŞĞ][a-züöç]|[a-züöç][ışğ]")
_LEAST = 0.2
_SAMPLE = 20_000


def likeliest(octets: bytes) -> str | None:
    """The codec whose language these octets speak most plausibly, or None if none stands out."""
    sample = octets[:_SAMPLE]
    if sample.isascii():
        return None
    best, best_score = None, _LEAST
    for name, usual in _USUAL.items():
        score = _plausibility(sample.decode(name, "replace"), usual, name)
        if score > best_score:
            best, best_score = name, score
    return best


def _plausibility(text: str, usual: frozenset[str], name: str) -> float:
    """From 0 to 1: the share of usual characters in what is neither ASCII nor punctuation, less what is broken."""
    letters = _PUNCTUATION.sub("", text)
    if not letters:
        return 0.0
    score = (sum(letter in usual for letter in letters) - 4 * letters.count("\ufffd")) / len(letters)
    if name in ("cp1251", "koi8_r"):
        # Every octet is a letter there; what tells the two apart is that case changes at the start of words only.
        words = _CYRILLIC_WORD.findall(text)
        natural = sum(word[1:].islower() or word.isupper() for word in words)
        return score * 0.6 * natural / (len(words) + len(_LONE_CYRILLIC.findall(text))) if words else 0.0
    if name == "cp1254":
        return score if _TURKISH.search(text) else 0.0
    return score
