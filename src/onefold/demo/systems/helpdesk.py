"""The help desk: requesters, tickets, and what was said. JSON lines with nesting, as its API gives them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from onefold.demo.dice import Dice
from onefold.demo.exports import Row, write_json_lines
from onefold.demo.model import Difficulty
from onefold.demo.people import OPENED, TODAY, Person
from onefold.demo.scene import Order, Scene
from onefold.demo.sightings import Habits, Sighting, in_case
from onefold.demo.words import stores, texts, trade

HABITS = Habits(
    opened=OPENED,
    native=0.5,
    nickname=0.2,
    misspelt=0.025,
    initial=0.04,
    email=0.93,
    phone=0.3,
    birth_date=0.0,
    address=0.0,
    other_email=0.35,
    role_contact=0.3,
    never_updated=0.5,
    second_row=0.07,
)
_AGENTS = {
    "en": ("Hannah Whitlock", "Tom Ashdown", "Callum Reid", "Priya Raman"),
    "es": ("Iñigo Salas", "Joana Vidal"),
    "ca": ("Marta Ferrer", "Joana Vidal"),
    "el": ("Eleni Markou", "Yannis Doukas"),
    "zh_hans": ("Li Na", "Chen Yu-ting"),
    "zh_hant": ("Chen Yu-ting",),
    "fa": ("Nasrin Daneshvar",),
}
"""Who answers in which language."""
_LOCALES = {"zh_hans": "zh-cn", "zh_hant": "zh-tw"}
_SCORES = {1: 0.08, 2: 0.08, 3: 0.14, 4: 0.3, 5: 0.4}
_CHANNELS = {"email": 0.5, "chat": 0.24, "phone": 0.14, "web_form": 0.12}
_PRIORITIES = {"low": 0.2, "normal": 0.6, "high": 0.16, "urgent": 0.04}
_TAGS = ("vip", "returns", "wholesale", "app", "gift")


def write_helpdesk(scene: Scene, people: list[Person]) -> None:
    """Write requesters, tickets and messages, and remember when tickets were solved."""
    sightings, dice = scene.see("helpdesk", HABITS, people)
    requesters = [_test_requester()]
    scene.ledger.enter_test_row("helpdesk", "requesters", requesters[0]["id"])
    asked: list[tuple[datetime, str, Sighting]] = []
    for number, sighting in enumerate(sightings, 1):
        key = f"rq{700_000 + number * 11}"
        requesters.append(_requester(key, sighting, dice))
        scene.ledger.enter("helpdesk", "requesters", key, sighting)
        asked += [(moment, key, sighting) for moment in _ticket_times(sighting, dice)]
    asked.sort(key=lambda question: question[:2])
    tickets: list[Row] = []
    messages: list[Row] = []
    for number, (moment, key, sighting) in enumerate(asked, 40_001):
        order = _recent_order(scene, sighting.person, moment.date())
        conversation = Conversation(str(number), key, sighting, moment, order, dice)
        tickets.append(conversation.ticket())
        messages.extend(conversation.messages())
        if conversation.solved:
            scene.conversations.setdefault(sighting.person.person_id, []).append(conversation.solved.date())
    folder = scene.folder("helpdesk")
    write_json_lines(folder / "requesters.jsonl", requesters)
    write_json_lines(folder / "tickets.jsonl", tickets)
    write_json_lines(folder / "messages.jsonl.gz", messages)


class Conversation:
    """One ticket: what it is about, who took it, what both sides wrote, how it ended."""

    def __init__(
        self, key: str, requester: str, sighting: Sighting, opened: datetime, order: Order | None, dice: Dice
    ) -> None:
        self._key, self._requester, self._sighting, self._opened, self._dice = (
            key,
            requester,
            sighting,
            opened,
            dice,
        )
        language = sighting.person.language
        self._closing = texts(language)["closing"]
        topics = texts(language)["topic"]
        self._topic = dice.pick([t for t in topics if order or t["id"] not in {"delivery_late", "return"}])
        self._opening = dice.whole(0, len(self._topic["opening"]) - 1)
        self._agent = dice.pick(_AGENTS[language] if dice.chance(0.92) else trade()["agents"])
        self._values = {
            "order": order.number if order else "",
            "product": order.product if order else dice.pick(trade()["products"][:-2])[0],  # no gift cards
            "agent": self._agent.partition(" ")[0],
            "name": sighting.given or sighting.family,
            "days": dice.whole(3, 14),
            "store": dice.pick(stores(sighting.person.home.area) or ("Bristol Harbourside",)),
        }
        self._score = dice.pick_weighted(_SCORES)
        self._replied: datetime | None = None
        self.solved: datetime | None = None
        self._work()

    def _work(self) -> None:
        """Let the agent reply in office hours, and solve it unless it is too fresh."""
        dice = self._dice
        minutes = dice.whole(4, 60 if dice.chance(0.5) else 2600)
        replied = _in_office_hours(self._opened + timedelta(minutes=minutes), dice)
        solved = _in_office_hours(replied + timedelta(minutes=dice.whole(20, 600 if dice.chance(0.6) else 9000)), dice)
        waits = self._opened.date() > TODAY - timedelta(days=12) and dice.chance(0.6)
        if replied.date() <= TODAY:
            self._replied = replied
            self.solved = solved if solved.date() <= TODAY and not waits else None

    def ticket(self) -> Row:
        """The ticket as the export has it."""
        dice = self._dice
        return {
            "id": self._key,
            "requester_id": self._requester,
            "subject": self._say("subject"),
            "topic": self._topic["id"],
            "channel": dice.pick_weighted(_CHANNELS),
            "priority": dice.pick_weighted(_PRIORITIES),
            "status": "solved" if self.solved else "open",
            "assignee": self._agent,
            "created_at": _stamp(self._opened),
            "first_reply_at": _stamp(self._replied),
            "solved_at": _stamp(self.solved),
            "satisfaction": {"score": self._score} if self.solved and dice.chance(0.34) else None,
        }

    def messages(self) -> Iterator[Row]:
        """The messages, oldest first."""
        customer = self._sighting.full_name or self._sighting.email or ""
        opening = self._topic["opening"][self._opening].format(**self._values)
        spoken = [("customer", customer, self._opened, opening)]
        if self._replied:
            spoken.append(("agent", self._agent, self._replied, self._say("reply")))
        if self.solved and self._dice.chance(0.7):
            kind = "happy" if self._score >= 4 else "unhappy" if self._score <= 2 else "neutral"
            spoken.append(
                (
                    "customer",
                    customer,
                    self.solved,
                    self._dice.pick(self._closing[kind]).format(**self._values),
                )
            )
        for number, (author, name, moment, body) in enumerate(spoken, 1):
            yield {
                "id": f"{self._key}-{number}",
                "ticket_id": self._key,
                "author_type": author,
                "author_name": name,
                "sent_at": _stamp(moment),
                "body": body,
            }

    def _say(self, part: str) -> str:
        """A subject or a reply that fits how the customer opened."""
        choices = self._topic[part]
        fitting = trade()["fits"].get(self._topic["id"], {}).get(part)
        place = self._dice.pick(fitting[self._opening] if fitting else range(len(choices)))
        text: str = choices[place]
        return text.format(**self._values)


def _ticket_times(sighting: Sighting, dice: Dice) -> list[datetime]:
    first = sighting.created.date()
    last = max(first, sighting.person.until)
    return [sighting.created, *(dice.moment(dice.day(first, last)) for _ in range(dice.skewed(0.6, 9)))]


def _recent_order(scene: Scene, person: Person, day: date) -> Order | None:
    since = day - timedelta(days=120)
    orders = scene.orders.get(person.person_id, ())
    earlier = [o for o in orders if since <= o.day < day and not o.product.startswith("Gift card")]
    return earlier[-1] if earlier else None


def _in_office_hours(moment: datetime, dice: Dice) -> datetime:
    if moment.hour >= 19:
        moment += timedelta(days=1)
    elif moment.hour >= 8:
        return moment
    return datetime.combine(moment.date(), time(dice.whole(8, 11), dice.whole(0, 59), dice.whole(0, 59)))


def _requester(key: str, sighting: Sighting, dice: Dice) -> Row:
    email, phone = sighting.email, sighting.phone
    luck = dice.number()
    if luck < 0.06 and Difficulty.INITIAL not in sighting.flags:  # only a first name was given
        sighting.family = ""
    elif luck < 0.1 and email:  # the mailbox became the name
        sighting.given, sighting.family = email.partition("@")[0], ""
    if not sighting.family:
        sighting.flags.add(Difficulty.THIN)
    return {
        "id": key,
        "name": in_case((sighting.full_name,), dice, upper=0.02, lower=0.06)[0],
        "email": email,
        "phone": phone.e164 if phone else None,
        "locale": _LOCALES.get(sighting.person.language, sighting.person.language),
        "organization": _organization(sighting, dice),
        "external_ref": None,
        "tags": sorted({dice.pick(_TAGS) for _ in range(dice.skewed(0.3, 2))}),
        "created_at": _stamp(sighting.created),
        "updated_at": _stamp(sighting.updated),
    }


def _organization(sighting: Sighting, dice: Dice) -> Row | None:
    employer = sighting.person.employer
    if employer is None or not (sighting.email or "").endswith(employer.domain):
        return None
    return {
        "name": employer.latin_name if dice.chance(0.7) else employer.latin_name.rpartition(" ")[0],
        "business_type": trade()["industries"][employer.industry][2] if dice.chance(0.6) else None,
    }


def _test_requester() -> Row:
    opened = _stamp(datetime.combine(OPENED, time()))
    return {
        "id": "rq000001",
        "name": "Test User",
        "email": "test@test.com",
        "phone": "+10000000000",
        "locale": "en",
        "organization": None,
        "external_ref": None,
        "tags": [],
        "created_at": opened,
        "updated_at": opened,
    }


def _stamp(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None
