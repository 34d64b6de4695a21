import asyncio
import time

import httpx2
import pytest
from twilio.request_validator import RequestValidator

from carehub.village import twilio_rules
from carehub.village.switchboard import segments
from tests.unit.village.lines import MESSAGES, NURSE, OURS, TOKEN, Hub, Line


async def test_a_message_is_answered_in_the_form_that_twilios_document_promises(line: Line) -> None:
    answer = await line.send()

    assert answer.status_code == 201
    assert answer.json()["status"] == "queued"
    schema = twilio_rules.validator("api.v2010.account.message")
    assert list(schema.iter_errors(answer.json())) == []


async def test_a_message_is_reported_queued_then_sent_then_delivered(line: Line, hub: Hub) -> None:
    await line.send()
    await hub.hears(3)

    assert hub.statuses() == ["queued", "sent", "delivered"]


async def test_a_message_can_be_fetched_as_it_stands(line: Line, hub: Hub) -> None:
    sid = (await line.send()).json()["sid"]
    await hub.hears(3)

    fetched = await line.client.get(MESSAGES.replace(".json", f"/{sid}.json"))

    assert (fetched.status_code, fetched.json()["status"]) == (200, "delivered")


async def test_what_the_exchange_sends_is_signed_as_twilio_signs(line: Line, hub: Hub) -> None:
    await line.send()
    await line.client.post("/_exchange/inbound", json={"from": NURSE, "body": "7K3QF"})
    await hub.hears(4)

    validator = RequestValidator(TOKEN)
    assert all(validator.validate(f"{hub.origin}{path}", form, signed) for path, signed, form in hub.heard)
    assert not any(validator.validate(f"{hub.origin}/other", form, signed) for _, signed, form in hub.heard)


async def test_a_reply_reaches_the_hub_from_the_right_telephone(line: Line, hub: Hub) -> None:
    await line.send()
    await line.client.post("/_exchange/inbound", json={"from": NURSE, "body": "7K3QF"})

    inbound = [form for path, _, form in hub.heard if path.endswith("/sms")]
    assert [(form["From"], form["To"], form["Body"]) for form in inbound] == [(NURSE, OURS, "7K3QF")]


async def test_what_the_hub_answers_in_twiml_arrives_at_the_telephone(line: Line, hub: Hub) -> None:
    hub.answer = "<Response><Message>Du har alarmen.</Message></Response>"

    await line.client.post("/_exchange/inbound", json={"from": NURSE, "body": "7K3QF"})
    await asyncio.sleep(0.1)

    assert await line.arrived() == ["Du har alarmen."]


async def test_a_number_that_answered_stop_is_refused_until_it_says_start(line: Line) -> None:
    await line.client.post("/_exchange/inbound", json={"from": NURSE, "body": "stop "})
    stopped = await line.send()
    await line.client.post("/_exchange/inbound", json={"from": NURSE, "body": "START"})

    assert stopped.json()["code"] == 21610
    assert (await line.send()).status_code == 201


REFUSED = [
    ({"To": None}, 21604),
    ({"To": "nobody"}, 21211),
    ({"To": "+4722225555"}, 21614),
    ({"From": None}, 21603),
    ({"From": "+4799900002"}, 21606),
    ({"From": None, "MessagingServiceSid": "MG" + "0" * 32}, 21606),
    ({"MessagingServiceSid": "MGshort"}, 20001),
    ({"Body": None}, 21602),
    ({"Body": ""}, 21602),
    ({"Body": "å" * 1601}, 21617),
    ({"ValidityPeriod": "0"}, 21624),
    ({"ValidityPeriod": "36001"}, 21624),
    ({"ValidityPeriod": "two minutes"}, 21624),
    ({"StatusCallback": "webhooks/twilio"}, 21609),
    ({"StatusCallback": "http://under_score.example/x"}, 21609),
    ({"SmartEncoded": "perhaps"}, 20001),
    ({"RiskCheck": "maybe"}, 20001),
    ({"StatusCallbak": "https://hub.example/x"}, 20001),
    ({"Body": ["one", "two"]}, 20001),
]


@pytest.mark.parametrize(("fields", "code"), REFUSED)
async def test_the_exchange_refuses_what_twilio_refuses(line: Line, fields: dict[str, str], code: int) -> None:
    answer = await line.send(**fields)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert set(answer.json()) == {"code", "message", "more_info", "status"}


@pytest.mark.parametrize(
    "fields", [{"ValidityPeriod": "120"}, {"SmartEncoded": "true"}, {"MediaUrl": ["https://a.no/1", "https://a.no/2"]}]
)
async def test_the_exchange_accepts_what_the_document_allows(line: Line, fields: dict[str, str]) -> None:
    assert (await line.send(**fields)).status_code == 201


@pytest.mark.parametrize("auth", [("", ""), ("AC" + "0" * 32, TOKEN), (MESSAGES.split("/")[3], "wrong")])
async def test_a_stranger_is_turned_away(line: Line, auth: tuple[str, str]) -> None:
    answer = await line.client.post(MESSAGES, data={"To": NURSE}, auth=auth)

    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


# --- bad behaviour -------------------------------------------------------------------------


