"""The phrases by which clients introduce quotations, sign for their users and add their own footers."""

from __future__ import annotations

import re

WROTE = re.compile(
    r"\b(?:wrote|writes|said|says|schrieb|schreibt|geschrieben|a écrit|écrit|a ecrit|escribi[óo]|ha escrito|escribe|escreveu|ha scritto|scrive|scritto|schreef|"
    r"het volgende geschreven|skrev|skriver|kirjoitti|napsal(?:\(a\)|a|/a)?|nap[íi]sal(?:\(a\)|a|/a)?|napisa[łl](?:\(a\)|/a|/-a|a)?|pisze|"
    r"написал(?:\(а\)|а)?|пише|пишет|пиша|писал(?:\(а\)|а)?|написав(?:\(-ла\)|ла)?|yazdı|şunu yazdı|írta|ezt írta|a scris|έγραψε|kirjutas|rašė|rakstīja|je napisao(?:/la)?|"
    r"napisao|menulis|đã viết|เขียน|répond|answered|quoting|zitat von|citando a|quoted|scripsit|a répondu)\b|写道|寫道|撰写|来信|來信|님이 작성|님이 쓴|작성|のメッセージ|さんは書きました|書きました|は書きました|כתב|כתבה|كتب|كتبت|"
    r"написа|寫了|写了|写到|寫到|说道|說道|提到|来函|來函|发表|쓴 글|쓰시길|작성한 내용|작성한 메시지|보낸 메일|のメール|さん wrote|引用",
    re.IGNORECASE,
)

ORIGINAL = frozenset(
    "original|original message|original mail|original e-mail|original email|original-message|original appointment|replied message|reply message|"
    "原始邮件|原邮件|邮件原件|原始郵件|原始信件|原始邮件信息|回复的原邮件|回复原邮件|回覆原始郵件|原文|原件|"
    "ursprüngliche nachricht|ursprüngliche mail|ursprüngliche e-mail|ursprüngliche-nachricht|originalnachricht|original-nachricht|original nachricht|"
    "message d'origine|message original|message initial|mensaje original|mensaje de origen|mensagem original|messaggio originale|messaggio originario|"
    "oorspronkelijk bericht|origineel bericht|ursprungligt meddelande|originalmeddelande|original besked|oprindelig meddelelse|opprinnelig melding|"
    "alkuperäinen viesti|původní zpráva|původní e-mail|pôvodná správa|antwort nachricht|wiadomość oryginalna|oryginalna wiadomość|исходное сообщение|оригинальное сообщение|"
    "оригінальне повідомлення|özgün ileti|orijinal mesaj|eredeti üzenet|mesajul original|mesaj original|αρχικό μήνυμα|הודעה מקורית|الرسالة الأصلية|"
    "originalna poruka|元のメッセージ|元のメール|원본 메일|원본 메시지|원래 메시지|pesan asli".split("|")
)
"""What stands between dashes above the mail that is answered."""

FORWARDED = frozenset(
    "forwarded message|ileti başlangıcı|wiadomość przesłana dalej|メッセージを転送|välitetty viesti / fwd.msg|перенаправленное сообщение|перенаправлене повідомлення|message transmis|preposlaný e-mail|forwarded mail|forwarded by|begin forwarded message|forwarded|fwd|original message forwarded|"
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
    r"\b(?:reply|respond|type|write)\b.{0,30}\babove this line\b|请在(?:此|本)[行线](?:之上|以上|上方)", re.IGNORECASE
)
"""The line that help desks put above their mails."""

RULE = re.compile(r"[*]{0,2}(?:[-‐–—―━─_=*~#+]{5,}|(?:[-–—_*.=]\s){2,}[-–—_*.=])[*]{0,2}")
"""A line that is drawn, not written."""

SIGNATURE = re.compile(r"-{2,3}|[—–]{1,2}|__")
"""The delimiter of RFC 3676 section 4.3 and what clients make of it."""

BANNER = re.compile(
    r"[\[【(（*]{0,3}\s*(?:(?:caution|warning|attention|notice|external(?: e?mail| sender)?|alert|important)\b.{0,40}(?:external|outside|originated|sender|do not click|organi[sz]ation)|"
    r"external (?:e-?mail|sender|message)|this (?:e-?mail|message) (?:originated|came|is|was sent) from (?:an? )?(?:external|outside)|you don'?t often get email from|"
    r"(?:注意|警告|提醒|提示|安全提醒|风险提示)\s*[:：!！]?.{0,20}(?:外部|来自外|可疑|陌生)|外部邮件|\[?外部\]?邮件|此邮件来自外部|该邮件来自外部|这封邮件来自|你通常不会收到来自|您通常不会收到来自|"
    r"achtung.{0,30}extern|diese (?:e-?mail|nachricht) (?:kam|stammt) von (?:au(?:ß|ss)erhalb|extern))",
    re.IGNORECASE,
)
"""A warning that the receiving side put above the text."""

