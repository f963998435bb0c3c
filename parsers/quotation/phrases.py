"""The phrases by which clients introduce quotations, sign for their users and add their own footers."""

from __future__ import annotations

import re

WROTE = re.compile(
    r"\b(?:wrote|writes|napisan[ay] przez|"
    r"schrieb|schreibt|geschrieben|a écrit|écrit|a ecrit|escribi[óo]|ha escrito|escribe|"
    r"escreveu|ha scritto|scrive|scritto|schreef|"
    r"het volgende geschreven|skrev|skriver|kirjoitti|napsal(?:\(a\)|a|/a)?|nap[íi]sal(?:\(a\)|a|/a)?|"
    r"napisa[łl](?:\(a\)|/a|/-a|a)?|pisze|"
    r"написал(?:\(а\)|а)?|пише|пишет|пиша|писал(?:\(а\)|а)?|написав(?:\(-ла\)|ла)?|yazdı|şunu yazdı|írta|ezt írta|"
    r"a scris|έγραψε|kirjutas|rašė|rakstīja|je napisao(?:/la)?|"
    r"napisao|menulis|đã viết|เขียน|répond|answered|quoting|zitat von|citando a|quoted|scripsit|a répondu)\b|写道|"
    r"寫道|撰写|来信|來信|님이 작성|님이 쓴|작성|のメッセージ|さんは書きました|書きました|は書きました|כתב|כתבה|كتب|"
    r"كتبت|"
    r"написа|寫了|写了|写到|寫到|来函|來函|发表|쓴 글|쓰시길|작성한 내용|작성한 메시지|보낸 메일|"
    r"のメール|さん wrote|引用",
    re.IGNORECASE,
)

ORIGINAL = frozenset(
    (
        "原件|原始信件|原始约会|原始邮件|原始邮件信息|原始郵件|原文|原邮件|回复原邮件|回复的原邮件|回覆原始郵件|"
        "邮件原件|邮件原文|"
        "元のメッセージ|元のメール|"
        "원래 메시지|원본 메시지|원본 메일|"
        "alkuperäinen viesti|antwort nachricht|eredeti üzenet|mensagem original|mensaje de origen|mensaje original|"
        "mesaj original|mesajul original|message d'origine|message initial|message original|messaggio originale|"
        "messaggio originario|oorspronkelijk bericht|opprinnelig melding|oprindelig meddelelse|original|"
        "original appointment|original besked|original e-mail|original email|original mail|original message|"
        "original messages|original nachricht|original-message|original-nachricht|originalmeddelande|"
        "originalna poruka|originalnachricht|origineel bericht|orijinal mesaj|oryginalna wiadomość|pesan asli|"
        "pôvodná správa|původní e-mail|původní zpráva|replied message|reply message|ursprungligt meddelande|"
        "ursprüngliche e-mail|ursprüngliche mail|ursprüngliche nachricht|ursprüngliche-nachricht|"
        "wiadomość oryginalna|özgün ileti|"
        "исходное сообщение|оригинальное сообщение|оригінальне повідомлення|"
        "αρχικό μήνυμα|"
        "הודעה מקורית|"
        "الرسالة الأصلية"
    ).split("|")
)
"""What stands between dashes above the mail that is answered."""

