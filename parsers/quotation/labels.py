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
    Role.FROM: (
        "发件人|发件者|发信人|发送人|发送者|寄件人|寄件人姓名|寄件者|寄信人|寄信者|差出人|發件人|送信元|送信者|"
        "발신인|보내는사람|보낸 사람|보낸사람|보낸이|"
        "afsender|afzender|avsender|avsändare|da|dari|de|de la|envoyé par|expeditor|expeditorul|expéditeur|feladó|"
        "fra|from|from address|från|gönderen|kimden|lähettäjä|lähettänyt|mittente|nadawca|no|nuo|od|odesilatel|"
        "odesílatel|odosielateľ|pošiljatelj|remetente|remitente|saatja|từ|van|von|šalje|"
        "від|від кого|от|от кого|отправитель|"
        "από|"
        "מאת|"
        "من|"
        "จาก"
    ),
    Role.DATE: (
        "传送时间|傳送日期|傳送時間|发件日期|发件时间|发信日期|发信时间|发出时间|发送日期|发送时间|受信日時|"
        "寄件日期|寄信日期|寄送日期|寄送時間|已傳送|已发送|收件时间|日付|日时|日時|日期|时间|時間|送信日|送信日時|"
        "날짜|보낸 날짜|보낸 시간|보낸날짜|"
        "data|data di invio|date|date d'envoi|dato|datum|datum vom|dată|dikirim|dátum|elküldve|enviada|enviada em|"
        "enviado|enviado el|enviado em|envoyé|envoyé le|fecha|gesendet|gesendet am|gönderildi|gönderilen|"
        "gönderilme tarihi|gönderme tarihi|inviato|išsiųsta|kuupäev|küldve|lähetetty|ngày|odesláno|odoslané|poslano|"
        "päivä|päivämäärä|päiväys|saadetud|sendt|sent|sent at|sent date|sent on|sent time|skickat|tanggal|tarih|"
        "time|trimis|verstuurd|verzonden|wysłane|wysłano|đã gửi|"
        "відправлено|дата|дата и время|надіслано|отправлен|отправлено|"
        "ημερομηνία|στάλθηκε|"
        "נשלח|תאריך|"
        "التاريخ|تاريخ الإرسال|تم الإرسال|"
        "วันที่|ส่ง"
    ),
    Role.TO: (
        "受信者|宛先|接收人|接收者|收件人|收件地址|收件者|收信人|收信者|送信先|"
        "받는 사람|받는사람|받는이|수신인|"
        "a|aan|adresat|adresát|alıcı|an|catre|címzett|către|destinataire|destinatari|destinatario|destinatarul|"
        "destinatário|do|empfänger|kam|kenelle|kepada|kime|komu|modtager|mottagare|mottaker|naar|para|pentru|per|"
        "pour|prima|pro|príjemca|saaja|til|till|to|vastaanottaja|za|à|đến|"
        "кому|"
        "προς|"
        "אל|"
        "إلى|الى|"
        "ถึง"
    ),
    Role.CC: (
        "副本|副本抄送|抄送|抄送人|"
        "참조|"
        "bilgi|cc|cc para|ccへ|con copia|copie|copie à|cópia|cópia para|dw|kopi|kopia|kopie|kopie (cc)|kopio|kópia|"
        "másolat|másolatot kap|tembusan|udw|đồng gửi|"
        "копия|копія|"
        "κοιν|κοινοποίηση|"
        "עותק|"
        "نسخة|نسخة إلى|"
        "สำเนา"
    ),
    Role.SUBJECT: (
        "主旨|主題|主题|件名|标题|標題|题目|"
        "제목|"
        "aihe|assunto|asunto|betreff|chủ đề|emne|konu|naslov|objet|oggetto|onderwerp|otsikko|perihal|predmet|"
        "předmět|subiect|subiectul|subject|subject line|subjek|sujet|teema|tema|temat|tárgy|ämne|"
        "тема|"
        "θέμα|"
        "נושא|"
        "الموضوع|"
        "เรื่อง"
    ),
    Role.OTHER: (
        "优先级|发件地址|回复地址|回复给|大小|密件|密件副本|密件抄送|密送|时间戳|暗送|答复|重要性|附件|附加檔案|"
        "添付ファイル|"
        "첨부|첨부 파일|"
        "adjuntos|allegati|anexos|anhänge|anlagen|answer to|antwoord aan|antwoord naar|antwort an|antwort-an|"
        "attachment|attachments|bcc|bezug|bijlagen|bilagor|categories|content-type|delivered-to|groups|importance|"
        "list-id|mailed-by|message-id|mime-version|newsgroups|odpověď na|odpowiedz do|organisation|organization|"
        "pièce jointe|pièces jointes|priority|priorität|reactie aan|reply|reply to|reply-to|resent-date|resent-from|"
        "resent-to|responder a|responder para|return-path|rispondi a|répondre|répondre a|répondre à|security|sender|"
        "sent by|signed-by|size|svar til|svara till|vastausosoite|válaszcím|wichtigkeit|x-mailer|yanıtla|"
        "ответить"
    ),
}
"""Labels in lower case by what they say. Where two languages use one word for two things, the first role counts."""

ROLE_OF: Mapping[str, Role] = {
    label: role for role, labels in reversed(tuple(LABELS.items())) for label in labels.split("|")
}

_FIELD = re.compile(
    r"[*_|>\s]{0,6}([^\W\d_][^:：*_<>@|\d]{0,30}?)(?:\s{0,3}[*_]{0,3}\s{0,3}[:：][*_]{0,3}|\t)(.*)", re.DOTALL
)
_ROW = re.compile(r"[|¦]\s{0,5}([^|¦:：]{1,30}?)\s{0,5}[:：]?\s{0,5}[|¦](.*)", re.DOTALL)
_GAP_IN_WORD = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


def _telling(label: str) -> bool:
    """Whether a label can be known in mid-line: one letter, or a preposition, stands in any sentence."""
    return len(label) > 3 or (len(label) > 1 and not label.isascii())


def _spaced(label: str) -> str:
    """The label as a pattern; two Chinese characters may be set apart to fill the width of three (`主　题`)."""
    return "[ \u3000]{0,2}".join(label) if len(label) == 2 and not label.isascii() else re.escape(label)


_INNER = re.compile(
    r"(?:(?<=[\s*>;；])|(?<=[^\x00-\u2fff])|(?<=\d)(?=(?-i:[A-ZÀ-ÞА-Я])))("
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
