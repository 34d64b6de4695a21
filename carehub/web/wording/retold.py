"""Sentences that the hub wrote down in bokmål: in its journal, its tasks and its refusals; retold where they are shown.

What is stored stays as it was said, also what older releases said. Each pattern is a sentence with its values; what is
not known here stays as it is. A test reads what the stations write. What a model says is in `model_words`.
"""

import re
from functools import cache

from carehub.web.tongue import _, later
from carehub.web.wording.model_words import told_by_model

SENTENCES = (
    # refusals of a decision or a draft
    later("Regelen «%(rule)s» kan ikke ha disse verdiene samtidig."),
    later("«%(path)s» kan ikke tilpasses i regelen «%(rule)s». Dette kan tilpasses: %(known)s."),
    later("«%(path)s» kan ikke tilpasses i regelen «%(rule)s»."),
    later("«%(value)s» er ikke en gyldig verdi for «%(path)s»."),
    later("«%(path)s» må være fra %(least)s til %(most)s; %(value)s går ikke."),
    later("«%(rule)s» kan ikke slås av: dette varsles alltid."),
    later("Det er ingen slik regel."), later("Ingenting er endret."), later("Skriv hvorfor."),
    later("Slutten må være etter begynnelsen, og ikke være passert."), later("Velg én enhet eller én beboer."),
    later("Utkastet er i kraft eller avsluttet. Lag et nytt."),
    later("Noen andre kan ha gjort noe med utkastet alt. Se på det en gang til."),
    later("Det er feil i regelen. Rett den først."),
    later("Regelen er endret siden utkastet ble skrevet. Lagre det på nytt, og prøv det på nytt."),
    later("Utkastet må prøves på fortiden først, mot reglene som gjelder nå."),
    later("En annen enn den som har skrevet utkastet, må si seg enig."), later("Skriv hvorfor regelen tas tilbake."),
    later("Regelen spør ikke lenger etter: %(kinds)s."), later("Det livsviktige varsles likevel."),
    # the journal of an alert
    later("Venter på at kollegaen svarer."), later("Kommer for å hjelpe."), later("Bekreftet av en til."),
    later("Meldt %(many)s ganger."), later("Meldt flere ganger: hevet."), later("Fristen gikk ut: %(what)s."),
    later("Samlet i felles varsel: mange er stille."), later("Kalte på en til: varsel %(number)s."),
    later("En kollega på varsel %(number)s trenger en til."), later("Kontakt på varsel %(number)s."),
    later("Avsluttet uten kontakt: oppfølging %(number)s om 15 minutter."),
    later("Ingen å varsle på trinn %(rung)s: gikk videre."),
    later("Varslet %(people)s på trinn %(rung)s, nummer %(turn)s etter tur."),
    later("Varslet %(people)s på trinn %(rung)s."),
    later("Fristen gikk ut for mer enn et døgn siden: står på listen, ingen er vekket."),
    later("Fristen var over et døgn gammel da huben startet: satt på listen over glemte varsler."),
    later("Meldingene som manglet fra %(device)s, er kommet."),
    later("Trykket kl. %(clock)s, uten dekning."), later("%(channel)s: kom ikke frem."),
    later("Snakket med beboeren."), later("Avsluttet sammen med varsel %(number)s."),
    later("Varsel %(number)s ble avsluttet uten kontakt med beboeren."), later("Avslutningen ble angret."),
    later("Kan gå bort."), later("Kan ikke gå bort."),
    later("%(how)s: skulle vært gjort innen kl. %(time)s."), later("Sett ved tilsyn. Noen må gå dit."),
    later("Tilsynet er utført."), later("Holdt tilbake mens det var stille: %(what)s."),
    # what the hub says of itself
    later("Enheten brukte samme id på to ulike meldinger."),
    later("Huben fikk ikke lagret noe fra kl. %(time)s. Alt som kom, er lagret nå."),
    later("Disken svikter: huben må lagre om igjen. Ingenting er borte ennå. Bytt disk straks."),
    later("Kanalen «%(channel)s» svarer ikke. Varsler går andre veier til den er tilbake."),
    later("Kanalen «%(channel)s» virker igjen."),
    later("Dagens grense for «%(channel)s» er nådd (%(cap)s). Bare kritiske varsler går den veien."),
    later("Et nettbrett viser varslene igjen."),
    later("Ingen nettbrett viser varslene nå. Sjekk skjermen på vaktrommet."),
    later("Klokken på maskinen ble stilt %(long)s %(way)s. Fristene er flyttet med."),
    later("Regelen «%(rule)s» feilet %(many)s ganger og er slått av til den endres. Rett den."),
    later("Regelen «%(rule)s» feilet %(many)s ganger og er slått av til den endres."),
    later("Prøvealarmen kom ikke tilbake: varsler kan bli borte."), later("Huben hører boligene igjen."),
    later("Huben hører sensorene igjen."), later("Huben hører ikke sensorene: %(reason)s."),
    later("Huben var døv fra kl. %(since)s til %(until)s, og MQTT-tjeneren hadde glemt den. Det som bare ble sendt da, "
          "kan mangle. Se til dem som har enheter uten kvittering."),
    later("En annen hub bruker trolig samme navn hos MQTT-tjeneren: de kaster hverandre ut. Stans den ene."),
    later("Ingen boliger er hørt siden kl. %(time)s. Regler som venter på livstegn, varsler ikke så lenge. Ring "
          "teknisk vakt, og se til dem som trenger det."),
    later("En egen hendelse kunne ikke lagres: %(reason)s."), later("Disken har lagret uten feil i ett minutt."),
    later("1 melding mangler fra %(device)s (nr. %(which)s). Sjekk enheten og veien hit."),
    later("%(many)s meldinger mangler fra %(device)s (nr. %(which)s). Sjekk enheten og veien hit."),
    later("Nettbrettet som viser alle enheter kan ikke høres: lyden er av eller ikke prøvd. Slå den på og prøv den."),
    later("Nettbrettet i %(unit)s kan ikke høres: lyden er av eller ikke prøvd. Slå den på og prøv den."),
    later("%(many)s hendelser venter på en frist som er passert."), later("Delen «%(part)s» svikter: %(reason)s."),
    later("Det kom flere målinger enn huben rekker, og noen ble kastet. Ingen alarmer er kastet."),
    # tasks
    later("Grunnlaget for %(what)s er gått ut. Reglene varsler fortsatt. Forny det, eller avslutt funksjonen."),
    later("Grunnlaget for %(what)s går snart ut. Vurder det på nytt."),
    later("Beboeren har sagt nei til %(what)s. Reglene er slått av, ikke det livsviktige. Ta bort utstyret, "
          "eller vurder kapittel 4 A."),
    later("Grunnlag for %(what)s mangler i registeret. Reglene varsler."),
    later("Det som er bestemt for en beboer i regelen «%(rule)s», er utenfor grensene etter at regelen ble endret, og "
          "gjelder ikke: %(wrong)s Avslutt det, eller bestem noe nytt."),
    later("Det som er bestemt for en enhet i regelen «%(rule)s», er utenfor grensene etter at regelen ble endret, og "
          "gjelder ikke: %(wrong)s Avslutt det, eller bestem noe nytt."),
    later("%(model)s ble ikke trent: %(reason)s. Den forrige modellen brukes."),
    later("%(model)s har lyttet lenge nok. Se hva den ville sagt, og bestem."),
    # what models say of themselves
    later("Dagene ligner ikke lenger på dem modellen lærte av (%(what)s: PSI %(index)s)."),
    later("%(many)s funn siste uke, mot vanlig %(usual)s."),
)  # fmt: skip
_VALUE = re.compile(r"%\((\w+)\)s")
_SAID = frozenset({"how", "wrong"})
"""Values that are words of the hub's own; the others are names and numbers."""


def retold(text: str) -> str:
    """A sentence, or the name of a thing, in the language of the request, where it is one of those that are known.

    >>> retold("Varslet 2 på trinn 1.")
    'Varslet 2 på trinn 1.'
    """
    found_by_model = told_by_model(text)
    if found_by_model is not None:
        return found_by_model
    for pattern, sentence in _patterns():
        if found := pattern.fullmatch(text):
            return _(sentence, **{name: _value(name, value) for name, value in found.groupdict().items()})
    return _(text) if "%" not in text else text


def _value(name: str, value: str) -> str:
    return retold(value) if name in _SAID else value


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(_pattern(sentence), re.DOTALL), sentence) for sentence in SENTENCES)


def _pattern(sentence: str) -> str:
    # Split by its values, every second part is the name of one.
    parts = enumerate(_VALUE.split(sentence))
    return "".join(f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in parts)