FORWARDED = frozenset(
    (
        "下面是被转发的邮件|以下是转发的邮件|已转发邮件|开始转发的邮件|开始转发邮件|被转发邮件信息|轉寄信件|"
        "轉寄的訊息|轉寄的郵件|轉寄訊息|轉寄郵件|转发信息|转发消息|转发的信息|转发的消息|转发的邮件|转发邮件|"
        "转发邮件信息|转送信息|"
        "メッセージを転送|転送されたメッセージ|転送メッセージ|転送メール|"
        "전달된 메시지|전달된 메일|"
        "anfang der weitergeleiteten e-mail|anfang der weitergeleiteten nachricht|begin doorgestuurd bericht|"
        "begin forwarded message|begynnelse på videresendt melding|börja vidarebefordrat meddelande|"
        "doorgestuurd bericht|début du message réexpédié|début du message transféré|edastatud kiri|"
        "edelleen lähetetty viesti|edelleenlähetetty viesti|forwarded|forwarded by|forwarded mail|forwarded message|"
        "forwarded messages|forwarding messages|fwd|ileti başlangıcı|iletilen ileti|iletilen mesaj|"
        "iletilen mesajın başlangıcı|iletilmiş mesaj|inicio del mensaje reenviado|inizio messaggio inoltrato|"
        "início da mensagem encaminhada|início da mensagem reencaminhada|mensagem encaminhada|"
        "mensagem reencaminhada|mensaje reenviado|mesaj redirecționat|message réexpédié|message transféré|"
        "message transmis|messaggio inoltrato|original message forwarded|pesan yang diteruskan|"
        "początek przekazywanej wiadomości|preposlaná správa|preposlaný e-mail|proslijeđena poruka|proslijeđeno|"
        "przekazana wiadomość|påbörja vidarebefordrat brev|přeposlaná zpráva|přeposlaný e-mail|"
        "start på videresendt besked|start på videresendt e-mail|továbbított levél|továbbított levél kezdete|"
        "továbbított üzenet|treść przekazanej wiadomości|vidarebefordrat brev|vidarebefordrat mail|"
        "vidarebefordrat meddelande|vidarebefordrat mejl|videresendt besked|videresendt e-post|videresendt email|"
        "videresendt meddelelse|videresendt melding|välitetty viesti|välitetty viesti / fwd.msg|"
        "välitetty viesti alkaa|weitergeleitete e-mail|weitergeleitete mail|weitergeleitete nachricht|"
        "wiadomość przekazana|wiadomość przesłana dalej|yönlendirilmiş ileti|započni proslijeđenu poruku|"
        "začiatok preposlanej správy|začátek přeposílané zprávy|începe mesajul redirecționat|"
        "начало переадресованного сообщения|перенаправлене повідомлення|перенаправленное сообщение|"
        "переслане повідомлення|переслане сообщение|пересланное сообщение|пересылаемое сообщение|"
        "початок листа, що пересилається|"
        "προωθημένο μήνυμα|"
        "הודעה מועברת|הודעה שהועברה|"
        "رسالة معاد توجيهها|رسالة مُعاد توجيهها"
    ).split("|")
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
    r"[\[【(（*]{0,3}\s*(?:(?:caution|warning|attention|notice|external(?: e?mail| sender)?|alert|"
    r"important)\b.{0,40}(?:external|outside|originated|sender|do not click|organi[sz]ation)|"
    r"external (?:e-?mail|sender|message)|this (?:e-?mail|message) (?:originated|came|is|"
    r"was sent) from (?:an? )?(?:external|outside)|you don'?t often get email from|"
    r"(?:注意|警告|提醒|提示|安全提醒|风险提示)\s*[:：!！]?.{0,20}(?:外部|来自外|可疑|陌生)|外部邮件|\[?外部\]?邮件|"
    r"此邮件来自外部|该邮件来自外部|这封邮件来自|你通常不会收到来自|您通常不会收到来自|"
    r"achtung.{0,30}extern|diese (?:e-?mail|nachricht) (?:kam|stammt) von (?:au(?:ß|ss)erhalb|extern))",
    re.IGNORECASE,
)
"""A warning that the receiving side put above the text."""

DISCLAIMER = re.compile(
    r"[*_\s]{0,3}(?:(?:confidentiality|legal|privacy|important) notice\b|disclaimer\s*[:：]?$|this (?:e-?mail|"
    r"message|communication)(?: and any (?:attachments?|files?).{0,40})?.{0,60}(?:confidential|privileged|intended)|"
    r"the information (?:contained|transmitted|in) .{0,80}(?:confidential|privileged|intended)|"
    r"the contents of this (?:e-?mail|message)|diese (?:e-?mail|nachricht) (?:enthält|kann|ist) .{0,60}vertraulich|"
    r"ce (?:message|courriel|mail).{0,80}confidentiel|este (?:mensaje|correo|mensagem).{0,80}confidencial|"
    r"esta mensagem.{0,80}confidencia|"
    r"(?:本|此|该|这封)(?:电子)?邮件(?:及|和|以及|所|的|中|包含|含有|可能|内容|仅|为|是).{0,80}(?:保密|机密|商业秘密|"
    r"专有|指定|收件人|免责)|(?:免责声明|保密声明|保密提示|法律声明)\s*[:：]?|"
    r"本郵件.{0,60}(?:機密|保密)|you received this (?:message|email) because you are subscribed|"
    r"to unsubscribe from this (?:group|list|thread))",
    re.IGNORECASE,
)
"""The first line of what a company's lawyers add."""

