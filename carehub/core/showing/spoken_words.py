"""The words of what the hub sends: each text in bokmål, with its values, and then in nynorsk and in English."""

Told = tuple[str, str]
"""Nynorsk, English."""

HURRY: dict[str, Told] = {"HASTER": ("HASTAR", "URGENT"), "Snarest": ("Snarast", "Soon")}
"""How much it hurries."""
WAITS: dict[str, Told] = {
    "haster og venter": ("hastar og ventar", "is urgent and is waiting"),
    "venter": ("ventar", "is waiting"),
}
PREFIXES: dict[str, Told] = {
    "Gjentatt melding. ": ("Gjenteken melding. ", "Repeated message. "),
    "Koden ble ikke riktig. ": ("Koden vart ikkje rett. ", "The code was not right. "),
}
"""What may stand before a text."""

TEXTS: dict[str, Told] = {
    "{hurry}: varsel {n} kl. {t}{again} venter på deg. {link} Svar med koden for å ta det: {n2}": (
        "{hurry}: varsel {n} kl. {t}{again} ventar på deg. {link} Svar med koden for å ta det: {n2}",
        "{hurry}: alert {n} at {t}{again} is waiting for you. {link} Reply with the code to take it: {n2}",
    ),
    "Varsel {n} kl. {t}{again} venter på deg. {link} Svar med koden for å ta det: {n2}": (
        "Varsel {n} kl. {t}{again} ventar på deg. {link} Svar med koden for å ta det: {n2}",
        "Alert {n} at {t}{again} is waiting for you. {link} Reply with the code to take it: {n2}",
    ),
    "{hurry}: {n} varsler venter på deg. {link} Svar LISTE for å få kodene.": (
        "{hurry}: {n} varsel ventar på deg. {link} Svar LISTE for å få kodane.",
        "{hurry}: {n} alerts are waiting for you. {link} Reply LIST to get the codes.",
    ),
    "{n} varsler venter på deg. {link} Svar LISTE for å få kodene.": (
        "{n} varsel ventar på deg. {link} Svar LISTE for å få kodane.",
        "{n} alerts are waiting for you. {link} Reply LIST to get the codes.",
    ),
    "{hurry}: et varsel venter på deg": ("{hurry}: eit varsel ventar på deg", "{hurry}: an alert is waiting for you"),
    "Varsel fra CareHub": ("Varsel frå CareHub", "Alert from CareHub"),
    "Et varsel venter på deg": ("Eit varsel ventar på deg", "An alert is waiting for you"),
    "Et varsel venter på deg. Logg inn her: {link}": (
        "Eit varsel ventar på deg. Logg inn her: {link}",
        "An alert is waiting for you. Log in here: {link}",
    ),
    "Bekreft e-postadressen din": ("Stadfest e-postadressa di", "Confirm your e-mail address"),
    "Prøvevarsel. {link}": ("Prøvevarsel. {link}", "Test notification. {link}"),
    "Varsler i nettleseren er slått av på en av enhetene dine. Slå dem på igjen her: {link}": (
        "Varsel i nettlesaren er slått av på ei av einingane dine. Slå dei på igjen her: {link}",
        "Notifications in the browser are off on one of your devices. Turn them on again here: {link}",
    ),
    "Nytt trykk på varsel {n} ({n2} ganger nå). {link}": (
        "Nytt trykk på varsel {n} ({n2} gonger no). {link}",
        "Alert {n} was reported again ({n2} times now). {link}",
    ),
    "Nytt trykk på varsel {n} ({n2} ganger nå), fra to steder. Se til begge. {link}": (
        "Nytt trykk på varsel {n} ({n2} gonger no), frå to stader. Sjå til begge. {link}",
        "Alert {n} was reported again ({n2} times now), from two places. Look after both. {link}",
    ),
    "Varsel {n} er meldt på nytt ({n2} ganger nå). {link}": (
        "Varsel {n} er meldt på nytt ({n2} gonger no). {link}",
        "Alert {n} was reported again ({n2} times now). {link}",
    ),
    "{hurry}: varsel {n}, som du har, er mer alvorlig enn før. {link}": (
        "{hurry}: varsel {n}, som du har, er meir alvorleg enn før. {link}",
        "{hurry}: alert {n}, which you have, is more serious than before. {link}",
    ),
    "Varsel {n}, som du har, er mer alvorlig enn før. {link}": (
        "Varsel {n}, som du har, er meir alvorleg enn før. {link}",
        "Alert {n}, which you have, is more serious than before. {link}",
    ),
    "Varsel {n}, som du har, gjelder nå et annet sted. {link}": (
        "Varsel {n}, som du har, gjeld no ein annan stad. {link}",
        "Alert {n}, which you have, is now about another place. {link}",
    ),
    "En ansatt tar ikke lenger imot varsler på {n}. Sjekk vaktlisten, og finn en annen vei: {link}": (
        "Ein tilsett tek ikkje lenger imot varsel på {n}. Sjekk vaktlista, og finn ein annan veg: {link}",
        "A member of staff no longer receives alerts by {n}. Check the rota, and find another way: {link}",
    ),
    "Påminnelse: du har varsel {n}. Trykk «Jeg er der» når du er fremme, ellers spør vi flere. {link}": (
        "Påminning: du har varsel {n}. Trykk «Eg er der» når du er framme, elles spør vi fleire. {link}",
        "Reminder: you have alert {n}. Press “I am there” when you arrive, or we ask more people. {link}",
    ),
    "En kollega ber deg overta varsel {n}. {link} Svar med koden for å ta det: {n2}": (
        "Ein kollega ber deg ta over varsel {n}. {link} Svar med koden for å ta det: {n2}",
        "A colleague asks you to take over alert {n}. {link} Reply with the code to take it: {n2}",
    ),
    "Ingen fra personalet har varselet hos dine likevel. Kan du dra dit? Svar JA eller NEI. Haster det: ring 113.": (
        "Ingen frå personalet har varselet hos dine likevel. Kan du dra dit? Svar JA eller NEI. Hastar det: ring 113.",
        "No staff have your relative's alert after all. Can you go there? Reply YES or NO. In an emergency call 113.",
    ),
    "Vi har ikke fått svar fra personalet på et varsel hos dine. Kan du dra dit? Svar JA eller NEI. {link}": (
        "Vi har ikkje fått svar frå personalet på eit varsel hos dine. Kan du dra dit? Svar JA eller NEI. {link}",
        "Staff have not answered an alert for your relative. Can you go there? Reply YES or NO. {link}",
    ),
    "Varsel {n}: ingen kunne nås på trinn {steps}. Varselet gikk videre. Se over vakten: {link}": (
        "Varsel {n}: ingen kunne nåast på trinn {steps}. Varselet gjekk vidare. Sjå over vakta: {link}",
        "Alert {n}: nobody could be reached on step {steps}. The alert went on. Look over the shift: {link}",
    ),
    "Varsel {n} har ligget uten oppfølging i over et døgn. Gå gjennom det: {link}": (
        "Varsel {n} har vore utan oppfølging i over eit døgn. Gå gjennom det: {link}",
        "Alert {n} has had no follow-up for more than a day. Go through it: {link}",
    ),
    "Vakten din er i gang. Svar OK på denne meldingen, så vet vi at telefonen virker. {link} Kode {n}": (
        "Vakta di er i gang. Svar OK på denne meldinga, så veit vi at telefonen verkar. {link} Kode {n}",
        "Your shift has begun. Reply OK to this message, so that we know that the phone works. {link} Code {n}",
    ),
    "Vaktstart: {n} av {n2} har svart. Se hvem som mangler, og finn dem: {link}": (
        "Vaktstart: {n} av {n2} har svart. Sjå kven som manglar, og finn dei: {link}",
        "Start of shift: {n} of {n2} have answered. See who is missing, and find them: {link}",
    ),
    "Vaktplanen har en tid det neste døgnet uten noen som kan nås. Sett inn noen: {link}": (
        "Vaktplanen har ei tid det neste døgnet utan nokon som kan nåast. Set inn nokon: {link}",
        "The rota has a time in the next 24 hours with nobody who can be reached. Put somebody in: {link}",
    ),
    "Koden din er {n}. Skriv den inn på siden din, eller svar med den på denne meldingen.": (
        "Koden din er {n}. Skriv han inn på sida di, eller svar med han på denne meldinga.",
        "Your code is {n}. Enter it on your page, or reply to this message with it.",
    ),
    "Koden din er {n}. Skriv den inn på siden din. Har du ikke bedt om den, trenger du ikke gjøre noe.": (
        "Koden din er {n}. Skriv han inn på sida di. Har du ikkje bede om han, treng du ikkje gjere noko.",
        "Your code is {n}. Enter it on your page. If you did not ask for it, you need do nothing.",
    ),
    "Det har vært et varsel hos dine, og det er fulgt opp av personalet. Logg inn for mer: {link}": (
        "Det har vore eit varsel hos dine, og det er følgt opp av personalet. Logg inn for meir: {link}",
        "There was an alert for your relative, and staff have followed it up. Log in for more: {link}",
    ),
    "Teknisk varsel {n} kl. {t}: se hva huben melder. {link}": (
        "Teknisk varsel {n} kl. {t}: sjå kva huben melder. {link}",
        "Technical alert {n} at {t}: see what the hub reports. {link}",
    ),
    "Du har fått en melding fra tjenesten. Logg inn for å lese den: {link}": (
        "Du har fått ei melding frå tenesta. Logg inn for å lese ho: {link}",
        "You have a message from the service. Log in to read it: {link}",
    ),
}