DISCLAIMER = re.compile(
    r"[*_\s]{0,3}(?:(?:confidentiality|legal|privacy|important) notice\b|disclaimer\s*[:：]?$|this (?:e-?mail|message|communication)(?: and any (?:attachments?|files?).{0,40})?.{0,60}(?:confidential|privileged|intended)|"
    r"the information (?:contained|transmitted|in) .{0,80}(?:confidential|privileged|intended)|the contents of this (?:e-?mail|message)|diese (?:e-?mail|nachricht) (?:enthält|kann|ist) .{0,60}vertraulich|"
    r"ce (?:message|courriel|mail).{0,80}confidentiel|este (?:mensaje|correo|mensagem).{0,80}confidencial|esta mensagem.{0,80}confidencia|"
    r"(?:本|此|该|这封)(?:电子)?邮件(?:及|和|以及|所|的|中|包含|含有|可能|内容|仅|为|是).{0,80}(?:保密|机密|商业秘密|专有|指定|收件人|免责)|(?:免责声明|保密声明|保密提示|法律声明)\s*[:：]?|"
    r"本郵件.{0,60}(?:機密|保密)|you received this (?:message|email) because you are subscribed|to unsubscribe from this (?:group|list|thread))",
    re.IGNORECASE,
)
"""The first line of what a company's lawyers add."""

BUSINESS_CARD = re.compile(r"签名由\s?.{0,30}\s?定制|signature is customized by", re.IGNORECASE)
"""The last line of the signature table that NetEase Mail Master draws."""

DEVICE = re.compile(
    r"(?:sent|delivered|written|composed|posted|envoyé|envoyée|enviado|enviada|inviato|inviata|gesendet|verzonden|verstuurd|skickat|skickad|sendt|lähetetty|odesláno|odoslané|"
    r"wysłan[eo]|отправлено|надіслано|elküldve|küldve|trimis|poslano|saadetud|dikirim|στάλθηκε|נשלח|أُرسلت|أرسلت)\s+(?:from|via|by|with|using|through|on|de|depuis|à partir|avec|desde|do|da|dal|dall|"
    r"con|com|mit|von|über|vom|vanaf|vanuit|met|från|via|fra|med|z|ze|с|из|з|pe|s|iz|minu|dari|από|מה|من)\b|"
    r"get outlook for|obter o outlook|obtenir outlook|obtener outlook|hol dir outlook|download outlook|scarica outlook|outlook (?:for|für|pour|para|per|voor) (?:ios|android)|"
    r"获取\s?outlook|取得\s?outlook|下载\s?outlook|(?:发自|發自|传自|發送自|发送自|寄自)\s?\S|(?:来自|來自)我的.{0,20}$|von meinem .{0,40} gesendet|diese nachricht wurde von meinem|"
    r"lähetetty|(?:from|von|de) my (?:iphone|ipad|android|mobile|phone|samsung)|iphoneから送信|sent from$|由.{1,20}(?:手机|客户端|邮箱大师|邮箱)发送$|skickat|enviado$|az iphone|ᐧ$",
    re.IGNORECASE,
)
DEVICE_AT_END = re.compile(
    r"(?:^从|^從|^由|^通过|^使用).{1,40}(?:发送|傳送|发出|寄出)(?:的邮件)?。?$|から送信$|에서 (?:보냄|보낸 메일)$|gönderildi$|(?:iphone|ipad|android|telefon)\S{0,6} (?:küldve|lähetetty)$|^\S{1,20} gesendet$",
    re.IGNORECASE,
)
"""A program or a telephone that names itself; the two patterns look at the beginning and at the end of a line."""

SIGN_OFF = frozenset(
    "best|regards|best regards|kind regards|kindest regards|warm regards|warmest regards|with regards|with kind regards|with best regards|best wishes|with best wishes|all the best|"
    "cheers|sincerely|yours sincerely|sincerely yours|yours faithfully|yours truly|many thanks|thanks and regards|thanks & regards|thank you and best regards|respectfully|cordially|take care|"
    "mit freundlichen grüßen|mit freundlichen grüssen|freundliche grüße|freundliche grüsse|viele grüße|beste grüße|liebe grüße|mit besten grüßen|mfg|cordialement|bien cordialement|bien à vous|"
    "sincères salutations|meilleures salutations|saludos|saludos cordiales|un saludo|atentamente|cordiales saludos|atenciosamente|cumprimentos|com os melhores cumprimentos|abraços|"
    "cordiali saluti|distinti saluti|saluti|met vriendelijke groet|met vriendelijke groeten|vriendelijke groeten|groeten|groetjes|med vänlig hälsning|med vänliga hälsningar|mvh|vänliga hälsningar|"
    "med venlig hilsen|venlig hilsen|hilsen|kh|med vennlig hilsen|vennlig hilsen|ystävällisin terveisin|terveisin|pozdrawiam|z poważaniem|s pozdravem|s pozdravom|с уважением|"
    "с наилучшими пожеланиями|з повагою|saygılarımla|üdvözlettel|cu stimă|με εκτίμηση|此致|敬礼|此致敬礼|祝好|祝商祺|顺颂商祺|顺祝商祺|商祺|致礼|谨启|敬上|順頌商祺|敬祝|以上、よろしくお願いいたします|よろしくお願いいたします|감사합니다".split("|")
)
"""Closing words that stand alone on a line above the writer's name."""
