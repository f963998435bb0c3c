"""Why a relay cannot be used now, in codes that a person can act on."""

from __future__ import annotations

import socket
import ssl

import aiosmtplib

from daemon.ports import Delivery, Result
from daemon.transport.wire import cleaned


class Unusable(Exception):
    """The relay could not be made ready to take any mail; `delivery` is what every mail that waits for it is told."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code)
        self.delivery = Delivery(Result.DEFERRED, code, cleaned(text))


def unusable(error: BaseException) -> Unusable:
    """Name the fault for the person who has to mend it. The cause of a library error says more than the error."""
    cause = error.__cause__ if isinstance(error, aiosmtplib.SMTPConnectError) and error.__cause__ else error
    match cause:
        case ssl.SSLCertVerificationError():
            return Unusable("tls-certificate", cause.verify_message)
        case ssl.SSLError():
            return Unusable("tls-failed", cause.reason or "")
        case socket.gaierror():
            return Unusable("connect-unknown-host", "the relay's name is not known")
        case aiosmtplib.SMTPResponseException():
            return Unusable("connect-refused", f"{cause.code} {cause.message}")
        case TimeoutError():
            return Unusable("connect-timeout")
        case _:
            return Unusable("connect-failed", type(cause).__name__)
