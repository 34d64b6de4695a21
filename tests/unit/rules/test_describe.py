import pytest

from carehub.core.rules.describe import described
from carehub.core.rules.language import Rule, parse_rule
from carehub.core.rules.words import LANGUAGES
from tests.unit.rules.building import RULES, rule, shipped

NIGHT_EXIT = {
    "nb": "Gir et kritisk varsel når døren åpnes ved inngangen mellom kl. 22.00 og 06.00, med mindre det er "
    "bevegelse, noen er til stede, noen legger seg, noen setter seg, døren åpnes, komfyren slås på eller noen bruker "
    "en bryter inne i boligen innen 5 minutter. "
    "Holdes tilbake når beboeren er borte eller personalet er til stede.",
    "nn": "Gir eit kritisk varsel når døra blir opna ved inngangen mellom kl. 22.00 og 06.00, med mindre det er "
    "rørsle, nokon er til stades, nokon legg seg, nokon set seg, døra blir opna, komfyren blir slått på eller nokon "
    "bruker ein brytar inne i bustaden innan 5 minutt. "
    "Blir halde tilbake når bebuaren er borte eller personalet er til stades.",
    "en": "Raises a critical alert when the door is opened at the entrance between 22:00 and 06:00, unless there is "
    "movement, somebody is present, somebody goes to bed, somebody sits down, the door is opened, the stove is turned "
    "on or a switch is used inside the home within 5 minutes. "
    "Held back while the resident is away or staff are present.",
}
WORDED = {
    "watch: {kind: sound.loud}\ncount: {at_least: 3, within: 1 h}":
    "når det er høy lyd minst 3 ganger i løpet av 1 time.",
    "watch: {kind: temperature, below: 15.5}\nfor: 90 s":
    "når temperaturen er under 15,5 grader, og det varer i 90 sekunder.",
    "watch: {kind: temperature, below: 15.0}\nfor: 90 s":
    "når temperaturen er under 15 grader, og det varer i 90 sekunder.",
    "watch: {kind: pulse, at_least: 120, at_most: 200}": "når pulsen er høyst 200 og minst 120.",
    "sequence: {steps: [{kind: bed.left}, {kind: door.opened, place: hall}], within: 2 d}":
    "når først noen står opp av sengen, og så døren åpnes i gangen i løpet av 2 døgn.",
    "watch: {kind: door.opened}\nbetween: {from: '22:00', to: '06:00', days: [friday, saturday]}":
    "når døren åpnes mellom kl. 22.00 og 06.00, fra fredag eller lørdag.",
    "watch: {kind: button.pressed}\npress: true\nenabled: false":
    "når noen trykker på alarmknappen. Hvert trykk teller. Regelen er slått av.",
    "watch: {kind: sound.loud}\nrest: 1 h\nper: device":
    "når det er høy lyd. Hver enhet vurderes for seg. Etter et varsel hviler regelen i 1 time.",
    "absent: {of: {kind: bed.left}, from: '06:00', to: '10:00'}":
    "når klokken er 10.00, og ingenting av dette har skjedd siden kl. 06.00: noen står opp av sengen.",
    "watch: {kind: body_weight}\nchange: {rises_by: 2, within: 3 d}":
    "når vekten har steget med minst 2 i løpet av 3 døgn.",
    "watch: {kind: body_temperature, above: 38}\nchange: {falls_by: 0.5, within: 2 h}":
    "når kroppstemperaturen er over 38 grader og har sunket med minst 0,5 i løpet av 2 timer.",
    "check: {at: '23:00', days: [friday], is: {kind: stove.on, place: kitchen}}":
    "når klokken er 23.00, fra fredag, og det siste som er meldt, er at komfyren slås på på kjøkkenet.",
    "watch: {kind: door.opened, device_classes: [sensor, switch]}\nonly_when: [rehabilitation, asleep]":
    "når døren åpnes på en sensor eller på en bryter. "
    "Gjelder bare når beboeren følges opp etter sykehusopphold og beboeren sover.",
    "absent: {of: {kind: door.opened}, from: '01:00', to: '02:00', although_never_seen: true}\n"
    "only_when: [digital_supervision]":
    "når klokken er 02.00, og ingenting av dette har skjedd siden kl. 01.00: døren åpnes. "
    "Gjelder bare når digitalt tilsyn er avtalt. Det gjelder også når det aldri er sett.",
    "watch: {kind: bed.left}\nfor: 45 min\nuntil: {kind: bed.entered}\n"
    "longer_than_usual: {of: out_of_bed_at_night, plus: 10 min, least: 20 min, most: 90 min}":
    "når noen står opp av sengen, med mindre noen legger seg innen 45 minutter. "
    "Grensen følger personens egne vaner: tid ute av sengen om natten, 95 av 100 ganger, "
    "pluss 10 minutter, men minst 20 minutter og høyst 90 minutter. Er vanene ikke kjent, gjelder 45 minutter.",
    "absent: {of: {kind: bed.left}, from: '06:00', to: '10:00'}\n"
    "later_than_usual: {of: out_of_bed, beyond: 90, least: '08:00', most: '11:30'}":
    "når klokken er 10.00, og ingenting av dette har skjedd siden kl. 06.00: noen står opp av sengen. "
    "Grensen følger personens egne vaner: tidspunktet for å stå opp, 90 av 100 ganger, "
    "men tidligst kl. 08.00 og senest kl. 11.30. Er vanene ikke kjent, gjelder kl. 10.00.",
    "watch: {kind: bed.left}\ncount: {at_least: 5, within: 8 h}\n"
    "more_than_usual: {of: bed_exits_at_night, least: 3, most: 7}":
    "når noen står opp av sengen minst 5 ganger i løpet av 8 timer. "
    "Grensen følger personens egne vaner: turer ut av sengen om natten, 95 av 100 ganger, "
    "pluss 1, men minst 3 og høyst 7. Er vanene ikke kjent, gjelder 5 ganger.",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_night_exit_is_told_so_that_a_nurse_understands_it(language: str) -> None:
    one = parse_rule((RULES / "night-exit.yaml").read_text(encoding="utf-8"))

    assert described(one, language) == NIGHT_EXIT[language]  # type: ignore[arg-type]


@pytest.mark.parametrize(("words", "told"), WORDED.items())
def test_each_word_of_the_language_has_its_sentence(words: str, told: str) -> None:
    assert described(rule(words)) == f"Gir et alvorlig varsel {told}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("one", shipped(), ids=lambda one: one.id)
def test_a_shipped_rule_is_told_without_a_trace_of_code(one: Rule, language: str) -> None:
    told = described(one, language)  # type: ignore[arg-type]

    assert told.endswith(".")
    assert not set("{}[]_") & set(told)
