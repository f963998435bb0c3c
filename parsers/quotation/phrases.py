"""The phrases by which clients introduce quotations, sign for their users and add their own footers."""

from __future__ import annotations

import re

WROTE = re.compile(
    r"\b(?:wrote|writes|said|says|schrieb|schreibt|geschrieben|a écrit|écrit|a ecrit|escribi[óo]|ha escrito|escribe|escreveu|ha scritto|scrive|scritto|schreef|"
    r"het volgende geschreven|skrev|skriver|kirjoitti|napsal(?:\(a\)|a|/a)?|nap[íi]sal(?:\(a\)|a|/a)?|napisa[łl](?:\(a\)|/a|/-a|a)?|pisze|"
    r"написал(?:\(а\)|а)?|пише|пишет|пиша|писал(?:\(а\)|а)?|написав(?:\(-ла\)|ла)?|yazdı|şunu yazdı|írta|ezt írta|a scris|έγραψε|kirjutas|rašė|rakstīja|je napisao(?:/la)?|"
    r"napisao|menulis|đã viết|เขียน|répond|answered|scripsit|a répondu)\b|写道|寫道|撰写|来信|來信|님이 작성|님이 쓴|작성|のメッセージ|さんは書きました|書きました|は書きました|כתב|כתבה|كتب|كتبت|"
    r"написа|寫了|写了|说道|提到",
    re.IGNORECASE,
)

ORIGINAL = frozenset(
    "original|original message|original mail|original e-mail|original email|original-message|original appointment|replied message|reply message|"
    "原始邮件|原邮件|邮件原件|原始郵件|原始信件|原始邮件信息|回复的原邮件|回复原邮件|回覆原始郵件|原文|原件|"
    "ursprüngliche nachricht|ursprüngliche mail|ursprüngliche e-mail|ursprüngliche-nachricht|originalnachricht|original-nachricht|original nachricht|"
    "message d'origine|message original|message initial|mensaje original|mensaje de origen|mensagem original|messaggio originale|messaggio originario|"
    "oorspronkelijk bericht|origineel bericht|ursprungligt meddelande|originalmeddelande|original besked|oprindelig meddelelse|opprinnelig melding|"
    "alkuperäinen viesti|původní zpráva|původní e-mail|pôvodná správa|wiadomość oryginalna|oryginalna wiadomość|исходное сообщение|оригинальное сообщение|"
    "оригінальне повідомлення|özgün ileti|orijinal mesaj|eredeti üzenet|mesajul original|mesaj original|αρχικό μήνυμα|הודעה מקורית|الرسالة الأصلية|"
    "originalna poruka|元のメッセージ|元のメール|원본 메일|원본 메시지|원래 메시지|pesan asli".split("|")
)
"""What stands between dashes above the mail that is answered."""

FORWARDED = frozenset(
    "forwarded message|forwarded mail|forwarded by|begin forwarded message|forwarded|fwd|original message forwarded|"
    "转发邮件信息|转发的邮件|转发邮件|转发消息|转发信息|转发的信息|被转发邮件信息|已转发邮件|轉寄郵件|轉寄的郵件|轉寄訊息|轉寄信件|轉寄的訊息|开始转发的邮件|以下是转发的邮件|开始转发邮件|下面是被转发的邮件|"
    "weitergeleitete nachricht|weitergeleitete e-mail|weitergeleitete mail|anfang der weitergeleiteten nachricht|anfang der weitergeleiteten e-mail|"
    "message transféré|message réexpédié|début du message réexpédié|début du message transféré|mensaje reenviado|inicio del mensaje reenviado|"
    "mensagem encaminhada|mensagem reencaminhada|início da mensagem encaminhada|início da mensagem reencaminhada|messaggio inoltrato|inizio messaggio inoltrato|"
    "doorgestuurd bericht|begin doorgestuurd bericht|vidarebefordrat meddelande|vidarebefordrat brev|vidarebefordrat mejl|påbörja vidarebefordrat brev|"
    "vidarebefordrat mail|börja vidarebefordrat meddelande|videresendt meddelelse|videresendt besked|videresendt melding|videresendt e-post|start på videresendt besked|"
    "start på videresendt e-mail|videresendt email|begynnelse på videresendt melding|välitetty viesti|edelleenlähetetty viesti|edelleen lähetetty viesti|"
    "välitetty viesti alkaa|přeposlaná zpráva|přeposlaný e-mail|začátek přeposílané zprávy|preposlaná správa|začiatok preposlanej správy|wiadomość przekazana|"
    "przekazana wiadomość|treść przekazanej wiadomości|początek przekazywanej wiadomości|пересланное сообщение|начало переадресованного сообщения|пересылаемое сообщение|"
    "переслане повідомлення|переслане сообщение|початок листа, що пересилається|iletilmiş mesaj|iletilen ileti|iletilen mesaj|iletilen mesajın başlangıcı|yönlendirilmiş ileti|"
    "továbbított üzenet|továbbított levél|továbbított levél kezdete|mesaj redirecționat|începe mesajul redirecționat|προωθημένο μήνυμα|הודעה שהועברה|הודעה מועברת|"
    "رسالة مُعاد توجيهها|رسالة معاد توجيهها|转送信息|転送メッセージ|転送されたメッセージ|転送メール|전달된 메일|전달된 메시지|edastatud kiri|proslijeđena poruka|proslijeđeno|započni proslijeđenu poruku|pesan yang diteruskan".split("|")
)
"""What announces a mail that is passed on."""

