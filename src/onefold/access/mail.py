"""Sending e-mail through the configured server. Plain text, one recipient."""

from __future__ import annotations

import logging
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid, parseaddr

from onefold.errors import InvalidInput, SourceFailed
from onefold.settings import SmtpSettings

log = logging.getLogger("onefold.mail")

_POLICY = SMTP.clone(max_line_length=900)  # Python 3.11 loses spaces between encoded words where it folds a subject
_TIMEOUT_SECONDS = 20.0


def send_mail(
    smtp: SmtpSettings, password: str | None, *, to: str, subject: str, text: str, message_id: str | None = None
) -> None:
    """Hand one message to the mail server; returns when it has taken it.

    Args:
        smtp: the server.
        password: with ``${…}`` expanded.
        to: one address.
        subject: one line.
        text: the body.
        message_id: the same for every attempt, without the host; a new one where absent.

    Raises:
        InvalidInput: the address or subject has line breaks.
        SourceFailed: the server did not take it.
    """
    if any(mark in to + subject for mark in "\r\n\x00"):
        raise InvalidInput("an e-mail address and subject are one line")
    message = EmailMessage(policy=_POLICY)
    message["From"] = smtp.sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = formatdate(usegmt=True)
    host = parseaddr(smtp.sender)[1].rpartition("@")[2] or "localhost"
    message["Message-ID"] = f"<{message_id}@{host}>" if message_id else make_msgid(domain=host)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="base64")
    try:
        with _connected(smtp) as server:
            if smtp.user is not None:
                server.login(smtp.user, password or "")
            server.send_message(message)
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        log.warning("mail server %s:%s: %s", smtp.host, smtp.port, type(error).__name__)
        raise SourceFailed(f"the mail server {smtp.host} did not take the message") from error


def _connected(smtp: SmtpSettings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if smtp.security == "tls":
        return smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=_TIMEOUT_SECONDS, context=context)
    server = smtplib.SMTP(smtp.host, smtp.port, timeout=_TIMEOUT_SECONDS)
    if smtp.security == "starttls":
        server.starttls(context=context)
    return server
