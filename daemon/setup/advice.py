"""What a server's refusal means and what to do about it: by the words that the providers really use."""

from __future__ import annotations

import re
from dataclasses import dataclass

from daemon.setup.findings import Trouble
from daemon.setup.providers import Provider
from rules.vocabulary import in_language


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something went wrong: the protocol, the address of the server, and its provider when it is known."""

    protocol: str
    host: str
    port: int
    tls: str
    provider: Provider | None
    language: str

    @property
    def usual(self) -> str:
        """The ports and modes that this protocol has everywhere."""
        return (
            "port 993 with tls: ssl, or 143 with starttls"
            if self.protocol == "imap"
            else ("port 465 with tls: ssl, or 587 with starttls")
        )


_REFUSALS: tuple[tuple[Trouble, str], ...] = (
    # QQ names every cause it has in one sentence, so none of them is known.
    (Trouble.LOGIN_REFUSED, r"account is abnormal, service is not open"),
    # Exchange Online: 5.7.139 has two meanings.
    (Trouble.PROTOCOL_OFF, r"SmtpClientAuthentication is disabled|authenticated but not connected"),
    (Trouble.PASSWORDS_OFF, r"basic authentication is (?:disabled|blocked)|5\.7\.139|BasicAuth(?:Blocked|Disabled)"),
    # Gmail and Yahoo; QQ and 163, whose two spellings differ; Exmail.
    (Trouble.APP_PASSWORD, r"application-specific password|app(?:lication|-specific)? password|InvalidSecondFactor"),
    (Trouble.APP_PASSWORD, r"authori[sz](?:ation|ed) code|授权码|授權碼|客户端专用密码|client.specific password"),
    (Trouble.PROTOCOL_OFF, r"not enabled for IMAP|enable IMAP|IMAP (?:access )?is disabled|service is not open"),
    (
        Trouble.PROTOCOL_OFF,
        r"has no permission|用户无权|未开启|not (?:allowed|permitted) to use (?:IMAP|SMTP)",
    ),
    (Trouble.UNSAFE_LOGIN, r"unsafe login"),
    (Trouble.TOO_MANY, r"too many|frequency limit|频率|rate.?limit|temporarily (?:locked|blocked)|\[LIMIT\]|\[INUSE\]"),
    (Trouble.PASSWORD_IN_CLEAR, r"PRIVACYREQUIRED|plaintext authentication disallowed|must issue a STARTTLS"),
)
_PATTERNS = tuple((trouble, re.compile(pattern, re.IGNORECASE)) for trouble, pattern in _REFUSALS)


def refusal(said: str) -> Trouble:
    """Which trouble the words of a refused log-in stand for."""
    return next((trouble for trouble, pattern in _PATTERNS if pattern.search(said)), Trouble.LOGIN_REFUSED)


def advice(trouble: Trouble, spot: Spot) -> str:
    """What to do, in one or two sentences; the provider's own steps are added where they help."""
    words = _ADVICE[trouble].format(spot=spot, usual=spot.usual, secret=_secret(spot), PROTOCOL=spot.protocol.upper())
    if trouble in _PROVIDERS_MATTER and spot.provider is not None:
        words += f" {spot.provider.name}: {in_language(spot.provider.notes, spot.language)}"
    return words


def _secret(spot: Spot) -> str:
    if spot.provider is None:
        return "an app password or authorization code (授权码)"
    return f"its {in_language(spot.provider.secret, spot.language)}"


_PROVIDERS_MATTER = {
    Trouble.APP_PASSWORD,
    Trouble.PROTOCOL_OFF,
    Trouble.PASSWORDS_OFF,
    Trouble.LOGIN_REFUSED,
    Trouble.UNSAFE_LOGIN,
}

_ADVICE = {
    Trouble.UNKNOWN_HOST: "No such host: check the spelling of {spot.host}, and that this machine can resolve names.",
    Trouble.PORT_CLOSED: "Nothing listens on port {spot.port} of {spot.host}: wrong port? Usual is {usual}.",
    Trouble.NO_ANSWER: "No answer from {spot.host} port {spot.port}: a firewall, or the wrong port. Usual is {usual}.",
    Trouble.WRONG_PROTOCOL: "Another kind of server answers there than {PROTOCOL}: wrong port? Usual is {usual}.",
    Trouble.TLS_WANTED_PLAIN_SPOKEN: "Port {spot.port} does not begin with TLS: write tls: starttls for this port, or "
    "take the port that does; usual is {usual}.",
    Trouble.TLS_SPOKEN_PLAIN_WANTED: "Port {spot.port} speaks TLS from the first byte: write tls: ssl for this port.",
    Trouble.NO_STARTTLS: "The server does not offer STARTTLS there: use the port with tls: ssl; usual is {usual}.",
    Trouble.TLS_FAILED: "TLS could not be agreed on: the server may be too old (TLS 1.2 is needed) or no mail server.",
    Trouble.CERTIFICATE_UNKNOWN: "The certificate is signed by nobody this machine trusts (self-signed, or a company's "
    "own authority): if it is yours, name its authority's file in ca_file; never on a public provider.",
    Trouble.CERTIFICATE_EXPIRED: "The server's certificate has expired (or this machine's clock is wrong).",
    Trouble.CERTIFICATE_NAME: "The certificate is for another name than {spot.host}: write the host name that the "
    "provider documents, not an alias or an address.",
    Trouble.CA_FILE: "The file of certificates that ca_file names cannot be used: check its path and that it is PEM.",
    Trouble.SECRET: "The password cannot be read: check where the settings say it is kept, and its mode (0600).",
    Trouble.NO_TOKEN: "No access token: run `postdesk oauth login` for this account; see docs/oauth.md.",
    Trouble.PASSWORD_IN_CLEAR: "The server takes no password over a link in clear: use tls: ssl or starttls; usual is "
    "{usual}.",
    Trouble.APP_PASSWORD: "The server does not take the account's own password: use {secret} in its place.",
    Trouble.PROTOCOL_OFF: "{PROTOCOL} is switched off for this account: switch it on at the provider.",
    Trouble.PASSWORDS_OFF: "The provider has switched passwords off: use oauth instead; see docs/oauth.md.",
    Trouble.UNSAFE_LOGIN: "The provider calls the log-in unsafe: confirm it in the web mail, and use {secret}.",
    Trouble.TOO_MANY: "Too many log-ins: wait a quarter of an hour before the next try, and have other clients closed.",
    Trouble.LOGIN_REFUSED: "Wrong user name or password: the user name is usually the whole address; many providers "
    "want {secret} in the place of the password.",
    Trouble.AUTH_UNSUPPORTED: "The server offers no log-in that we know there: wrong port or tls mode? Usual is "
    "{usual}. A relay that needs no log-in gets no username.",
    Trouble.FOLDER_MISSING: "There is no such folder: create it, or write one of those that exist.",
    Trouble.NOT_SENT: "The relay did not take the mail; it may want the account's own address as sender, and "
    "null_reverse_path: false.",
    Trouble.NOT_BACK: "The mail did not come back in time: look in the junk folder, or wait longer with --patience.",
    Trouble.OTHER: "The server's own words are all that is known.",
}
