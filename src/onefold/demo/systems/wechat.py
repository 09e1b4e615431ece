"""The member list of the WeChat shop in mainland China: Chinese headers, GB18030, hardly any mailbox."""

from __future__ import annotations

from datetime import date

from onefold.demo.dice import Dice
from onefold.demo.exports import Row, write_csv
from onefold.demo.model import Difficulty
from onefold.demo.people import Person
from onefold.demo.scene import Scene
from onefold.demo.sightings import Habits, Sighting

HABITS = Habits(
    opened=date(2023, 3, 1),
    native=1.0,
    nickname=0.0,
    misspelt=0.02,
    email=0.05,
    phone=0.96,
    birth_date=0.55,
    address=0.6,
    never_updated=0.3,
    second_row=0.04,
)
_NICKNAMES = (
    "山野",
    "小鹿",
    "晴天",
    "爱徒步的",
    "露营去",
    "追云",
    "云朵",
    "大橘",
    "向北",
    "慢慢走",
    "风筝",
    "半夏",
)


def write_wechat(scene: Scene, people: list[Person]) -> None:
    """Write ``huiyuan.csv``."""
    sightings, dice = scene.see("wechat", HABITS, people)
    members = []
    for number, sighting in enumerate(sightings, 1):
        key = f"WX{2_023_000_000 + number * 13}"
        members.append(_member(key, sighting, dice))
        scene.ledger.enter("wechat", "huiyuan", key, sighting)
    write_csv(scene.folder("wechat") / "huiyuan.csv", members, encoding="gb18030")


def _member(key: str, sighting: Sighting, dice: Dice) -> Row:
    person, home = sighting.person, sighting.home
    points = dice.skewed(300, 6_000)
    return {
        "会员编号": key,
        "微信昵称": _nickname(person, dice),
        "姓名": _name(sighting, dice),
        "性别": "" if dice.chance(0.15) else "女" if person.is_female else "男",
        "手机号": sighting.phone.written("digits") if sighting.phone else "",
        "邮箱": sighting.email or "",
        "出生日期": f"{sighting.birth_date:%Y年%m月%d日}" if sighting.birth_date else "",
        "省份": home.city.region if home else "",
        "城市": home.city.native if home else "",
        "详细地址": home.street_line(native=True) if home else "",
        "邮编": home.postcode if home and dice.chance(0.3) else "",
        "会员等级": "金卡" if points > 900 else "银卡" if points > 300 else "普通会员",
        "积分": points,
        "注册时间": f"{sighting.created:%Y-%m-%d %H:%M:%S}",
        "最近消费日期": f"{sighting.updated:%Y-%m-%d}",
    }


def _name(sighting: Sighting, dice: Dice) -> str:
    if dice.chance(0.95):
        return sighting.full_name
    sighting.flags.add(Difficulty.INITIAL)  # staff wrote "Mr Wang"
    return sighting.family + ("女士" if sighting.person.is_female else "先生")


def _nickname(person: Person, dice: Dice) -> str:
    nickname = dice.pick(_NICKNAMES)
    luck = dice.number()
    return nickname if luck < 0.35 else nickname + (person.given.native if luck < 0.6 else str(dice.whole(1, 99)))
