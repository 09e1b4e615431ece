"""The survey tool: participants and their answers. One spreadsheet, two sheets, a title above each header."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from onefold.demo.dice import Dice
from onefold.demo.people import TODAY, Person
from onefold.demo.scene import Scene
from onefold.demo.sightings import Habits, Sighting, in_case
from onefold.demo.spreadsheet import Sheet, write_workbook
from onefold.demo.words import texts

_OPENED = TODAY - timedelta(days=2 * 365 + 180)
HABITS = Habits(
    opened=_OPENED, native=0.55, nickname=0.15, misspelt=0.02, initial=0.02, email=1.0, phone=0.0, birth_date=0.0, address=0.0,
    other_email=0.3, never_updated=0.8, second_row=0.03,
)  # fmt: skip

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


def write_surveys(scene: Scene, people: list[Person]) -> None:
    """Write ``customer_surveys.xlsx``."""
    sightings, dice = scene.see("surveys", HABITS, people)
    participants: list[list[Any]] = []
    answers: list[tuple[Any, ...]] = []
    for number, sighting in enumerate(sightings, 1):
        key = f"PT-{number:05d}"
        scene.ledger.enter("surveys", "participants", key, sighting)
        participants.append(_participant(key, sighting, dice))
        answers += [(*answer, key) for answer in _answers(sighting, scene, dice)]
    answers.sort(key=lambda answer: (answer[0], answer[-1]))
    responses = [[f"R{number:06d}", key, *answer] for number, (*answer, key) in enumerate(answers, 1)]
    remark = f"Exported {TODAY:%d %B %Y} by Customer Insight · all markets"
    panel = Sheet("Survey participants", remark, ["Participant", "Name", "E-mail", "Survey language", "Country", "First invited"], [13, 28, 38, 17, 10, 18])  # fmt: skip
    panel.extend(participants)
    replies = Sheet(
        "Survey responses", remark,
        ["Response", "Participant", "Submitted", "Occasion", "Likelihood to recommend (0-10)", "Satisfaction (1-5)", "What is the reason for your score?"],
        [11, 13, 18, 18, 30, 19, 80],
    )  # fmt: skip
    replies.extend(responses)
    write_workbook(scene.folder("surveys") / "customer_surveys.xlsx", {"Participants": panel, "Responses": replies})


def _participant(key: str, sighting: Sighting, dice: Dice) -> list[Any]:
    person = sighting.person
    name = in_case(sighting.full_name, dice, upper=0.01, lower=0.05)
    if dice.chance(0.38):  # invited by mailbox alone
        name = ""
        sighting.flags -= {flag for flag in sighting.flags if flag.value in _NAME_FLAGS}
    return [key, name, sighting.email, _LANGUAGES[person.language], person.country, sighting.created]


_NAME_FLAGS = frozenset(
    {
        "nickname",
        "initial",
        "misspelt_name",
        "swapped_names",
        "native_script",
        "western_alias",
        "castilian_form",
        "former_name",
    }
)


def _answers(sighting: Sighting, scene: Scene, dice: Dice) -> list[tuple[Any, ...]]:
    person = sighting.person
    first, last = sighting.created.date(), max(sighting.created.date(), person.until)
    days = [(first, "Relationship")]
    days += [(dice.day(first, last), "Relationship") for _ in range(dice.skewed(0.35, 3))]
    days += [(day + timedelta(days=1), "After contact") for day in scene.conversations.get(person.person_id, ()) if first <= day < TODAY and dice.chance(0.4)]  # fmt: skip
    warmth = dice.number()  # people who are pleased tend to stay so
    return [_answer(day, occasion, person.language, warmth, dice) for day, occasion in days]


def _answer(day: Any, occasion: str, language: str, warmth: float, dice: Dice) -> tuple[Any, ...]:
    luck = 0.6 * warmth + 0.4 * dice.number()
    score = _score_at(min(0.999, max(0.0, (luck - 0.08) / 0.84)))
    kind = "promoter" if score >= 9 else "passive" if score >= 7 else "detractor"
    comment = dice.pick(texts(language)["recommend"][kind]) if dice.chance(0.55) else None
    satisfaction = None if dice.chance(0.08) else min(5, max(1, round(score / 2 + dice.number() - 0.5)))
    submitted = dice.moment(day)
    return (submitted, occasion, score, satisfaction, comment)


def _score_at(share: float) -> int:
    left = share * sum(_RECOMMEND.values())
    for score, weight in _RECOMMEND.items():
        left -= weight
        if left < 0:
            return score
    return 10
