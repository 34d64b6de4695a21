"""The telephones as a page: what each has received, and a box to answer in. Plain HTML, in bokmål."""

import re
from collections.abc import Sequence
from html import escape
from string import Template

from carehub.village.days import OSLO
from carehub.village.switchboard import Message, Switchboard, Telephone

_LINK = re.compile(r"https?://[^\s<]+")
_FRAME = Template("""<!doctype html>
<html lang="nb">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title - CareHub øvingstelefoner</title>
<style>
body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1rem; color: #1a1a1a; }
a { color: #00478f; }
article, section { border-top: 1px solid #6b6b6b; margin-top: 1.5rem; }
ol { list-style: none; padding: 0; }
li { margin: 0 0 .75rem; }
.inn, .ut { border-radius: .75rem; padding: .6rem .9rem; max-width: 80%;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.inn { background: #eceff3; }
.ut { background: #d7ecd9; margin-left: auto; }
small { display: block; color: #3d3d3d; }
label { display: block; font-weight: 600; }
input { font: inherit; padding: .5rem; width: min(100%, 20rem); border: 2px solid #3d3d3d; border-radius: .25rem; }
button { font: inherit; padding: .5rem 1.25rem; min-height: 2.75rem; border: 0; border-radius: .25rem;
  background: #00478f; color: #fff; }
:focus-visible { outline: 3px solid #1a1a1a; outline-offset: 2px; }
</style>
</head>
<body>
<main>
<h1>$title</h1>
<p>Dette er øving: numrene er oppdiktet, og ingen ekte meldinger blir sendt.</p>
$content
</main>
<script>
// New messages come in by themselves; what somebody is writing is left alone.
setInterval(async () => {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  if (page.querySelectorAll("article").length !== document.querySelectorAll("article").length
      && !document.querySelector("input:focus")) return location.reload();
  for (const fresh of page.querySelectorAll("ol[id]")) {
    const old = document.getElementById(fresh.id);
    if (old && old.innerHTML !== fresh.innerHTML) old.innerHTML = fresh.innerHTML;
  }
}, 3000);
</script>
</body>
</html>
""")

_TELEPHONE = Template("""<article aria-labelledby="navn-$key">
<h2 id="navn-$key"><a href="/telefon/$number">$label</a> <small>$number</small></h2>
<ol id="meldinger-$key" aria-live="polite">$messages</ol>
<form method="post" action="/telefon/$number">
<p><label for="svar-$key">Svar fra $label</label>
<input id="svar-$key" name="svar" maxlength="1600" autocomplete="off"> <button>Send</button></p>
</form>
</article>
""")


def overview(board: Switchboard) -> str:
    """Every telephone: those that have messages in full, the newest first, the others as links."""
    newest = {number: message.seq for message in board.messages for number in (message.to, message.sender)}
    busy = [each for each in board.settings.telephones if each.number in newest]
    busy.sort(key=lambda each: -newest[each.number])
    quiet = [each for each in board.settings.telephones if each.number not in newest]
    return _frame("Telefoner", "".join(_telephone(board, each) for each in busy) + _links(quiet))


def single(board: Switchboard, telephone: Telephone) -> str:
    """One telephone by itself."""
    return _frame(telephone.label, _telephone(board, telephone) + '<p><a href="/">Alle telefoner</a></p>')


def _frame(title: str, content: str) -> str:
    return _FRAME.substitute(title=escape(title), content=content)


def _telephone(board: Switchboard, telephone: Telephone) -> str:
    mine = [message for message in board.messages if telephone.number in {message.to, message.sender}]
    return _TELEPHONE.substitute(
        key=telephone.number.lstrip("+"),
        number=escape(telephone.number),
        label=escape(telephone.label),
        messages="".join(_message(message) for message in mine if message.arrived or message.direction == "inbound")
        or "<li>Ingen meldinger ennå.</li>",
    )


def _message(message: Message) -> str:
    ours = message.direction == "inbound"
    who = "Sendt" if ours else "Mottatt"
    fate = "" if message.arrived else " (kom ikke frem)"
    moment = message.created_at.astimezone(OSLO).strftime("%H:%M:%S")
    body = _LINK.sub(r'<a href="\g<0>">\g<0></a>', escape(message.body))
    text = f"{body}<small>{who} kl. {moment}{fate}</small>"
    return f'<li><div class="{"ut" if ours else "inn"}">{text}</div></li>'


def _links(quiet: Sequence[Telephone]) -> str:
    groups = dict.fromkeys(each.group for each in quiet)
    return "".join(_group(name, [each for each in quiet if each.group == name]) for name in groups)


def _group(name: str, telephones: Sequence[Telephone]) -> str:
    items = "".join(f'<li><a href="/telefon/{escape(t.number)}">{escape(t.label)}</a></li>' for t in telephones)
    return f"<section><h2>{escape(name)} uten meldinger</h2><ul>{items}</ul></section>"
