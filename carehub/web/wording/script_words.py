"""What the pages' scripts say: given to them with the page, in its language."""

import json

from carehub.web.tongue import Spoken

WORDS: Spoken[str] = Spoken({
    # live.js, acts.js
    "live": "Direkte", "trying": "Kobler til", "dead": "IKKE DIREKTE", "hours": "t", "days": "døgn",
    "new": "Nytt varsel: {}.",
    "moved": "Listen flyttet seg akkurat nå. Se hvilket varsel du trykker på, og trykk igjen.",
    "unsent": "Vi fikk ikke svar. Regn med at det ikke ble gjort: Prøv igjen, eller ring vaktrommet.",
    "busy": "Det ble ikke gjort, det er for mye på en gang akkurat nå. Vent litt og prøv igjen, eller ring vaktrommet.",
    "broken": "Noe gikk galt hos oss. Regn med at det ikke ble gjort: Prøv igjen, eller ring vaktrommet.",
    "failed": "Det ble ikke gjort. Se på varselet en gang til.",
    "lost": "Skjemaet du skrev i, er borte, for varselet har endret seg. Dette ble ikke sendt: «{}».",
    "close": "Lukk", "done": "Det er gjort.",
    # begun.js
    "begun": "Det du hadde begynt å skrive, står her igjen.",
    "begun_elsewhere": "Du hadde begynt å skrive noe på en annen side:", "go_on": "fortsett der",
    "unfetched": "Det gikk ikke å hente. Prøv igjen.",
    # passkey.js
    "again": "Logg inn på nytt, og prøv igjen.", "stopped": "Det ble avbrutt. Prøv igjen når du er klar.",
    # push.js
    "push_off": "Slå av varsler på denne enheten", "push_on": "Få varsler på denne enheten",
    "push_is_off": "Varsler er slått av på denne enheten.",
    "push_is_on": "Varsler er slått på. Du får et prøvevarsel nå; kommer det ikke, gi beskjed til leder.",
    "push_failed":
        "Det gikk ikke å slå på varsler. Tillat varsler for denne siden i nettleseren, og prøv igjen.",
})  # fmt: skip


def script_words() -> str:
    """All of them as JSON, for an attribute of the page."""
    return json.dumps(dict(WORDS), ensure_ascii=False)
