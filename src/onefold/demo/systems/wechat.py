"""The member list of the WeChat shop in mainland China: Chinese headers, GB18030, phones and hardly any mailbox."""

from __future__ import annotations

from datetime import date
from typing import Any

from onefold.demo.dice import Dice
from onefold.demo.exports import write_csv
from onefold.demo.model import Difficulty
from onefold.demo.people import Person
from onefold.demo.scene import Scene
from onefold.demo.sightings import Habits, Sighting

HABITS = Habits(
    opened=date(2023, 3, 1), native=1.0, nickname=0.0, misspelt=0.02, email=0.05, phone=0.96, birth_date=0.55, address=0.6,
    never_updated=0.3, second_row=0.04,
)  # fmt: skip

_COLUMNS = ["会员编号", "微信昵称", "姓名", "性别", "手机号", "邮箱", "出生日期", "省份", "城市", "详细地址", "邮编", "会员等级", "积分", "注册时间", "最近消费日期"]  # fmt: skip
_NICKNAMES = ("山野", "小鹿", "晴天", "爱徒步的", "露营", "阿", "云朵", "一只", "向北", "慢慢")


def write_wechat(scene: Scene, people: list[Person]) -> None:
    """Write ``huiyuan.csv``."""
    sightings, dice = scene.see("wechat", HABITS, people)
    rows = []
    for number, sighting in enumerate(sightings, 1):
        key = f"WX{2_023_000_000 + number * 13}"
        scene.ledger.enter("wechat", "huiyuan", key, sighting)
        rows.append(_member(key, sighting, dice))
    write_csv(scene.folder("wechat") / "huiyuan.csv", _COLUMNS, rows, encoding="gb18030")


def _member(key: str, sighting: Sighting, dice: Dice) -> list[Any]:
    person, home = sighting.person, sighting.home
    name = sighting.full_name
    if dice.chance(0.05):  # staff wrote "Mr Wang"
        name = sighting.family + ("女士" if person.is_female else "先生")
        sighting.flags.add(Difficulty.INITIAL)
    points = dice.skewed(300, 6_000)
    born = f"{sighting.birth_date:%Y年%m月%d日}" if sighting.birth_date else ""
    return [
        key, dice.pick(_NICKNAMES) + (person.given.native if dice.chance(0.5) else str(dice.whole(1, 99))), name,
        "" if dice.chance(0.15) else "女" if person.is_female else "男", sighting.phone.written("digits") if sighting.phone else "", sighting.email or "",
        born, home.city.region if home else "", home.city.native if home else "", home.street_line(native=True) if home else "",
        home.postcode if home and dice.chance(0.3) else "", "金卡" if points > 900 else "银卡" if points > 300 else "普通会员", points,
        f"{sighting.created:%Y-%m-%d %H:%M:%S}", f"{sighting.updated:%Y-%m-%d}",
    ]  # fmt: skip
