"""The field names of quoted header blocks, as mail clients print them in their users' languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a line of a quoted header block says."""

    FROM = "from"
    DATE = "date"
    TO = "to"
    CC = "cc"
    SUBJECT = "subject"
    OTHER = "other"


LABELS: Mapping[Role, str] = {
    Role.FROM: "from|发件人|expeditorul|отправитель|від кого|发件者|发送者|寄信人|寄信者|寄件人姓名|送信元|보낸이|寄件者|"
    "寄件人|發件人|发信人|发送人|差出人|送信者|보낸 사람|보낸사람|보내는사람|발신인|von|de|expéditeur|envoyé par|"
    "da|mittente|remitente|"
    "van|afzender|från|fra|lähettäjä|od|odesílatel|odesilatel|odosielateľ|nadawca|от|от кого|від|von:|kimden|"
    "gönderen|feladó|expeditor|de la|"
    "από|מאת|من|pošiljatelj|šalje|saatja|nuo|no|lähettänyt|dari|từ|จาก|remetente|avsändare|avsender|afsender|"
    "from address",
    Role.DATE: "date|sent|відправлено|gönderilen|sent on|发送时间|发送日期|发件时间|发件日期|发信日期|发信时间|收件时间|"
    "发出时间|傳送時間|传送时间|寄送時間|寄信日期|日付|受信日時|寄件日期|寄送日期|已傳送|傳送日期|已发送|時間|"
    "时间|日期|日时|日時|送信日時|送信日|보낸 날짜|보낸날짜|날짜|보낸 시간|"
    "gesendet|gesendet am|datum|envoyé|envoyé le|date d'envoi|data|inviato|data di invio|enviado|enviado el|"
    "enviado em|enviada em|enviada|fecha|"
    "verzonden|verstuurd|skickat|datum|sendt|dato|lähetetty|päivä|päiväys|päivämäärä|odesláno|odoslané|dátum|wysłano|"
    "wysłane|дата|отправлено|дата и время|"
    "отправлен|надіслано|gönderme tarihi|gönderildi|gönderilme tarihi|tarih|elküldve|küldve|trimis|dată|data|"
    "ημερομηνία|στάλθηκε|נשלח|תאריך|تم الإرسال|التاريخ|"
    "تاريخ الإرسال|poslano|saadetud|kuupäev|išsiųsta|dikirim|tanggal|đã gửi|ngày|ส่ง|วันที่|datum vom|time|sent at|"
    "sent date",
    Role.TO: "to|destinatarul|收件人|收件地址|接收人|接收者|收信者|受信者|받는이|送信先|收件者|收信人|宛先|받는 사람|"
    "받는사람|수신인|an|empfänger|à|a|pour|destinataire|para|destinatario|destinatari|aan|naar|till|til|"
    "vastaanottaja|kenelle|komu|pro|do|adresat|кому|kime|alıcı|címzett|către|catre|pentru|προς|אל|إلى|الى|za|prima|"
    "saaja|kam|kepada|đến|ถึง|mottagare|mottaker|modtager|"
    "destinatário|per|príjemca|adresát",
    Role.CC: "cc|抄送|抄送人|副本|副本抄送|ccへ|참조|kopie|kopie (cc)|copie à|copie|con copia|cópia|cc para|kopia|kopi|"
    "kopio|kopie|копия|копія|bilgi|másolatot kap|"
    "másolat|κοιν|κοινοποίηση|עותק|نسخة إلى|نسخة|kópia|tembusan|đồng gửi|สำเนา|cópia para|dw|udw",
    Role.SUBJECT: "subject|subiectul|主题|主旨|主題|标题|標題|件名|题目|제목|betreff|objet|sujet|oggetto|asunto|assunto|"
    "onderwerp|ämne|emne|aihe|otsikko|předmět|predmet|"
    "temat|тема|konu|tárgy|subiect|θέμα|נושא|الموضوع|naslov|teema|tema|perihal|subjek|chủ đề|เรื่อง|subject line",
    Role.OTHER: "bcc|密送|暗送|密件抄送|密件副本|密件|reply-to|reply to|répondre à|antwort an|antwort-an|responder a|"
    "responder para|rispondi a|回复地址|回复给|答复|answer to|"
    "attachments|attachment|附件|附加檔案|添付ファイル|첨부|첨부 파일|anlagen|anhänge|pièces jointes|pièce jointe|"
    "allegati|adjuntos|anexos|bijlagen|bilagor|importance|priority|重要性|优先级|wichtigkeit|"
    "priorität|organization|organisation|newsgroups|message-id|list-id|resent-from|resent-to|resent-date|odpověď na|"
    "ответить|reply|sent by|sender|x-mailer|"
    "répondre|svar til|svara till|svar til|vastausosoite|reply-to:|odpowiedz do|válaszcím|yanıtla|répondre a|"
    "reactie aan|antwoord aan|antwoord naar|size|大小|发件地址|return-path|groups|categories|delivered-to|"
    "bezug|mailed-by|signed-by|security|时间戳|mime-version|content-type",
}

