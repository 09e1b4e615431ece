"""The loyalty app: members and what they do in it. Compressed CSV, made for analysts."""

from __future__ import annotations

from typing import Any

from onefold.demo.dice import Dice
from onefold.demo.exports import write_csv
from onefold.demo.model import Difficulty
from onefold.demo.people import OPENED, TODAY, Person
from onefold.demo.scene import Scene
from onefold.demo.scripts import jalali, persian_digits
from onefold.demo.sightings import Habits, Sighting, in_case
from onefold.demo.words import trade

HABITS = Habits(
    opened=OPENED, native=0.62, nickname=0.1, misspelt=0.03, initial=0.02, email=0.58, phone=0.86, birth_date=0.74, address=0.0,
    birth_date_error=0.02, never_updated=0.2, second_row=0.05,
)  # fmt: skip

_MEMBER_COLUMNS = [
    "member_no", "name", "gender", "date_of_birth", "mobile", "email", "tier", "points", "home_store", "market", "language",
    "marketing_ok", "joined_on", "last_seen_at",
]  # fmt: skip
_EVENT_COLUMNS = ["event_id", "member_no", "event", "occurred_at", "platform", "detail"]
_EVENTS = {"app_opened": 0.44, "product_viewed": 0.24, "points_earned": 0.14, "coupon_used": 0.06, "store_checked_in": 0.06, "wishlist_added": 0.05, "push_disabled": 0.01}  # fmt: skip
_STORE_MARKETS = {"GB": range(3), "ES": range(3, 7), "GR": range(7, 9), "CY": range(7, 9), "US": range(9, 10), "AU": range(10, 11), "CN": range(11, 12), "TW": range(12, 13), "HK": range(12, 13)}  # fmt: skip


def write_loyalty(scene: Scene, people: list[Person]) -> None:
    """Write ``members.csv.gz`` and ``app_events.csv.gz``."""
    sightings, dice = scene.see("loyalty", HABITS, people)
    members: list[list[Any]] = []
    happened: list[tuple[Any, str, str]] = []
    for number, sighting in enumerate(sightings, 1):
        key = f"LM{str(number * 7919 % 10**6).zfill(6)}{number:05d}"
        scene.ledger.enter("loyalty", "members", key, sighting)
        members.append(_member(key, sighting, dice))
        platform = dice.pick(("ios", "android"))
        first, last = sighting.created.date(), max(sighting.created.date(), min(sighting.person.until, TODAY))
        happened.append((sighting.created, key, platform))
        happened += [(dice.moment(dice.day(first, last)), key, platform) for _ in range(dice.skewed(5, 60))]
    happened.sort()
    events = [
        [f"e{number:08d}", key, *_event(moment, platform, dice)]
        for number, (moment, key, platform) in enumerate(happened, 1)
    ]
    folder = scene.folder("loyalty")
    write_csv(folder / "members.csv.gz", _MEMBER_COLUMNS, members)
    write_csv(folder / "app_events.csv.gz", _EVENT_COLUMNS, events)


def _member(key: str, sighting: Sighting, dice: Dice) -> list[Any]:
    person = sighting.person
    name = in_case(sighting.full_name, dice, upper=0.03, lower=0.05)
    born = _birth_date(sighting, dice)
    if not born and dice.chance(HABITS.placeholder * 3):
        sighting.flags.add(Difficulty.PLACEHOLDER)
        born = "1900-01-01"
    points = dice.skewed(420, 9_000)
    tier = "gold" if points > 1_200 else "silver" if points > 450 else "basic"
    gender = dice.pick(("", "x")) if dice.chance(0.22) else "f" if person.is_female else "m"
    stores = _STORE_MARKETS.get(person.country)
    store = trade()["stores"][dice.pick(stores)] if stores and dice.chance(0.8) else "Online"
    phone = sighting.phone
    written = ""
    if phone:
        written = (
            phone.e164 if phone.country != person.country else phone.written(dice.pick(("e164", "e164", "digits")))
        )
    return [
        key, name, gender, born, written, sighting.email or "", tier, points, store, person.country,
        person.language.replace("_", "-") if dice.chance(0.9) else "", dice.pick(("true", "true", "false")) if dice.chance(0.85) else "",
        f"{sighting.created:%Y-%m-%d}", f"{sighting.updated:%Y-%m-%dT%H:%M:%SZ}",
    ]  # fmt: skip


def _birth_date(sighting: Sighting, dice: Dice) -> str:
    """ISO as the app's form gives it; Iranian and Taiwanese members who joined on paper keep their own calendar."""
    born, country = sighting.birth_date, sighting.person.country
    if born is None:
        return ""
    if country == "IR" and dice.chance(0.4):
        year, month, day = jalali(born)
        text = f"{year}/{month:02d}/{day:02d}"
        return persian_digits(text) if dice.chance(0.4) else text
    if country == "TW" and dice.chance(0.2):
        return f"民國{born.year - 1911}年{born.month}月{born.day}日"
    return born.isoformat()


def _event(moment: Any, platform: str, dice: Dice) -> list[Any]:
    event = dice.pick_weighted(_EVENTS)
    detail = ""
    if event in {"product_viewed", "wishlist_added"}:
        detail = dice.pick(trade()["products"])[0]
    elif event == "points_earned":
        detail = str(dice.whole(5, 180))
    elif event == "store_checked_in":
        detail = dice.pick(trade()["stores"][:-1])
    return [event, f"{moment:%Y-%m-%dT%H:%M:%SZ}", platform, detail]
