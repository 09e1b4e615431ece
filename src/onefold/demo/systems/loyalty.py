"""The loyalty app: members and what they do in it. Compressed CSV, made for analysts."""

from __future__ import annotations

from datetime import datetime

from onefold.demo.dice import Dice
from onefold.demo.exports import Row, write_csv
from onefold.demo.model import Difficulty
from onefold.demo.people import OPENED, TODAY, Person
from onefold.demo.scene import Scene
from onefold.demo.scripts import jalali, persian_digits
from onefold.demo.sightings import Habits, Sighting, in_case
from onefold.demo.words import stores, trade

HABITS = Habits(
    opened=OPENED,
    native=0.62,
    nickname=0.1,
    misspelt=0.03,
    initial=0.02,
    email=0.58,
    phone=0.86,
    birth_date=0.74,
    address=0.0,
    birth_date_error=0.02,
    never_updated=0.2,
    second_row=0.05,
)
_EVENTS = {
    "app_opened": 0.44,
    "product_viewed": 0.24,
    "points_earned": 0.14,
    "coupon_used": 0.06,
    "store_checked_in": 0.06,
    "wishlist_added": 0.05,
    "push_disabled": 0.01,
}


def write_loyalty(scene: Scene, people: list[Person]) -> None:
    """Write ``members.csv.gz`` and ``app_events.csv.gz``."""
    sightings, dice = scene.see("loyalty", HABITS, people)
    members = []
    happened: list[tuple[datetime, str, str, str]] = []
    for number, sighting in enumerate(sightings, 1):
        key = f"LM{number * 7919 % 10**6:06d}{number:05d}"
        members.append(_member(key, sighting, dice))
        scene.ledger.enter("loyalty", "members", key, sighting)
        platform, area = dice.pick(("ios", "android")), sighting.person.home.area
        first, last = sighting.created.date(), max(sighting.created.date(), min(sighting.person.until, TODAY))
        moments = [dice.moment(dice.day(first, last)) for _ in range(dice.skewed(5, 60))]
        happened += [(max(moment, sighting.created), key, platform, area) for moment in moments]
    happened.sort()
    folder = scene.folder("loyalty")
    write_csv(folder / "members.csv.gz", members)
    write_csv(folder / "app_events.csv.gz", [_event(n, *event, dice) for n, event in enumerate(happened, 1)])


def _member(key: str, sighting: Sighting, dice: Dice) -> Row:
    person = sighting.person
    points = dice.skewed(420, 9_000)
    store = stores(person.home.area)
    return {
        "member_no": key,
        "name": in_case((sighting.full_name,), dice, upper=0.03, lower=0.05)[0],
        "gender": _gender(person, dice),
        "date_of_birth": _birth_date(sighting, dice),
        "mobile": _phone(sighting, dice),
        "email": sighting.email or "",
        "tier": "gold" if points > 1_200 else "silver" if points > 450 else "basic",
        "points": points,
        "home_store": dice.pick(store) if store and dice.chance(0.8) else "Online",
        "market": person.country,
        "language": person.language.replace("_", "-") if dice.chance(0.9) else "",
        "marketing_ok": dice.pick(("true", "true", "false")) if dice.chance(0.85) else "",
        "joined_on": f"{sighting.created:%Y-%m-%d}",
        "last_seen_at": f"{sighting.updated:%Y-%m-%dT%H:%M:%SZ}",
    }


def _gender(person: Person, dice: Dice) -> str:
    if dice.chance(0.22):
        return "x" if dice.chance(0.06) else ""
    return "f" if person.is_female else "m"


def _birth_date(sighting: Sighting, dice: Dice) -> str:
    """ISO as the app's form gives it; Iranians and Taiwanese who joined on paper keep their own calendar."""
    born, where = sighting.birth_date, sighting.person.country
    if born is None:
        if not dice.chance(HABITS.placeholder * 3):
            return ""
        sighting.flags.add(Difficulty.PLACEHOLDER)
        return "1900-01-01"
    if where == "IR" and dice.chance(0.4):
        year, month, day = jalali(born)
        text = f"{year}/{month:02d}/{day:02d}"
        return persian_digits(text) if dice.chance(0.4) else text
    if where == "TW" and dice.chance(0.2):
        return f"民國{born.year - 1911}年{born.month}月{born.day}日"
    return born.isoformat()


def _phone(sighting: Sighting, dice: Dice) -> str:
    phone = sighting.phone
    if phone is None:
        return ""
    is_local = phone.country == sighting.person.country
    return phone.written(dice.pick(("e164", "e164", "digits"))) if is_local else phone.e164


def _event(number: int, moment: datetime, member: str, platform: str, area: str, dice: Dice) -> Row:
    kind = dice.pick_weighted(_EVENTS)
    detail = ""
    if kind in {"product_viewed", "wishlist_added"}:
        detail = dice.pick(trade()["products"])[0]
    elif kind == "points_earned":
        detail = str(dice.whole(5, 180))
    elif kind == "store_checked_in":
        detail = dice.pick(stores(area) or trade()["stores"][:-1])
    return {
        "event_id": f"e{number:08d}",
        "member_no": member,
        "event": kind,
        "occurred_at": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "platform": platform,
        "detail": detail,
    }
