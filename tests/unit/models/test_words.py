"""The words of a finding: bokmål as people write it."""

import pytest

from carehub.core.days.features import Feature, Part
from models.baseline import Departure, Usual
from models.words import paragraph, sentence

EXAMPLES = [
    (Feature.BED_EXITS, Part.NIGHT, 5, (1, 2), 1, "oppe av sengen 5 ganger etter midnatt; vanlig 1–2"),
    (
        Feature.BED_EXITS, Part.NIGHT, 3.64, (1, 1), 5,
        "oppe av sengen 3,6 ganger etter midnatt, snitt av 5 netter; vanlig 1",
    ),
    (Feature.BATHROOM_VISITS, Part.MORNING, 7, (1, 3), 1, "på badet 7 ganger om formiddagen; vanlig 1–3"),
    (Feature.KITCHEN_VISITS, Part.EVENING, 1, (4, 6), 1, "på kjøkkenet 1 gang om kvelden; vanlig 4–6"),
    (Feature.KITCHEN_VISITS, Part.MORNING, 0, (4, 6), 1, "ikke på kjøkkenet om formiddagen; vanlig 4–6"),
    (
        Feature.KITCHEN_VISITS, Part.MORNING, 0.02, (4, 6), 7,
        "ikke på kjøkkenet om formiddagen, snitt av 7 dager; vanlig 4–6",
    ),
    (Feature.ENTRANCE_OPENINGS, Part.NIGHT, 2, (0, 0), 1, "ytterdøren åpnet 2 ganger etter midnatt; vanlig aldri"),
    (Feature.ROOM_CHANGES, Part.EVENING, 64.2, (20, 31), 1, "gikk mellom rommene 64 ganger om kvelden; vanlig 20–31"),
    (Feature.ACTIVITY, Part.MORNING, 1, (40, 60), 1, "1 bevegelse om formiddagen; vanlig 40–60"),
    (Feature.ACTIVITY, Part.NIGHT, 48, (5, 12), 1, "48 bevegelser etter midnatt; vanlig 5–12"),
    (
        Feature.FIRST_ACTIVITY, Part.MORNING, 580, (430, 475), 1,
        "første bevegelse utenfor soverommet kl. 09.40; vanlig 07.10–07.55",
    ),
    (
        Feature.LONGEST_QUIET, Part.AFTERNOON, 201, (30, 61), 1,
        "ingen bevegelse på 3 timer og 20 minutter om ettermiddagen; vanlig høyst 1 time",
    ),
    (
        Feature.LONGEST_QUIET, Part.EVENING, 121, (20, 44), 1,
        "ingen bevegelse på 2 timer om kvelden; vanlig høyst 45 minutter",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("feature", "part", "seen", "normal", "run", "words"), EXAMPLES)
def test_words(feature: Feature, part: Part, seen: float, normal: tuple[float, float], run: int, words: str) -> None:
    own = Usual(median=sum(normal) / 2, spread=1, low=normal[0], high=normal[1], days=60)

    assert sentence(Departure(feature=feature, seen=seen, usual=own, run=run, strength=5), part) == words


def test_several_findings_are_sentences() -> None:
    assert paragraph(["på badet 5 ganger; vanlig 1", "ikke på kjøkkenet; vanlig 3–4"]) == (
        "på badet 5 ganger; vanlig 1. Ikke på kjøkkenet; vanlig 3–4"
    )
