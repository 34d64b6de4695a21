"""A call is answered by the right keys and by nothing else (F49, C18, C24, C30)."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from carehub.core.answers.alerts import Status
from carehub.core.answers.escalation import Method
from carehub.core.languages import Language
from carehub.store import people, tables
from carehub.store.tables.alerts import NoticeState
from carehub.village import twilio_rules
from carehub.village.calls import as_twilio_json
from integrations.channels import twilio_webhooks
from tests.journeys.building import CANARY, INGRID, MARIA, Night
from tests.journeys.telephones import Exchange, only_by, telephones


@pytest.fixture
async def exchange(quick_night: Night) -> AsyncIterator[Exchange]:
    """Ingrid is reached by a call alone, and Maria not at all."""
    async with telephones(quick_night) as built:
        await only_by(quick_night, "ingrid", "voice", INGRID)
        await only_by(quick_night, "maria", "tablet", "sol")
        yield built


async def the_call(night: Night) -> tables.Notice:
    (found,) = [one for one in await night.notices() if one.channel == "voice" and one.cycle == "rung:1"]
    notice: tables.Notice = found
    return notice


async def test_who_presses_what_the_voice_says_has_the_alert_f49(quick_night: Night, exchange: Exchange) -> None:
    """F49: the digits prove that somebody listened; the receipt says "seen"."""
    await quick_night.press()
    await exchange.ended()

    alert = await quick_night.the_alert()
    assert (alert.status, alert.owner_id) == (Status.TAKEN, "ingrid")
    assert (await the_call(quick_night)).state is NoticeState.SEEN
    assert exchange.calls[0].said[-1] == "Takk. Du har varselet. Åpne det på telefonen når du kan."
    assert exchange.calls[0].fields["MachineDetection"] == "Enable"


@pytest.mark.parametrize(
    "answers",
    ["listens", "presses_one", "presses_wrong", "voicemail", "not_lifted", "busy", "unreachable"],
)
async def test_silence_a_child_voicemail_and_an_empty_line_are_no_answer_f49(
    quick_night: Night, exchange: Exchange, answers: str
) -> None:
    """F49: nobody has it, and the next are asked at once."""
    exchange.behave(answers=answers)

    await quick_night.press()
    await exchange.ended()
    exchange.behave(answers="never_heard_of")
    await quick_night.work()

    alert = await quick_night.the_alert()
    assert (alert.status, alert.owner_id) == (Status.OPEN, None)
    assert (await the_call(quick_night)).state is NoticeState.FAILED
    assert alert.rung >= 2


async def test_voicemail_is_told_nothing_c24(quick_night: Night, exchange: Exchange) -> None:
    exchange.behave(answers="voicemail")

    await quick_night.press()
    await exchange.ended()

    assert exchange.calls[0].said == []


async def test_a_call_that_is_never_heard_of_is_a_failure_after_a_minute_f43(
    quick_night: Night, exchange: Exchange
) -> None:
    """F43 for calls."""
    exchange.behave(answers="never_heard_of")

    await quick_night.press()
    assert (await the_call(quick_night)).state is NoticeState.ACCEPTED
    await quick_night.pass_time(seconds=61)

    assert (await the_call(quick_night)).state is NoticeState.FAILED
    assert (await quick_night.the_alert()).rung >= 2


async def test_the_voice_says_no_name_and_no_health_word_c24(quick_night: Night, exchange: Exchange) -> None:
    await quick_night.press()
    await exchange.ended()

    said = " ".join(exchange.calls[0].said).casefold()
    assert CANARY not in said
    assert said.startswith("dette er varslingen. et varsel haster og venter på deg. varsel ")


async def test_what_was_taken_meanwhile_is_said_and_nothing_is_asked(quick_night: Night, exchange: Exchange) -> None:
    exchange.behave(answers="never_heard_of")
    await quick_night.press()
    await quick_night.take("maria")
    notice = await the_call(quick_night)

    answer = await ask(exchange, notice.id, To=INGRID)

    assert "allerede tatt av en kollega" in answer.text
    assert "<Gather" not in answer.text


@pytest.mark.parametrize("ends", ["person", "number"])
async def test_whoever_left_while_the_call_rang_learns_nothing_and_takes_nothing(
    quick_night: Night, exchange: Exchange, ends: str
) -> None:
    """As an SMS and a page: asked again whether this is still somebody who may answer, and still their number."""
    exchange.behave(answers="never_heard_of")
    await quick_night.press()
    notice = await the_call(quick_night)
    (code,) = [one for one in await quick_night.rows(tables.ReplyCode) if one.person_id == "ingrid"]
    async with quick_night.database.write() as session:
        if ends == "person":
            (await session.get_one(tables.Person, "ingrid")).active = False
        else:
            await people.disable(session, "ingrid", Method(channel="voice", address=INGRID), "not hers any more")

    lifted = await ask(exchange, notice.id, To=INGRID)
    pressed = await ask(exchange, notice.id, To=INGRID, Digits=f"1{code.digits}")

    assert "ingen varsler som venter" in lifted.text
    assert "ingen varsler som venter" in pressed.text
    assert ((await quick_night.the_alert()).status, code.used_at) == (Status.OPEN, None)
    assert "Ingen varsler venter" in await quick_night.reply(INGRID, "ok")


async def test_another_telephone_or_an_unknown_call_learns_nothing_c18(quick_night: Night, exchange: Exchange) -> None:
    exchange.behave(answers="never_heard_of")
    await quick_night.press()
    notice = await the_call(quick_night)

    for name, number in ((notice.id, MARIA), ("no-such-notice", INGRID)):
        for keys in ({}, {"Digits": "1234"}):
            answer = await ask(exchange, name, To=number, **keys)
            assert "ingen varsler som venter" in answer.text
    assert (await quick_night.the_alert()).status is Status.OPEN


async def test_a_call_webhook_is_signed_over_its_whole_address_c18(quick_night: Night, exchange: Exchange) -> None:
    """C18: without the signature, or with that of another address, nothing is said and nothing taken."""
    exchange.behave(answers="never_heard_of")
    await quick_night.press()
    notice, hub = await the_call(quick_night), exchange.board.settings.reach or ""
    form = {"CallSid": "CA1", "To": INGRID, "CallStatus": "in-progress"}

    async with httpx2.AsyncClient(base_url=hub) as client:
        for path in (f"/webhooks/twilio/voice/{notice.id}", f"/webhooks/twilio/voice/{notice.id}?tries=1"):
            signed = exchange.board._validator.compute_signature("https://hub.example/webhooks/twilio/call", form)
            assert (await client.post(path, data=form)).status_code == 403
            assert (await client.post(path, data=form, headers={"x-twilio-signature": signed})).status_code == 403


async def test_a_report_that_says_nothing_is_refused(quick_night: Night, exchange: Exchange) -> None:
    for path in ("call", "voice/n1"):
        report = await exchange.board.post(f"https://hub.example/webhooks/twilio/{path}", {"AccountSid": "AC1"})
        assert report.status == 422


def test_words_in_a_call_are_never_markup_c30() -> None:
    """C30: TwiML is written by the library."""
    twiml = twilio_webhooks.speak("</Say><Dial>+4790000000</Dial>", keys=4, ask_at="https://x.example/?a=1&b=2")

    assert "<Dial>" not in twiml
    assert "&lt;/Say&gt;&lt;Dial&gt;" in twiml
    assert 'language="nb-NO"' in twiml


async def test_the_exchange_answers_a_call_as_twilios_document_says(quick_night: Night, exchange: Exchange) -> None:
    await quick_night.press()
    await exchange.ended()

    schema = twilio_rules.validator("api.v2010.account.call")
    assert list(schema.iter_errors(as_twilio_json(exchange.calls[0], "AC" + "0" * 32))) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": "nobody"}, 21211),
        ({"To": None}, 21604),
        ({"Url": None}, 21205),
        ({"From": "+4799900009"}, 21210),
        ({"Timeout": "soon"}, 20001),
        ({"Colour": "red"}, 20001),
        ({"StatusCallbackEvent": "hiccup"}, 21626),
    ],
)
def test_the_exchange_refuses_a_call_that_twilio_refuses(fields: dict[str, str | None], code: int) -> None:
    form = {"To": INGRID, "From": "+4799900001", "Url": "https://hub.example/voice"} | fields
    refusal = twilio_rules.refuse_call({k: [v] for k, v in form.items() if v is not None}, numbers=("+4799900001",))

    assert refusal is not None
    assert refusal.code == code


async def ask(exchange: Exchange, notice_id: str, **form: str) -> httpx2.Response:
    """What the hub says to a signed request about this call."""
    address = f"/webhooks/twilio/voice/{notice_id}"
    fields = {"CallSid": "CA1", "CallStatus": "in-progress"} | form
    signed = exchange.board._validator.compute_signature(f"https://hub.example{address}", fields)
    async with httpx2.AsyncClient(base_url=exchange.board.settings.reach or "") as client:
        return await client.post(address, data=fields, headers={"x-twilio-signature": signed})


async def test_whoever_chose_english_is_called_in_english(quick_night: Night, exchange: Exchange) -> None:
    async with quick_night.database.write() as session:
        (await session.get_one(tables.Person, "ingrid")).language = Language.EN
    exchange.behave(answers="never_heard_of")
    await quick_night.press()

    answer = await ask(exchange, (await the_call(quick_night)).id, To=INGRID)

    assert 'language="en-GB"' in answer.text
    assert "An alert is urgent and is waiting for you. Alert " in answer.text
    assert "To take it: press 1, then " in answer.text
