"""E-mail by SMTP: a link and nothing else. A back-up for those who sit at a desk; nobody reports that it was read."""

import re
import ssl
from email.message import EmailMessage
from typing import ClassVar

import aiosmtplib
from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from carehub.contracts import ChannelTools, ConfigurationError, Fate, OutgoingNotice, Receipt
from carehub.core.showing.spoken import in_language
from carehub.core.showing.wording import mail_subject, mail_text
from integrations.channels._settings import ChannelSettings

_ANSWER_S = 8.0
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_LINK = re.compile(r"https?://\S+")
_FIRST_FOR_GOOD, _BAD_LOGIN = 500, frozenset({530, 534, 535, 538})


class EmailSettings(ChannelSettings):
    """CAREHUB_SMTP_*; without a host no e-mail is sent."""

    model_config = SettingsConfigDict(env_prefix="CAREHUB_", extra="ignore")

    smtp_host: str | None = Field(default=None, description="The mail server; without it no e-mail is sent.")
    smtp_port: int = Field(default=587, description="Its port.")
    smtp_from: str | None = Field(default=None, description="The sender's address.")
    smtp_username: str | None = Field(default=None, description="The hub's name at the server.")
    smtp_password: SecretStr | None = Field(default=None, description="Its password.")
    smtp_tls: str = Field(
        default="starttls", pattern="^(starttls|tls|none)$", description="`starttls`, `tls` from the start, or `none`."
    )
    smtp_ca_file: str | None = Field(default=None, description="Certificates to trust; by default the system's.")


class EmailChannel:
    """Sends one plain message."""

    name: ClassVar[str] = "email"
    heard_within_s: ClassVar[float | None] = None

    def __init__(self, settings: EmailSettings, public_url: str) -> None:
        self._settings, self._public = settings, public_url.rstrip("/")

    async def send(self, notice: OutgoingNotice) -> Receipt:
        """Hand it to the server; that it was accepted there is all that anybody will say."""
        if not _ADDRESS.fullmatch(notice.address):
            return Receipt(fate=Fate.FAILED_FOR_GOOD, reason="that is no e-mail address")
        settings = self._settings
        password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
        try:
            await aiosmtplib.send(
                self._message(notice),
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=settings.smtp_username,
                password=password,
                use_tls=settings.smtp_tls == "tls",
                start_tls=settings.smtp_tls == "starttls",
                tls_context=ssl.create_default_context(cafile=settings.smtp_ca_file),
                timeout=_ANSWER_S,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _refused(error.recipients[0].code)
        except aiosmtplib.SMTPResponseException as error:
            return _refused(error.code)
        except (aiosmtplib.SMTPException, OSError) as error:
            return Receipt(fate=Fate.FAILED_FOR_NOW, reason=type(error).__name__)
        return Receipt(fate=Fate.ACCEPTED, reference=notice.id)

    def _message(self, notice: OutgoingNotice) -> EmailMessage:
        """The link only: mail lies in the clear on many machines, and the code in a text would open an alert.

        A code that proves this very address opens nothing, and must be in it.
        """
        link = _LINK.search(notice.text)
        message = EmailMessage()
        message["From"], message["To"] = self._settings.smtp_from, notice.address
        message["Subject"] = in_language(mail_subject(proves=notice.proves), notice.language)
        message["Message-ID"] = f"<{notice.id}@{self._public.partition('://')[2].partition(':')[0] or 'carehub'}>"
        summons = in_language(mail_text(link=link[0] if link else self._public), notice.language)
        message.set_content(f"{notice.text}\n{self._public}/my\n" if notice.proves else f"{summons}\n")
        return message

    async def close(self) -> None:
        """Nothing is held."""


def _refused(code: int) -> Receipt:
    """5xx is final for this address, unless it is our own login that is wrong."""
    for_good = code >= _FIRST_FOR_GOOD and code not in _BAD_LOGIN
    return Receipt(fate=Fate.FAILED_FOR_GOOD if for_good else Fate.FAILED_FOR_NOW, reason=f"SMTP {code}")


class _Factory:
    """In use where a mail server is named."""

    name = EmailChannel.name

    def __call__(self, tools: ChannelTools) -> EmailChannel | None:
        """Raises ConfigurationError where the sender is missing or could carry another header."""
        settings = EmailSettings()
        if not settings.smtp_host:
            return None
        if not _ADDRESS.fullmatch(settings.smtp_from or ""):
            raise ConfigurationError(
                "CAREHUB_SMTP_HOST also needs CAREHUB_SMTP_FROM, an address such as vakt@kommune.no."
            )
        return EmailChannel(settings, tools.public_url)


CHANNEL = _Factory()
