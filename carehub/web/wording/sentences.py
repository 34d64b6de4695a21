"""The sentences that the hub writes down in bokmål, with places for their values, by where they are written."""

from carehub.web.tongue import later

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
    later("Meldt %(many)s ganger."), later("Meldt flere ganger: hevet."), later("Meldt som mer alvorlig: hevet."),
    later("Gjelder også: %(what)s."), later("Fristen gikk ut: %(what)s."),
    later("En annen enhet har nå ansvar for stedet: varselet følger med dit."),
    later("Meldt fra et annet sted: varselet gjelder nå der."), later("Stengt ute: varselet er åpent igjen."),
    later("Meldt fra to steder på kort tid, også fra %(place)s. Se til begge."),
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
    later("Kan dra dit."), later("Kan ikke dra dit."), later("Er der nå."),
    later("Kan gå bort."), later("Kan ikke gå bort."),
    later("%(how)s: skulle vært gjort innen kl. %(time)s."), later("Sett ved tilsyn. Noen må gå dit."),
    later("Tilsynet er utført."), later("Holdt tilbake mens det var stille: %(held)s."),
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
    later("MQTT-tjeneren avviste en melding fra %(sender)s: den var for stor, og er borte. Den kan ha vært en alarm. "
          "Se til dem som har utstyr der, og meld fra til leverandøren."),
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
    # refusals of a device's label
    later("Koden er LoRaWAN, men ikke i formen TR005. Skriv DevEUI fra etiketten i stedet."),
    later("Det er et EUI-nummer. Velg om det er Zigbee eller LoRaWAN, og prøv igjen."),
    later("Koden er ikke en vi kjenner. Les av QR-koden på utstyret, eller skriv adressen og velg vei inn."),
    later("DevEUI har seksten tegn: tallene 0–9 og bokstavene A–F."),
    later("Adressen kan ikke ha mellomrom, # eller +, og ikke være tom."),
    later("Etiketten er vår, men skadet. Skriv ut en ny fra utstyrets side, eller skriv adressen."),
    later("Installasjonskoden har feil lengde. Les av koden en gang til."),
    later("Kontrollsifrene i installasjonskoden stemmer ikke: et tegn er lest feil. Les av en gang til."),
    # faults of a file for a spreadsheet
    later("Filen er skadet: et anførselstegn mangler."), later("Filen er tom."),
    later("Filen mangler kolonnen %(columns)s. Den første linjen må ha navnene på kolonnene."),
    later("Filen har %(rows)s rader. Del den opp: %(most_rows)s om gangen."),
    later("Rad %(row)s har flere celler enn det er kolonner. Se etter semikolon i teksten."),
    later("Filen er ikke en CSV-fil. Velg «CSV UTF-8» når du lagrer fra regnearket."),
    # faults of a calendar, and of a plan of visits
    later("Filen kan ikke leses som en kalender (%(error)s)."),
    later("Filen har %(shifts)s vakter. Del den opp: høyst %(most_shifts)s om gangen."),
    later("«%(title)s» %(day)s varer i mer enn 14 døgn."), later("Kolonner mangler: %(columns)s"),
    later("Beboer, enhet eller tittel mangler"), later("Tittelen er lengre enn %(longest)s tegn"),
    later("Tidspunktet kan ikke leses"), later("Besøket slutter før det begynner, eller varer over et døgn"),
    later("Beboer, enhet eller person finnes ikke"),
    # faults of a ladder
    later("Stigen må ha minst ett trinn."), later("Stigen kan ha høyst %(most_rungs)s trinn."),
    later("Trinn %(rung)s spør ingen."), later("Trinn %(rung)s må vente mellom %(least)s og %(most)s."),
    later("Trinn 1 må spørre noen av personalet."), later("Siste trinn må spørre alle i enheten eller alle ansatte."),
    later("Siste trinn må spørre alle på vakt eller flere."), later("Siste trinn må spørre alle samtidig."),
    later("Siste trinn må bruke alle måter å nå folk på."), later("Siste trinn må gjentas minst hvert 5. minutt."),
    later("Trinn %(rung)s kan ikke leses."), later("Fremme innen må være mellom %(least)s og %(most)s."),
    later("Ferdig innen må være mellom %(least)s og %(most)s."), later("%(number)s sekunder"),
    later("%(number)s minutter"), later("1 minutt"), later("%(number)s timer"),
    # of a model's state, its training, and a draft
    later("Ny versjon: lytter, og sier ingenting."), later("%(model)s er slått av: %(reason)s"),
    later("%(count)s funn hadde ikke en gyldig skår."),
    later("Bare %(count)s av %(all)s varsler var til nytte; kravet er %(share)s %%."),
    later("%(model)s: Dagene ligner ikke lenger på dem modellen lærte av (%(what)s: PSI %(index)s)."),
    later("%(model)s: %(count)s funn siste uke, mot vanlig %(usual)s."), later("prosessen kunne ikke startes"),
    later("prosessen endte med status %(count)s"), later("ikke ferdig på %(count)s minutter"), later("leser dager"),
    later("leser hendelser"), later("lærer av %(count)s dager"), later("lærer av %(count)s beboere"),
    later("ser etter endringer over uker"), later("sammenligner med forrige modell"),
    later("Regelen heter «%(name)s»; den må hete «%(id)s»."),
    # a rule that is of little use
    later(
        "Regelen «%(rule)s» var til nytte i %(count)s av %(all)s vurderte varsler de siste 14 døgnene. "
        "%(proposal)s"
    ),
    later("%(proposal)s «%(path)s» på %(value)s ville mistet %(lost)s reelle."),
    later(
        "Forslag: «%(path)s» fra %(before)s til %(value)s. Prøvd på de samme døgnene: %(count)s falske "
        "færre, ingen reelle mistet, %(gained)s nye varsler."
    ),
    later("Ingen verdi innenfor regelens grenser ville ha spart falske varsler uten å miste reelle."),
    later("Regelen har ingen verdier som kan tilpasses: se på utstyr, plassering og opplæring."),
    # the hub, its store and its roads
    later("Ingen prøvd sikkerhetskopi på %(count)s timer."),
    later("Ingen forseglet sikkerhetskopi er lagt utenfor huben på %(count)s timer."),
    later("Sertifikatet til MQTT-tjeneren går ut %(date)s. Forny det."), later("Kontrolløren av huben svarer ikke."),
    later("Ingen regler kan leses: %(rules)s"), later("Noen regler kan ikke leses: %(rules)s"),
    later("Huben stoppet %(count)s ganger på kort tid: reglene er av til huben startes på nytt."),
    later("En melding fikk huben til å stoppe om og om igjen. Den er lagt til side."),
    later("Huben stopper om og om igjen. Reglene er av, og bare de livsviktige alarmene varsler."),
    later("Databasen var skadet. Huben bruker sikkerhetskopien fra %(date)s UTC."),
    later("Databasen var skadet, og det finnes ingen sikkerhetskopi. Huben begynte med en tom database."),
    later("Databasens logg er %(count)s MB: noe holder den åpen. Start huben på nytt."),
    later("Disken er nesten full: bare alarmer lagres nå. Rydd plass straks."),
    later("Det er plass på disken igjen. Alt lagres."), later("Databasen kan ikke leses."),
    later("Huben gir ikke livstegn."), later("Åpne varsler uten frist: %(count)s."),
    later("Varsler over fristen uten at noen ny er spurt: %(count)s."),
    later("Varsler som ikke har nådd noen: %(count)s."), later("Alarmer som det ikke ble varsel av: %(count)s."),
    later("Meldinger som ikke blir sendt: %(count)s."), later("Hendelser uten avgjørelse: %(count)s."),
    later("Prøvealarmen kom ikke tilbake."), later("Huben var nede fra %(since)s til %(until)s. %(late)s"),
    later("Ingen varsler ble forsinket."), later("1 varsel gikk ut forsinket."),
    later("%(count)s varsler gikk ut forsinket."),
    later(
        "Et åpent varsel har frist som er over et døgn gammel, og er ikke sendt på nytt ennå: "
        "%(alerts)s. Se over, og avslutt."
    ),
    later(
        "%(count)s åpne varsler har frist som er over et døgn gammel, og er ikke sendt på nytt ennå: "
        "%(alerts)s. Se over, og avslutt."
    ),
    later("%(count)s enheter svarer ikke. De fleste går over %(roads)s."), later("%(count)s enheter svarer ikke."),
    later("ustabil: kommer og går"), later("ingen forbindelse med MQTT-tjeneren"),
    later("tok varselet, men er ikke fremme"), later("er fremme, men har ikke avsluttet"),
    later("Omsorgen er avsluttet"), later("%(name)s har sett på opplysninger i en annen enhet. Grunn: %(ground)s"),
    # what a model counts
    later("ganger ut av sengen om natten"), later("ganger ut av sengen om morgenen"),
    later("ganger ut av sengen om ettermiddagen"), later("ganger ut av sengen om kvelden"),
    later("besøk på badet om natten"), later("besøk på badet om morgenen"), later("besøk på badet om ettermiddagen"),
    later("besøk på badet om kvelden"), later("besøk på kjøkkenet om natten"), later("besøk på kjøkkenet om morgenen"),
    later("besøk på kjøkkenet om ettermiddagen"), later("besøk på kjøkkenet om kvelden"),
    later("åpninger av ytterdøren om natten"), later("åpninger av ytterdøren om morgenen"),
    later("åpninger av ytterdøren om ettermiddagen"), later("åpninger av ytterdøren om kvelden"),
    later("første bevegelse om natten"), later("første bevegelse om morgenen"),
    later("første bevegelse om ettermiddagen"), later("første bevegelse om kvelden"),
    later("stille perioder om natten"), later("stille perioder om morgenen"), later("stille perioder om ettermiddagen"),
    later("stille perioder om kvelden"), later("romskifter om natten"), later("romskifter om morgenen"),
    later("romskifter om ettermiddagen"), later("romskifter om kvelden"), later("bevegelser om natten"),
    later("bevegelser om morgenen"), later("bevegelser om ettermiddagen"), later("bevegelser om kvelden"),
)  # fmt: skip