REPLIES: dict[str, Told] = {
    "Dette er varslingen. Et varsel {waits} på deg. Varsel {letters}. For å ta det: trykk 1, og så {digits}.": (
        "Dette er varslinga. Eit varsel {waits} på deg. Varsel {letters}. For å ta det: trykk 1, og så {digits}.",
        "This is the alert service. An alert {waits} for you. Alert {letters}. To take it: press 1, then {digits}.",
    ),
    "Dette er varslingen. Et varsel {waits} på deg. Varsel {letters}.": (
        "Dette er varslinga. Eit varsel {waits} på deg. Varsel {letters}.",
        "This is the alert service. An alert {waits} for you. Alert {letters}.",
    ),
    "Det er ingen varsler som venter på deg. Takk, og ha det.": (
        "Det er ingen varsel som ventar på deg. Takk, og ha det.",
        "No alerts are waiting for you. Thank you, goodbye.",
    ),
    "Varselet er allerede tatt av en kollega. Takk, og ha det.": (
        "Varselet er alt teke av ein kollega. Takk, og ha det.",
        "A colleague has already taken the alert. Thank you, goodbye.",
    ),
    "Takk. Du har varselet. Åpne det på telefonen når du kan.": (
        "Takk. Du har varselet. Opne det på telefonen når du kan.",
        "Thank you. You have the alert. Open it on your phone when you can.",
    ),
    "Det ble ikke riktig. Andre blir varslet nå.": (
        "Det vart ikkje rett. Andre blir varsla no.",
        "That was not right. Others are being alerted now.",
    ),
    "Koden er ikke kjent. Svar med koden som står i meldingen du fikk, eller åpne lenken.": (
        "Koden er ikkje kjend. Svar med koden som står i meldinga du fekk, eller opne lenkja.",
        "The code is not known. Reply with the code in the message that you got, or open the link.",
    ),
    "Koden hører til et annet nummer. Trenger du hjelp, ring vaktrommet{number}": (
        "Koden høyrer til eit anna nummer. Treng du hjelp, ring vaktrommet{number}",
        "The code belongs to another number. If you need help, call the duty room{number}",
    ),
    "Ingen varsler venter på svar fra dette nummeret. Trenger du hjelp, ring vaktrommet{number}": (
        "Ingen varsel ventar på svar frå dette nummeret. Treng du hjelp, ring vaktrommet{number}",
        "No alerts wait for an answer from this number. If you need help, call the duty room{number}",
    ),
    "Det kom for mange feil koder fra dette nummeret. Vent ti minutter, åpne lenken, eller ring vaktrommet{number}": (
        "Det kom for mange feil kodar frå dette nummeret. Vent ti minutt, opne lenkja, eller ring vaktrommet{number}",
        "Too many wrong codes came from this number. Wait ten minutes, open the link, or call the duty room{number}",
    ),
    "Koden er for gammel. Åpne lenken i meldingen, eller ring vaktrommet{number}": (
        "Koden er for gammal. Opne lenkja i meldinga, eller ring vaktrommet{number}",
        "The code is too old. Open the link in the message, or call the duty room{number}",
    ),
    "Takk. Nummeret er bekreftet, og varsler kommer hit fra nå av.": (
        "Takk. Nummeret er stadfesta, og varsel kjem hit frå no av.",
        "Thank you. The number is confirmed, and alerts come here from now on.",
    ),
    "Takk, telefonen din virker. God vakt!": (
        "Takk, telefonen din verkar. God vakt!",
        "Thank you, your phone works. Have a good shift!",
    ),
    "Varsel {n} er allerede avsluttet. Takk.": (
        "Varsel {n} er alt avslutta. Takk.",
        "Alert {n} is already closed. Thank you.",
    ),
    'Du har varsel {n}. Trykk "Jeg er der" når du er fremme: {link}': (
        'Du har varsel {n}. Trykk "Eg er der" når du er framme: {link}',
        'You have alert {n}. Press "I am there" when you arrive: {link}',
    ),
    "Du har allerede varsel {n}, fra kl. {t}.": (
        "Du har alt varsel {n}, frå kl. {t}.",
        "You have alert {n} already, since {t}.",
    ),
    "En kollega har allerede varsel {n}. Takk for at du svarte.": (
        "Ein kollega har alt varsel {n}. Takk for at du svara.",
        "A colleague already has alert {n}. Thank you for answering.",
    ),
    "Ingen varsler kommer hit: du har stoppet SMS. Svar START. Trenger du hjelp, ring vaktrommet{number}": (
        "Ingen varsel kjem hit: du har stoppa SMS. Svar START. Treng du hjelp, ring vaktrommet{number}",
        "No alerts come here: you have stopped our texts. Reply START. For help call the duty room{number}",
    ),
    "Svar med koden til varselet du tar. {lines}.": (
        "Svar med koden til varselet du tek. {lines}.",
        "Reply with the code of the alert that you take. {lines}.",
    ),
}
"""What is said when somebody on the staff answers: on the telephone, or by SMS."""
