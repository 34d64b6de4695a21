"""A webhook is believed when one of our tokens signed this very address and form, and never otherwise."""

import base64
import hashlib
import hmac

import pytest

from carehub.contracts import Fate
from carehub.flow import deliver
from carehub.flow.answering import replies
from carehub.flow.hub import Hub
from tests.unit.web.conftest import PUBLIC, Browse

TOKEN, OLD_TOKEN = "present-token", "former-token"
STATUS, SMS = "/webhooks/twilio/status", "/webhooks/twilio/sms"
FORM = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+4790000000", "Body": " med mellomrom "}


def signed(address: str, form: dict[str, str], token: str = TOKEN) -> str:
    """Twilio's signature, written from its documentation and not with its library."""
    text = address + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


@pytest.fixture
def told(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What the stations were told."""
    calls: list[tuple[object, ...]] = []

    async def receive_status(_hub: Hub, *said: object) -> None:
        calls.append(said)

    async def receive_reply(_hub: Hub, *said: object) -> str:
        calls.append(said)
        return "Du har varsel A4F2 <nå>."

    monkeypatch.setattr(deliver, "receive_status", receive_status)

    async def receive_wish(_hub: Hub, sender: str, *, wants_texts: bool) -> None:
        calls.append((sender, wants_texts))

    monkeypatch.setattr(replies, "receive_reply", receive_reply)
    monkeypatch.setattr(replies, "receive_wish", receive_wish)
    hub.twilio_tokens = (TOKEN, OLD_TOKEN)
    return calls


async def test_a_true_report_is_passed_on(browser: Browse, told: list[tuple[object, ...]]) -> None:
    answer = await browser(raw=True).post(
        STATUS, data=FORM, headers={"x-twilio-signature": signed(PUBLIC + STATUS, FORM)}
    )

    assert answer.status_code == 204
    assert told == [("SM1", "delivered", None, Fate.DELIVERED)]


async def test_the_former_token_holds_while_it_is_being_changed(
    browser: Browse, told: list[tuple[object, ...]]
) -> None:
    signature = signed(PUBLIC + STATUS, FORM, OLD_TOKEN)

    assert (
        await browser(raw=True).post(STATUS, data=FORM, headers={"x-twilio-signature": signature})
    ).status_code == 204


_TRUE = signed(PUBLIC + STATUS, FORM)


@pytest.mark.parametrize(
    ("why", "form", "headers", "path"),
    [
        ("no signature", FORM, {}, STATUS),
        ("an empty one", FORM, {"x-twilio-signature": ""}, STATUS),
        ("a wrong one", FORM, {"x-twilio-signature": "AAAA"}, STATUS),
        ("another token", FORM, {"x-twilio-signature": signed(PUBLIC + STATUS, FORM, "theirs")}, STATUS),
        ("another path", FORM, {"x-twilio-signature": signed(PUBLIC + SMS, FORM)}, STATUS),
        (
            "http for https",
            FORM,
            {"x-twilio-signature": signed(PUBLIC.replace("https", "http") + STATUS, FORM)},
            STATUS,
        ),
        ("another host", FORM, {"x-twilio-signature": signed("https://evil.example" + STATUS, FORM)}, STATUS),
        ("a changed value", {**FORM, "MessageStatus": "failed"}, {"x-twilio-signature": _TRUE}, STATUS),
        ("an added field", {**FORM, "Extra": "1"}, {"x-twilio-signature": _TRUE}, STATUS),
        ("a removed field", {k: v for k, v in FORM.items() if k != "To"}, {"x-twilio-signature": _TRUE}, STATUS),
        ("a trimmed value", {**FORM, "Body": "med mellomrom"}, {"x-twilio-signature": _TRUE}, STATUS),
        ("an added query", FORM, {"x-twilio-signature": _TRUE}, STATUS + "?a=1"),
        ("the other door", FORM, {"x-twilio-signature": _TRUE}, SMS),
    ],
)
async def test_a_forgery_is_refused(
    browser: Browse, told: list[tuple[object, ...]], why: str, form: dict[str, str], headers: dict[str, str], path: str
) -> None:
    answer = await browser(raw=True).post(path, data=form, headers=headers)

    assert answer.status_code == 403, why
    assert told == []


async def test_the_address_comes_from_the_settings_and_not_from_the_request_c21(
    browser: Browse, told: list[tuple[object, ...]]
) -> None:
    """C21: behind a proxy, whatever host it names."""
    headers = {
        "x-twilio-signature": signed(PUBLIC + STATUS, FORM),
        "host": "localhost", "x-forwarded-host": "evil.example", "x-forwarded-proto": "http",
    }  # fmt: skip

    assert (await browser(raw=True).post(STATUS, data=FORM, headers=headers)).status_code == 204


async def test_without_a_token_nothing_is_believed(hub: Hub, browser: Browse, told: list[tuple[object, ...]]) -> None:
    hub.twilio_tokens = ()

    answer = await browser(raw=True).post(
        STATUS, data=FORM, headers={"x-twilio-signature": signed(PUBLIC + STATUS, FORM, "")}
    )

    assert (answer.status_code, told) == (403, [])


async def test_a_reply_is_answered_in_words_that_are_text(browser: Browse, told: list[tuple[object, ...]]) -> None:
    form = {"From": "+4790000000", "Body": "K7M2P", "MessageSid": "SM2"}

    answer = await browser(raw=True).post(SMS, data=form, headers={"x-twilio-signature": signed(PUBLIC + SMS, form)})

    assert answer.headers["content-type"].startswith("text/xml")
    assert "<Message>Du har varsel A4F2 &lt;nå&gt;.</Message>" in answer.text
    assert told == [("+4790000000", "K7M2P")]


async def test_a_sign_that_no_database_keeps_costs_nobody_their_reply_c11(
    browser: Browse, told: list[tuple[object, ...]]
) -> None:
    form = FORM | {"From": "+4790000004", "Body": "TA A4\x00F2"}
    await browser(raw=True).post(SMS, data=form, headers={"x-twilio-signature": signed(PUBLIC + SMS, form)})

    assert told == [("+4790000004", "TA A4F2")]


@pytest.mark.parametrize(("word", "wants"), [("STOP", False), (" stop ", False), ("Start", True)])
async def test_stop_and_start_are_wishes_and_answered_by_the_provider_f51(
    browser: Browse, told: list[tuple[object, ...]], word: str, wants: bool
) -> None:
    form = {"From": "+4790000000", "Body": word, "MessageSid": "SM2"}

    answer = await browser(raw=True).post(SMS, data=form, headers={"x-twilio-signature": signed(PUBLIC + SMS, form)})

    assert "<Message>" not in answer.text
    assert told == [("+4790000000", wants)]


async def test_an_error_code_and_a_new_word_are_passed_on(browser: Browse, told: list[tuple[object, ...]]) -> None:
    for form in (
        {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30005"},
        {"MessageSid": "SM1", "MessageStatus": "teleported"},
    ):
        await browser(raw=True).post(STATUS, data=form, headers={"x-twilio-signature": signed(PUBLIC + STATUS, form)})

    assert told == [("SM1", "undelivered", "30005", Fate.FAILED_FOR_GOOD), ("SM1", "teleported", None, None)]