BUSINESS_CARD = re.compile(r"签名由\s?.{0,30}\s?定制|signature is customized by", re.IGNORECASE)
"""The last line of the signature table that NetEase Mail Master draws."""

LIST_FOOTER = re.compile(r"unsubscribe|mailing list|listinfo|are subscribed|退订|取消订阅|邮件列表", re.IGNORECASE)
"""What mailing lists say below every mail."""

DEVICE = re.compile(
    r"(?:sent|delivered|written|composed|posted|envoyé|envoyée|enviado|enviada|inviato|inviata|gesendet|verzonden|"
    r"verstuurd|skickat|skickad|sendt|lähetetty|odesláno|odoslané|"
    r"wysłan[eo]|отправлено|надіслано|elküldve|küldve|trimis|poslano|saadetud|dikirim|στάλθηκε|נשלח|أُرسلت|"
    r"أرسلت)\s+(?:from|via|by|with|using|through|on|de|depuis|à partir|avec|desde|do|da|dal|dall|"
    r"con|com|mit|von|über|vom|vanaf|vanuit|met|från|via|fra|med|z|ze|с|из|з|pe|s|iz|minu|dari|από|מה|من)\b|"
    r"get outlook for|obter o outlook|obtenir outlook|obtener outlook|hol dir outlook|download outlook|"
    r"scarica outlook|outlook (?:for|für|pour|para|per|voor) (?:ios|android)|"
    r"获取\s?outlook|取得\s?outlook|下载\s?outlook|(?:发自|發自|传自|發送自|发送自|寄自)\s?\S|(?:来自|"
    r"來自)我的.{0,20}$|von meinem .{0,40} gesendet|diese nachricht wurde von meinem|"
    r"lähetetty|(?:from|von|de) my (?:iphone|ipad|android|mobile|phone|samsung)|iphoneから送信|sent from$|"
    r"由.{1,20}(?:手机|客户端|邮箱大师|邮箱)发送$|skickat|enviado$|az iphone|ᐧ$",
    re.IGNORECASE,
)
DEVICE_AT_END = re.compile(
    r"(?:^从|^從|^由|^通过|^使用).{1,40}(?:发送|傳送|发出|寄出)(?:的邮件)?。?$|から送信$|에서 (?:보냄|보낸 메일)$|"
    r"gönderildi$|(?:iphone|ipad|android|telefon)\S{0,6} (?:küldve|lähetetty)$|^\S{1,20} gesendet$",
    re.IGNORECASE,
)
"""A program or a telephone that names itself; the two patterns look at the beginning and at the end of a line."""

SIGN_OFF = frozenset(
    (
        "商祺|敬上|敬礼|敬祝|此致|此致敬礼|祝商祺|祝好|致礼|谨启|順頌商祺|顺祝商祺|顺颂商祺|"
        "よろしくお願いいたします|以上、よろしくお願いいたします|"
        "감사합니다|"
        "abraços|all the best|atenciosamente|atentamente|best|best regards|best wishes|beste grüße|"
        "bien cordialement|bien à vous|cheers|com os melhores cumprimentos|cordialement|cordiales saludos|"
        "cordiali saluti|cordially|cu stimă|cumprimentos|distinti saluti|freundliche grüsse|freundliche grüße|"
        "groeten|groetjes|hilsen|kh|kind regards|kindest regards|liebe grüße|many thanks|med venlig hilsen|"
        "med vennlig hilsen|med vänlig hälsning|med vänliga hälsningar|meilleures salutations|"
        "met vriendelijke groet|met vriendelijke groeten|mfg|mit besten grüßen|mit freundlichen grüssen|"
        "mit freundlichen grüßen|mvh|pozdrawiam|regards|respectfully|s pozdravem|s pozdravom|saludos|"
        "saludos cordiales|saluti|saygılarımla|sincerely|sincerely yours|sincères salutations|take care|terveisin|"
        "thank you and best regards|thanks & regards|thanks and regards|un saludo|venlig hilsen|vennlig hilsen|"
        "viele grüße|vriendelijke groeten|vänliga hälsningar|warm regards|warmest regards|with best regards|"
        "with best wishes|with kind regards|with regards|yours faithfully|yours sincerely|yours truly|"
        "ystävällisin terveisin|z poważaniem|üdvözlettel|"
        "з повагою|с наилучшими пожеланиями|с уважением|"
        "με εκτίμηση"
    ).split("|")
)
"""Closing words that stand alone on a line above the writer's name."""
