"""The survey tool: participants and their answers. One spreadsheet, two sheets, a title above each header."""

from __future__ import annotations

from datetime import date, timedelta

from onefold.demo.dice import Dice
from onefold.demo.exports import Row
from onefold.demo.model import Difficulty
from onefold.demo.people import TODAY, Person
from onefold.demo.scene import Scene
from onefold.demo.sightings import Habits, Sighting, in_case
from onefold.demo.spreadsheet import Sheet, write_workbook
from onefold.demo.words import texts

HABITS = Habits(
    opened=date(2024, 1, 2),
    native=0.55,
    nickname=0.15,
    misspelt=0.02,
    initial=0.02,
    email=1.0,
    phone=0.0,
    birth_date=0.0,
    address=0.0,
    other_email=0.3,
    never_updated=0.8,
    second_row=0.03,
)
_LANGUAGES = {
    "en": "English",
    "es": "Español",
    "ca": "Català",
    "el": "Ελληνικά",
    "fa": "فارسی",
    "zh_hans": "简体中文",
    "zh_hant": "繁體中文",
}
_RECOMMEND = {0: 2, 1: 1, 2: 2, 3: 3, 4: 3, 5: 6, 6: 7, 7: 13, 8: 19, 9: 22, 10: 22}
"""How many of a hundred customers give each score."""
_OF_NAMES = {
    Difficulty.NICKNAME,
    Difficulty.INITIAL,
    Difficulty.MISSPELT_NAME,
    Difficulty.NATIVE_SCRIPT,
    Difficulty.WESTERN_ALIAS,
    Difficulty.CASTILIAN_FORM,
    Difficulty.FORMER_NAME,
}


def write_surveys(scene: Scene, people: list[Person]) -> None:
    """Write ``customer_surveys.xlsx``."""
    sightings, dice = scene.see("surveys", HABITS, people)
    participants, answers = [], []
    for number, sighting in enumerate(sightings, 1):
        key = f"PT-{number:05d}"
        participants.append(_participant(key, sighting, dice))
        scene.ledger.enter("surveys", "Participants", key, sighting)
        answers += [_answer(key, sighting.person, *when, dice) for when in _occasions(sighting, scene, dice)]
    answers.sort(key=lambda answer: (answer["Submitted"], answer["Participant"]))
    responses = [{"Response": f"R{number:06d}"} | answer for number, answer in enumerate(answers, 1)]
    remark = f"Exported {TODAY:%d %B %Y} by Customer Insight · all markets"
    sheets = {
        "Participants": Sheet("Survey participants", remark, participants, [13, 28, 38, 17, 10, 18]),
        "Responses": Sheet("Survey responses", remark, responses, [11, 13, 18, 18, 30, 19, 80]),
    }
    write_workbook(scene.folder("surveys") / "customer_surveys.xlsx", sheets)


def _participant(key: str, sighting: Sighting, dice: Dice) -> Row:
    name = in_case((sighting.full_name,), dice, upper=0.01, lower=0.05)[0]
    if dice.chance(0.38):  # invited by mailbox alone
        name = ""
        sighting.flags -= _OF_NAMES
        sighting.flags.add(Difficulty.THIN)
    return {
        "Participant": key,
        "Name": name,
        "E-mail": sighting.email,
        "Survey language": _LANGUAGES[sighting.person.language],
        "Country": sighting.person.country,
        "First invited": sighting.created,
    }


def _occasions(sighting: Sighting, scene: Scene, dice: Dice) -> list[tuple[date, str, float]]:
    """(day, why asked, how pleased); people who are pleased tend to stay so."""
    person = sighting.person
    first, last = sighting.created.date(), max(sighting.created.date(), person.until)
    days = [(first, "Relationship")]
    days += [(dice.day(first, last), "Relationship") for _ in range(dice.skewed(0.35, 3))]
    for day in scene.conversations.get(person.person_id, ()):
        if first <= day < TODAY and dice.chance(0.4):
            days.append((day + timedelta(days=1), "After contact"))
    warmth = dice.number()
    return [(day, occasion, warmth) for day, occasion in days]


def _answer(participant: str, person: Person, day: date, occasion: str, warmth: float, dice: Dice) -> Row:
    luck = 0.6 * warmth + 0.4 * dice.number()
    score = _score_at(min(0.999, max(0.0, (luck - 0.08) / 0.84)))
    kind = "promoter" if score >= 9 else "passive" if score >= 7 else "detractor"
    return {
        "Participant": participant,
        "Submitted": dice.moment(day),
        "Occasion": occasion,
        "Likelihood to recommend (0-10)": score,
        "Satisfaction (1-5)": None if dice.chance(0.08) else min(5, max(1, round(score / 2 + dice.number() - 0.5))),
        "What is the reason for your score?": dice.pick(texts(person.language)["recommend"][kind])
        if dice.chance(0.55)
        else None,
    }


def _score_at(share: float) -> int:
    """The score that the ``share``-th happiest customer gives."""
    left = share * sum(_RECOMMEND.values())
    for score, weight in _RECOMMEND.items():
        left -= weight
        if left < 0:
            return score
    return max(_RECOMMEND)
