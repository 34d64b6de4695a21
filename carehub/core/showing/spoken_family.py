"""What is answered to a family by SMS: each text in bokmål, with its values, and then in nynorsk and in English."""

FAMILY: dict[str, tuple[str, str]] = {
    "Vi får ikke oppdateringer akkurat nå, så vi vet ikke. Personalet følger opp på vanlig måte.{partly} Mer: {link}": (
        "Vi får ikkje oppdateringar no, så vi veit ikkje. Personalet følgjer opp som vanleg.{partly} Meir: {link}",
        "We get no updates just now, so we do not know. Staff follow up as usual.{partly} More: {link}",
    ),
    "Vi får ikke målinger akkurat nå, så vi vet ikke. Personalet følger opp på vanlig måte.{partly} Mer: {link}": (
        "Vi får ikkje målingar akkurat no, så vi veit ikkje. Personalet følgjer opp som vanleg.{partly} Meir: {link}",
        "We get no readings just now, so we do not know. Staff follow up as usual.{partly} More: {link}",
    ),
    "Personalet følger opp et varsel hos dine nå.{partly} Mer: {link}": (
        "Personalet følgjer opp eit varsel hos dine no.{partly} Meir: {link}",
        "Staff are following up an alert for your relative now.{partly} More: {link}",
    ),
    "Ingen varsler venter nå. Dagen er litt annerledes enn vanlig.{partly} Mer: {link}": (
        "Ingen varsel ventar no. Dagen er litt annleis enn vanleg.{partly} Meir: {link}",
        "No alerts are waiting now. The day is a little different from usual.{partly} More: {link}",
    ),
    "Ingen varsler venter på svar nå.{partly} Mer: {link}": (
        "Ingen varsel ventar på svar no.{partly} Meir: {link}",
        "No alerts are waiting for an answer now.{partly} More: {link}",
    ),
    "Alt er som vanlig nå.{partly} Mer: {link}": (
        "Alt er som vanleg no.{partly} Meir: {link}",
        "All is as usual now.{partly} More: {link}",
    ),
    "Det er ikke avtalt at noe sendes på SMS. Mer: {link}": (
        "Det er ikkje avtalt at noko blir sendt på SMS. Meir: {link}",
        "It is not agreed that anything is sent by SMS. More: {link}",
    ),
    "Du får SMS fra oss igjen. Svar STOPP når du ikke vil ha flere.": (
        "Du får SMS frå oss igjen. Svar STOPP når du ikkje vil ha fleire.",
        "You will get texts from us again. Reply STOP when you want no more.",
    ),
    "Du er ikke spurt om noe nå. Haster det: ring 113.": (
        "Du er ikkje spurd om noko no. Hastar det: ring 113.",
        "You are not asked anything now. In an emergency call 113.",
    ),
    "Svar STATUS, JA, NEI, STOPP eller START. Ingen leser det du ellers skriver her: bruk {link} Haster det: {call}.": (
        "Svar STATUS, JA, NEI, STOPP eller START. Ingen les det du elles skriv her: bruk {link} Hastar det: ring 113.",
        "Reply STATUS, YES, NO, STOP or START. Nobody reads anything else here: use {link} In an emergency call 113.",
    ),
    "Du får ikke flere SMS fra oss. Siden din er som før. Svar START for å få SMS igjen.": (
        "Du får ikkje fleire SMS frå oss. Sida di er som før. Svar START for å få SMS igjen.",
        "You will get no more texts from us. Your page is as before. Reply START to get texts again.",
    ),
    "Du får ikke flere SMS om dine nærmeste. Varsler på vakt kommer fortsatt. Svar START for å få SMS igjen.": (
        "Du får ikkje fleire SMS om dine næraste. Varsel på vakt kjem framleis. Svar START for å få SMS igjen.",
        "You will get no more texts about your family. Alerts on duty still come. Reply START to get texts again.",
    ),
    "Du er spurt om flere. Åpne siden og svar der du kan dra: {link}": (
        "Du er spurd om fleire. Opne sida og svar der du kan dra: {link}",
        "You are asked about more than one person. Open the page and answer for whom you can go: {link}",
    ),
    "Takk. Personalet ser at du kan dra dit. Vi fortsetter å spørre dem. Kan du ikke likevel, svar NEI. {link}": (
        "Takk. Personalet ser at du kan dra dit. Vi held fram med å spørje dei. Kan du ikkje likevel, svar NEI. {link}",
        "Thank you. Staff see that you can go. We go on asking them. If you cannot go after all, reply NO. {link}",
    ),
    "Takk. En ansatt har tatt varselet nå. Du får vite det når personalet er der. {link}": (
        "Takk. Ein tilsett har teke varselet no. Du får vite det når personalet er der. {link}",
        "Thank you. A member of staff has taken the alert now. We tell you when staff are there. {link}",
    ),
    "Takk for svaret. En ansatt har tatt varselet nå.": (
        "Takk for svaret. Ein tilsett har teke varselet no.",
        "Thank you for answering. A member of staff has taken the alert now.",
    ),
    "Takk. Personalet ser at du er der. En ansatt har tatt varselet nå. Haster det: ring 113.": (
        "Takk. Personalet ser at du er der. Ein tilsett har teke varselet no. Hastar det: ring 113.",
        "Thank you. Staff see that you are there. One of them has taken the alert now. In an emergency call 113.",
    ),
    "Takk. Personalet ser at du er der. Vi fortsetter å spørre dem. Haster det: ring 113.": (
        "Takk. Personalet ser at du er der. Vi held fram med å spørje dei. Hastar det: ring 113.",
        "Thank you. Staff see that you are there. We go on asking them. In an emergency call 113.",
    ),
    "{unmet} Det er fint om du drar dit. Svar ER DER når du er der. {link}": (
        "{unmet} Det er fint om du dreg dit. Svar ER DER når du er der. {link}",
        "{unmet} It would be good if you went there. Reply I AM THERE when you are. {link}",
    ),
    "Takk for svaret. {unmet}": (
        "Takk for svaret. {unmet}",
        "Thank you for answering. {unmet}",
    ),
    "Takk. Vi har notert at du er der. {unmet} Trenger dere hjelp, ring: {link} Haster det: ring 113.": (
        "Takk. Vi har notert at du er der. {unmet} Treng de hjelp, ring: {link} Hastar det: ring 113.",
        "Thank you. We noted that you are there. {unmet} For help call: {link} In an emergency call 113.",
    ),
    "Vi forsto ikke svaret. Svar JA hvis du kan dra dit, eller NEI hvis du ikke kan. Haster det: {call}.": (
        "Vi forstod ikkje svaret. Svar JA om du kan dra dit, eller NEI om du ikkje kan. Hastar det: ring 113.",
        "We did not understand. Reply YES if you can go there, or NO if you cannot. In an emergency call 113.",
    ),
    "Personalet har tatt over nå. Du trenger ikke dra dit. Takk for at du svarte.": (
        "Personalet har teke over no. Du treng ikkje dra dit. Takk for at du svara.",
        "Staff have taken over now. You need not go there. Thank you for answering.",
    ),
    "Takk for svaret. Personalet fortsetter å spørre andre.": (
        "Takk for svaret. Personalet held fram med å spørje andre.",
        "Thank you for answering. Staff go on asking others.",
    ),
    "Dagen deles ikke akkurat nå. Mer: {link}": (
        "Dagen blir ikkje delt akkurat no. Meir: {link}",
        "The day is not shared just now. More: {link}",
    ),
    "Takk. En ansatt har tatt varselet nå. Du har stoppet SMS fra oss: se her når personalet er der. {link}": (
        "Takk. Ein tilsett har teke varselet no. Du har stoppa SMS frå oss: sjå her når personalet er der. {link}",
        "Thank you. Somebody has taken the alert now. You have stopped our texts: look here for news. {link}",
    ),
}