ROLE_OF: Mapping[str, Role] = {
    label: role for role, labels in reversed(tuple(LABELS.items())) for label in labels.split("|")
}

_FIELD = re.compile(r"[*_|>\s]{0,6}([^\W\d_][^:：*_<>@|\d]{0,30}?)\s{0,3}[*_]{0,3}\s{0,3}[:：][*_]{0,3}(.*)", re.DOTALL)
_ROW = re.compile(r"[|¦]\s{0,5}([^|¦:：]{1,30}?)\s{0,5}[:：]?\s{0,5}[|¦](.*)", re.DOTALL)
_GAP_IN_WORD = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


def _telling(label: str) -> bool:
    """Whether a label can be known in mid-line: one letter, or a preposition, stands in any sentence."""
    return len(label) > 3 or len(label) > 1 and not label.isascii()


def _spaced(label: str) -> str:
    """The label as a pattern; two Chinese characters may be set apart to fill the width of three (`主　题`)."""
    return "[ \u3000]{0,2}".join(label) if len(label) == 2 and not label.isascii() else re.escape(label)


_INNER = re.compile(
    r"(?:(?<=[\s*>;；])|(?<=[^\x00-\u2fff]))("
    + "|".join(sorted(map(_spaced, filter(_telling, ROLE_OF)), key=len, reverse=True))
    + r")\s?[:：]",
    re.IGNORECASE,
)
_SUBJECT_INSIDE = re.compile(
    "(?:" + "|".join(re.escape(label.capitalize()) for label in LABELS[Role.SUBJECT].split("|")) + r")\s?[:：]"
)
_MARKS = " *_|¦\t\u3000"


def field_of(line: str) -> tuple[Role, str] | None:
    """The role and the value of one line of a header block, or None for any other line."""
    match = _ROW.match(line) if line[:1] in ("|", "¦") else _FIELD.match(line)
    if match is None:
        return None
    role = role_of(match[1])
    return None if role is None else (role, match[2].strip(_MARKS))


def role_of(label: str) -> Role | None:
    """What a label means, whatever blanks stand inside it (`主　题`)."""
    name = " ".join(label.split()).lower()
    return ROLE_OF.get(name) or ROLE_OF.get(_GAP_IN_WORD.sub("", name))


def fields_in(line: str) -> list[tuple[Role, str]]:
    """The fields of a whole header block that a client wrote on a single line."""
    found = list(_INNER.finditer(line))
    starts = [match.start() for match in found] + [len(line)]
    inner = [
        (role_of(match[1]) or Role.OTHER, line[match.end() : starts[i + 1]].strip(_MARKS))
        for i, match in enumerate(found)
    ]
    first = field_of(line[: starts[0]])
    found_fields = [first, *inner] if first else inner
    return [part for role, value in found_fields for part in _unglued(role, value)]


def _unglued(role: Role, value: str) -> list[tuple[Role, str]]:
    """A date that runs into the subject's label, as Yahoo's plain text has it, taken apart."""
    match = _SUBJECT_INSIDE.search(value) if role is Role.DATE else None
    if match is None:
        return [(role, value)]
    return [(role, value[: match.start()]), (Role.SUBJECT, value[match.end() :].strip(_MARKS))]
