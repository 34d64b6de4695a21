import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData
from twilio.request_validator import RequestValidator

from carehub.contracts import Fate
from integrations.channels.twilio_webhooks import inbound_of, status_of, verify

URL = "https://carehub.example/webhooks/twilio/status?zone=nord"
FORM = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+4799900111"}
OLD, NEW = "old-token", "new-token"


def signed(url: str = URL, form: dict[str, str] | FormData = FORM, token: str = NEW) -> str:
    return str(RequestValidator(token).compute_signature(url, form))


def test_what_twilio_signed_is_believed_c18() -> None:
    assert verify(URL, FORM, signed(), (NEW,))


def test_both_tokens_hold_while_one_is_being_changed_c18() -> None:
    assert verify(URL, FORM, signed(token=OLD), (NEW, OLD))
    assert verify(URL, FORM, signed(token=NEW), (NEW, OLD))
    assert not verify(URL, FORM, signed(token=OLD), (NEW,))


@pytest.mark.parametrize(
    ("url", "form"),
    [
        (URL.replace("https", "http"), FORM),
        (URL.replace("carehub", "evil"), FORM),
        (URL.replace("nord", "sor"), FORM),
        (URL, FORM | {"Extra": "1"}),
        (URL, {name: value for name, value in FORM.items() if name != "To"}),
        (URL, FORM | {"To": "+4799900112"}),
        (URL, FORM | {"To": " +4799900111"}),
        (URL, {}),
    ],
)
def test_anything_else_than_what_was_signed_is_refused_c18(url: str, form: dict[str, str]) -> None:
    assert not verify(url, form, signed(), (NEW,))


@pytest.mark.parametrize("signature", [None, "", "x", "æ", signed()[:-1], signed() + "=", signed().lower()])
def test_no_signature_or_a_wrong_one_is_refused_c18(signature: str | None) -> None:
    assert not verify(URL, FORM, signature, (NEW,))


def test_without_a_token_nothing_is_believed_c18() -> None:
    assert not verify(URL, FORM, signed(token=""), ("",))
    assert not verify(URL, FORM, signed(), ())


def test_a_parameter_that_comes_twice_counts_twice_c18() -> None:
    form = FormData([("MessageSid", "SM1"), ("Media", "a"), ("Media", "b")])

    assert verify(URL, form, signed(form=form), (NEW,))
    assert not verify(URL, FormData([("MessageSid", "SM1"), ("Media", "a")]), signed(form=form), (NEW,))


@given(st.text(), st.dictionaries(st.text(), st.text()), st.text() | st.none())
def test_any_request_is_judged_and_never_raises(url: str, form: dict[str, str], signature: str | None) -> None:
    assert verify(url, form, signature, (NEW,)) is False


@pytest.mark.parametrize(
    ("word", "fate"),
    [
        ("queued", Fate.ACCEPTED),
        ("sent", Fate.ACCEPTED),
        ("delivered", Fate.DELIVERED),
        ("read", Fate.DELIVERED),
        ("undelivered", Fate.FAILED_FOR_GOOD),
        ("failed", Fate.FAILED_FOR_GOOD),
    ],
)
def test_a_status_says_what_became_of_the_text(word: str, fate: Fate | None) -> None:
    status = status_of({"MessageSid": "SM1", "MessageStatus": word, "ErrorCode": "30003"})

    assert status is not None
    assert (status.reference, status.status, status.fate, status.error) == ("SM1", word, fate, "30003")


@pytest.mark.parametrize("form", [{}, {"MessageSid": "SM1"}, {"MessageStatus": "sent"}])
def test_what_is_no_status_is_none(form: dict[str, str]) -> None:
    assert status_of(form) is None


def test_a_text_from_a_telephone_has_a_sender_and_words() -> None:
    text = inbound_of({"From": "+4799900111", "Body": " K7 ", "MessageSid": "SM2"})

    assert text is not None
    assert (text.sender, text.body, text.reference) == ("+4799900111", "K7", "SM2")


def test_a_text_without_sender_or_id_is_none() -> None:
    assert inbound_of({"Body": "K7", "MessageSid": "SM2"}) is None
    assert inbound_of({"Body": "K7", "From": "+47"}) is None
    assert inbound_of({"Body": object(), "From": "+47", "MessageSid": "SM2"}) is not None