ABOVE_THIS_LINE = re.compile(
    r".{0,40}\b(?:reply|respond|type|write)\b.{0,30}\babove\b.{0,20}\bline\b.{0,60}|.{0,20}请在(?:此|本)行(?:之上|以上|上方).{0,30}|.{0,20}请在此线(?:之上|以上|上方).{0,30}", re.IGNORECASE
)
RULE = re.compile(r"[-‐–—―━─_=*~#+]{5,}|(?:[-–—_*]\s){4,}[-–—_*]?|\* \* \*|(?:\.\s){5,}\.?")

SIGNATURE = re.compile(r"-{2,3}|[—–]{1,2}|__")
DEVICE = re.compile(
    r"[-–— ]*(?:"
    r"sent (?:from|via|by|with|using) .{0,60}|get outlook for .{0,40}|(?:发自|發自|传自)我的.{0,30}|(?:从|从我的|發送自|发送自|来自我的|从我的).{0,40}(?:发送|发出)?|"
    r"发自.{0,40}|發自.{0,40}|获取\s?outlook.{0,60}|取得\s?outlook.{0,60}|下载\s?outlook.{0,60}|.{0,20}签名由\s?.{0,30}\s?定制.{0,10}|由.{0,20}(?:手机|客户端|邮箱).{0,6}发送|"
    r"von meinem .{0,40} gesendet|gesendet (?:von|mit|über) .{0,50}|diese nachricht wurde von meinem .{0,60}|envoyé (?:de|depuis|à partir|avec) .{0,50}|"
    r"envoyée? (?:de|depuis|à partir) .{0,50}|enviado (?:desde|do|a partir|de|con|via) .{0,50}|enviada do .{0,40}|inviato (?:da|dal) .{0,50}|"
    r"verzonden (?:vanaf|vanuit|met) .{0,50}|verstuurd (?:vanaf|vanuit|met) .{0,50}|skickat från .{0,50}|sendt (?:fra|med) .{0,50}|lähetetty .{0,50}|odesláno z .{0,50}|"
    r"odoslané z .{0,50}|wysłan[eo] z .{0,50}|отправлено (?:с|из) .{0,50}|надіслано з .{0,40}|.{0,30}['’]?[dt][ae]n gönderildi|.{0,20}iphone['’]?umdan gönderildi|elküldve .{0,50}|küldve .{0,40}|trimis de pe .{0,50}|"
    r"obter o outlook .{0,40}|obtenir outlook .{0,40}|obtener outlook .{0,40}|hol dir outlook .{0,40}|download outlook .{0,40}|scarica outlook .{0,40}|outlook (?:for|für|pour|para|per) (?:ios|android).{0,40}|"
    r"أُرسلت من .{0,40}|أرسلت من .{0,40}|iphoneから送信|.{0,20}から送信|나의 .{0,20}에서 보냄|.{0,20}에서 보냄|στάλθηκε από .{0,40}|נשלח מה.{0,30}|poslano (?:s|iz) .{0,40}|saadetud minu .{0,40}|dikirim dari .{0,40}"
    r")",
    re.IGNORECASE,
)
