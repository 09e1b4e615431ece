"""The help desk: requesters, tickets, and what was said. JSON lines with nesting, as its API gives them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from onefold.demo.dice import Dice
from onefold.demo.exports import write_json_lines
from onefold.demo.model import Difficulty
from onefold.demo.people import OPENED, TODAY, Person
from onefold.demo.scene import Order, Scene
from onefold.demo.sightings import Habits, Sighting, in_case
from onefold.demo.words import texts, trade

HABITS = Habits(
    opened=OPENED, native=0.5, nickname=0.2, misspelt=0.025, initial=0.04, email=0.93, phone=0.3, birth_date=0.0, address=0.0,
    other_email=0.35, role_contact=0.3, never_updated=0.5, second_row=0.07,
)  # fmt: skip

_AGENT_LANGUAGES = {
    "en": ("Hannah Whitlock", "Tom Ashdown", "Callum Reid", "Priya Raman"), "es": ("Iñigo Salas", "Joana Vidal"), "ca": ("Marta Ferrer", "Joana Vidal"),
    "el": ("Eleni Markou", "Yannis Doukas"), "zh_hans": ("Li Na", "Chen Yu-ting"), "zh_hant": ("Chen Yu-ting",), "fa": ("Nasrin Daneshvar",),
}  # fmt: skip
_LOCALES = {"zh_hans": "zh-cn", "zh_hant": "zh-tw"}
_SCORES = {1: 0.08, 2: 0.08, 3: 0.14, 4: 0.3, 5: 0.4}


def write_helpdesk(scene: Scene, people: list[Person]) -> None:
    """Write requesters, tickets and messages, and remember when tickets were solved."""
    sightings, dice = scene.see("helpdesk", HABITS, people)
    requesters: list[dict[str, Any]] = []
    tickets: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []
    asked: list[tuple[date, str, Sighting]] = []
    for number, sighting in enumerate(sightings, 1):
        key = f"rq{700_000 + number * 11}"
        scene.ledger.enter("helpdesk", "requesters", key, sighting)
        requesters.append(_requester(key, sighting, dice))
        last = max(sighting.created.date(), sighting.person.until)
        days = [
            sighting.created.date(),
            *(dice.day(sighting.created.date(), last) for _ in range(dice.skewed(0.6, 9))),
        ]
        asked += [(day, key, sighting) for day in days]
    for number, (day, key, sighting) in enumerate(sorted(asked, key=lambda a: (a[0], a[1])), 1):
        conversation = Conversation(f"{40_000 + number}", key, sighting, dice, _recent_order(scene, sighting, day))
        tickets.append(conversation.ticket(dice.moment(day)))
        messages.extend(conversation.messages())
        if conversation.solved:
            scene.conversations.setdefault(sighting.person.person_id, []).append(conversation.solved.date())
    scene.ledger.enter_test_row("helpdesk", "requesters", "rq000001")
    requesters.insert(0, _test_requester())
    folder = scene.folder("helpdesk")
    write_json_lines(folder / "requesters.jsonl", requesters)
    write_json_lines(folder / "tickets.jsonl", tickets)
    write_json_lines(folder / "messages.jsonl.gz", messages)


class Conversation:
    """One ticket: how it came in, who took it, what both sides wrote, how it ended."""

    def __init__(self, key: str, requester: str, sighting: Sighting, dice: Dice, order: Order | None) -> None:
        self._key, self._requester, self._sighting, self._dice = key, requester, sighting, dice
        self._language = sighting.person.language
        self._texts = texts(self._language)
        self._topic = dice.pick([t for t in self._texts["topic"] if order or "{order}" not in "".join(t["opening"])])
        self._agent = dice.pick(_AGENT_LANGUAGES[self._language] if dice.chance(0.92) else trade()["agents"])
        self._values = {
            "order": order.number if order else "", "product": order.product if order else dice.pick(trade()["products"])[0],
            "agent": self._agent.split()[0], "name": sighting.given or sighting.family or "",
            "days": dice.whole(3, 14), "store": dice.pick(trade()["stores"][:-1]),
        }  # fmt: skip
        self._score = dice.pick_weighted(_SCORES)
        self._opened = datetime.min  # noqa: DTZ901 - times of exports are naive UTC
        self._replied: datetime | None = None
        self.solved: datetime | None = None

    def ticket(self, opened: datetime) -> dict[str, Any]:
        """The ticket, opened at ``opened``."""
        dice = self._dice
        self._opened = opened
        age = (TODAY - opened.date()).days
        replied = opened + timedelta(minutes=dice.whole(4, 60 if dice.chance(0.5) else 2600))
        solved = replied + timedelta(minutes=dice.whole(20, 600 if dice.chance(0.6) else 9000))
        is_open = age < 12 and dice.chance(0.6)
        self._replied = replied if replied.date() <= TODAY else None
        self.solved = None if is_open or solved.date() > TODAY else solved
        rated = self.solved is not None and dice.chance(0.34)
        return {
            "id": self._key, "requester_id": self._requester, "subject": self._say("subject"), "topic": self._topic["id"],
            "channel": dice.pick_weighted({"email": 0.5, "chat": 0.24, "phone": 0.14, "web_form": 0.12}),
            "priority": dice.pick_weighted({"low": 0.2, "normal": 0.6, "high": 0.16, "urgent": 0.04}),
            "status": "solved" if self.solved else "open", "assignee": self._agent, "created_at": _stamp(opened),
            "first_reply_at": _stamp(self._replied), "solved_at": _stamp(self.solved),
            "satisfaction": {"score": self._score} if rated else None,
        }  # fmt: skip

    def messages(self) -> Iterator[dict[str, Any]]:
        """The messages, oldest first."""
        customer = self._sighting.full_name or (self._sighting.email or "")
        spoken = [("customer", customer, self._opened, self._say("opening"))]
        if self._replied:
            spoken.append(("agent", self._agent, self._replied, self._say("reply")))
        if self.solved and self._dice.chance(0.7):
            kind = "happy" if self._score >= 4 else "unhappy" if self._score <= 2 else "neutral"
            last = self._dice.pick(self._texts["closing"][kind]).format(**self._values)
            spoken.append(("customer", customer, self.solved, last))
        for number, (author, name, moment, body) in enumerate(spoken, 1):
            yield {
                "id": f"{self._key}-{number}", "ticket_id": self._key, "author_type": author, "author_name": name,
                "sent_at": _stamp(moment), "body": body,
            }  # fmt: skip

    def _say(self, part: str) -> str:
        text: str = self._dice.pick(self._topic[part])
        return text.format(**self._values)


def _recent_order(scene: Scene, sighting: Sighting, day: date) -> Order | None:
    earlier = [order for order in scene.orders.get(sighting.person.person_id, ()) if order.day <= day]
    return earlier[-1] if earlier else None


def _requester(key: str, sighting: Sighting, dice: Dice) -> dict[str, Any]:
    person, employer = sighting.person, sighting.person.employer
    email = sighting.email
    luck = dice.number()
    if luck < 0.06:  # only a first name was given
        sighting.family = ""
        sighting.flags |= {Difficulty.THIN} if not email and not sighting.phone else set()
    elif luck < 0.1 and email:  # the mailbox became the name
        sighting.given, sighting.family = email.partition("@")[0], ""
        sighting.flags.add(Difficulty.THIN)
    name = in_case(sighting.full_name, dice, upper=0.02, lower=0.06)
    is_work = employer is not None and (sighting.uses_work or bool(email and email.endswith(employer.domain)))
    organization = None
    if employer and is_work:
        organization = {
            "name": employer.latin_name if dice.chance(0.7) else employer.latin_name.rpartition(" ")[0],
            "business_type": trade()["industries"][employer.industry][2] if dice.chance(0.6) else None,
        }
    return {
        "id": key, "name": name, "email": email, "phone": sighting.phone.e164 if sighting.phone else None,
        "locale": _LOCALES.get(person.language, person.language), "organization": organization, "external_ref": None,
        "tags": sorted({dice.pick(("vip", "returns", "wholesale", "app", "gift")) for _ in range(dice.skewed(0.3, 2))}),
        "created_at": _stamp(sighting.created), "updated_at": _stamp(sighting.updated),
    }  # fmt: skip


def _test_requester() -> dict[str, Any]:
    opened = _stamp(datetime.combine(OPENED, datetime.min.time()))
    return {
        "id": "rq000001", "name": "Test User", "email": "test@test.com", "phone": "+10000000000", "locale": "en", "organization": None,
        "external_ref": None, "tags": [], "created_at": opened, "updated_at": opened,
    }  # fmt: skip


def _stamp(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None