async def test_a_slow_exchange_answers_late(line: Line) -> None:
    await line.behave(slow_s=0.2)

    began = time.monotonic()
    await line.send()

    assert time.monotonic() - began >= 0.2


async def test_an_overloaded_exchange_says_when_to_come_back(line: Line) -> None:
    await line.behave(refuse="429", retry_after_s=7)

    answer = await line.send()

    assert (answer.status_code, answer.headers["Retry-After"], answer.json()["code"]) == (429, "7", 20429)


async def test_a_broken_exchange_says_500(line: Line) -> None:
    await line.behave(refuse="500")

    assert (await line.send()).status_code == 500


async def test_a_reset_connection_means_that_nothing_was_sent(line: Line, hub: Hub) -> None:
    await line.behave(refuse="reset")

    with pytest.raises(httpx2.TransportError):
        await line.send()

    assert (await line.client.get("/_exchange/messages")).json() == []


async def test_a_connection_reset_after_accepting_still_sends_the_message(line: Line, hub: Hub) -> None:
    await line.behave(refuse="reset_after_accepting")

    with pytest.raises(httpx2.TransportError):
        await line.send()
    await hub.hears(3)

    assert hub.statuses()[-1] == "delivered"


async def test_an_accepted_message_may_never_be_heard_of_again(line: Line, hub: Hub) -> None:
    await line.behave(fate="silent")

    accepted = await line.send()
    await asyncio.sleep(0.1)

    assert accepted.status_code == 201
    assert hub.heard == []
    assert await line.arrived() == []


@pytest.mark.parametrize("fate", ["undelivered", "failed"])
async def test_a_message_that_does_not_arrive_says_why(line: Line, hub: Hub, fate: str) -> None:
    await line.behave(fate=fate, error_code=30005)

    await line.send()
    await hub.hears(3 if fate == "undelivered" else 2)

    assert hub.heard[-1][2]["MessageStatus"] == fate
    assert hub.heard[-1][2]["ErrorCode"] == "30005"


async def test_a_message_that_waits_longer_than_its_validity_expires(line: Line, hub: Hub) -> None:
    await line.behave(deliver_after_s=121)

    await line.send(ValidityPeriod="120")
    await hub.hears(2)

    assert hub.heard[-1][2]["ErrorCode"] == "30036"


async def test_callbacks_may_come_three_times_each(line: Line, hub: Hub) -> None:
    await line.behave(callbacks="duplicate")

    await line.send()
    await hub.hears(9)

    assert hub.statuses() == ["queued"] * 3 + ["sent"] * 3 + ["delivered"] * 3


async def test_callbacks_may_come_in_the_wrong_order(line: Line, hub: Hub) -> None:
    await line.behave(callbacks="out_of_order")

    await line.send()
    await hub.hears(3)

    assert hub.statuses() == ["delivered", "sent", "queued"]


async def test_callbacks_may_come_before_the_answer_itself(line: Line, hub: Hub) -> None:
    await line.behave(callbacks="early")

    await line.send()

    assert hub.statuses() == ["queued", "sent", "delivered"]


async def test_bad_behaviour_holds_for_one_number_and_for_as_many_times_as_said(line: Line) -> None:
    await line.behave(number=NURSE, refuse="500", times=2)

    answers = [(await line.send(To=to)).status_code for to in ("+4799900112", NURSE, NURSE, NURSE)]

    assert answers == [201, 500, 500, 201]


async def test_good_behaviour_returns_when_asked_for(line: Line) -> None:
    await line.behave(refuse="500")
    await line.client.delete("/_exchange/behaviour")

    assert (await line.send()).status_code == 201


async def test_a_misspelt_behaviour_is_refused(line: Line) -> None:
    answer = await line.client.post("/_exchange/behaviour", json={"refuze": "500"})

    assert answer.status_code == 422


# --- the page ------------------------------------------------------------------------------


async def test_the_page_shows_each_telephone_and_lets_it_answer(line: Line, hub: Hub) -> None:
    await line.send(Body="<b>7K3QF</b> https://hub.example/a/7K3QF<i>")
    await hub.hears(3)

    page = (await line.client.get("/")).text
    answered = await line.client.post(f"/telefon/{NURSE}", data={"svar": "7K3QF"})

    assert "&lt;b&gt;7K3QF&lt;/b&gt;" in page
    assert '<a href="https://hub.example/a/7K3QF&lt;i&gt;">' in page
    assert "Sykepleier &lt;sone&gt; nord" in page
    assert answered.status_code == 303
    assert hub.heard[-1][2]["Body"] == "7K3QF"


async def test_a_telephone_that_does_not_exist_is_not_shown(line: Line) -> None:
    assert (await line.client.get("/telefon/+4799900999")).status_code == 404


async def test_the_hubs_silence_is_written_down_for_whoever_looks(line: Line) -> None:
    await line.send(StatusCallback="http://127.0.0.1:1/nobody")
    await asyncio.sleep(0.1)
    reports = (await line.client.get("/_exchange/reports")).json()

    assert reports[0]["status"] == 0


@pytest.mark.parametrize(("text", "count"), [("æøå" * 53, 1), ("a" * 161, 2), ("ą" * 70, 1), ("ą" * 71, 2)])
def test_norwegian_letters_cost_no_more_than_english_ones(text: str, count: int) -> None:
    assert segments(text) == count
