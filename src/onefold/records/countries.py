"""Countries by name and code in English, Chinese, Catalan, Spanish, Greek, Persian, and in their own languages."""

from __future__ import annotations

import polars as pl

from onefold.records.text import clean, words
from onefold.records.vocabulary import word_list

_NAMES = """
US: usa|united states|united states of america|u s|u s a|america|the united states|estados unidos
US: eeuu|ee uu|estats units|eua|ηπα|ηνωμένες πολιτείες|美国|美國|ایالات متحده|آمریکا|امریکا
US: vereinigte staaten|etats unis
GB: uk|united kingdom|great britain|britain|england|scotland|wales|northern ireland|reino unido
GB: gran bretaña|inglaterra|regne unit|gran bretanya|anglaterra|ηνωμένο βασίλειο|μεγάλη βρετανία
GB: αγγλία|英国|英國|بریتانیا|انگلستان|انگلیس|royaume uni|vereinigtes königreich
DE: germany|deutschland|alemania|alemanya|γερμανία|德国|德國|آلمان|allemagne
FR: france|francia|frança|γαλλία|法国|法國|فرانسه|frankreich
ES: spain|españa|espanya|ισπανία|西班牙|اسپانیا|spanien|espagne
GR: greece|hellas|ellada|grecia|grècia|ελλάδα|ελλάς|ελλαδα|希腊|希臘|یونان|griechenland|grèce
IR: iran|islamic republic of iran|iran islamic republic of|irán|ιράν|伊朗|ایران|جمهوری اسلامی ایران
CN: china|prc|p r china|people s republic of china|mainland china|xina|κίνα|中国|中國|中华人民共和国|چین|chine
TW: taiwan|taiwán|taiwan roc|republic of china|taiwan province of china|ταϊβάν|台湾|台灣|臺灣|中華民國|تایوان
HK: hong kong|hongkong|hong kong sar|hong kong sar china|χονγκ κονγκ|香港|هنگ کنگ
MO: macau|macao|澳门|澳門
SG: singapore|singapur|σιγκαπούρη|新加坡|سنگاپور
MY: malaysia|malasia|malàisia|马来西亚|馬來西亞|مالزی
JP: japan|japón|japó|ιαπωνία|日本|ژاپن|nippon
KR: south korea|korea|republic of korea|korea republic of|corea del sur|corea|corea del sud
KR: νότια κορέα|韩国|韓國|کره جنوبی|대한민국
IN: india|índia|ινδία|印度|هند|bharat
PK: pakistan|pakistán|巴基斯坦|پاکستان
AF: afghanistan|afganistán|afganistan|阿富汗|افغانستان
IQ: iraq|irak|ιράκ|伊拉克|عراق
TR: turkey|turkiye|turquía|turquia|τουρκία|土耳其|ترکیه|türkei
AE: united arab emirates|uae|emiratos árabes unidos|emirats àrabs units|阿联酋|阿聯酋|امارات
AE: امارات متحده عربی
SA: saudi arabia|arabia saudita|aràbia saudita|σαουδική αραβία|沙特阿拉伯|عربستان|عربستان سعودی
IL: israel|ισραήλ|以色列
EG: egypt|egipto|egipte|αίγυπτος|埃及|مصر
MA: morocco|marruecos|marroc|μαρόκο|摩洛哥|مراکش
IT: italy|italia|itàlia|ιταλία|意大利|義大利|ایتالیا|italien
PT: portugal|πορτογαλία|葡萄牙|پرتغال
AD: andorra|ανδόρα|安道尔
NL: netherlands|the netherlands|holland|nederland|países bajos|holanda|països baixos|ολλανδία
NL: κάτω χώρες|荷兰|荷蘭|هلند
BE: belgium|bélgica|bèlgica|belgië|belgique|βέλγιο|比利时|比利時|بلژیک
LU: luxembourg|luxemburgo|luxemburg|λουξεμβούργο|卢森堡
CH: switzerland|schweiz|suisse|suiza|suïssa|svizzera|ελβετία|瑞士|سوئیس
AT: austria|österreich|àustria|αυστρία|奥地利|奧地利|اتریش
IE: ireland|irlanda|republic of ireland|eire|ιρλανδία|爱尔兰|愛爾蘭|ایرلند
DK: denmark|dinamarca|danmark|δανία|丹麦|丹麥|دانمارک
SE: sweden|suecia|suècia|sverige|σουηδία|瑞典|سوئد
NO: norway|noruega|norge|νορβηγία|挪威|نروژ
FI: finland|finlandia|finlàndia|suomi|φινλανδία|芬兰|芬蘭|فنلاند
IS: iceland|islandia|islàndia|ισλανδία|冰岛
PL: poland|polonia|polònia|polska|πολωνία|波兰|波蘭|لهستان
CZ: czech republic|czechia|república checa|txèquia|τσεχία|捷克
SK: slovakia|eslovaquia|eslovàquia|σλοβακία
HU: hungary|hungría|hongria|magyarország|ουγγαρία|匈牙利
RO: romania|rumania|rumanía|românia|ρουμανία|罗马尼亚
BG: bulgaria|bulgària|βουλγαρία|保加利亚
CY: cyprus|chipre|xipre|κύπρος|塞浦路斯|قبرس
MT: malta|μάλτα
HR: croatia|croacia|croàcia|κροατία
RS: serbia|sèrbia|σερβία
SI: slovenia|eslovenia|eslovènia|σλοβενία
AL: albania|albània|αλβανία
MK: north macedonia|macedonia
UA: ukraine|ucrania|ucraïna|ουκρανία|乌克兰|烏克蘭|اوکراین
RU: russia|russian federation|rusia|rússia|ρωσία|俄罗斯|俄羅斯|روسیه
EE: estonia|estònia
LV: latvia|letonia|letònia
LT: lithuania|lituania|lituània
CA: canada|canadá|canadà|καναδάς|加拿大|کانادا
MX: mexico|méxico|mèxic|μεξικό|墨西哥|مکزیک
BR: brazil|brasil|βραζιλία|巴西|برزیل
AR: argentina|αργεντινή|阿根廷|آرژانتین
CL: chile|xile|χιλή|智利|شیلی
CO: colombia|colòmbia|κολομβία|哥伦比亚|کلمبیا
PE: peru|perú|περού|秘鲁
VE: venezuela|βενεζουέλα|委内瑞拉
EC: ecuador|equador|厄瓜多尔
UY: uruguay|uruguai
PY: paraguay|paraguai
BO: bolivia|bolívia
CR: costa rica
PA: panama|panamá
CU: cuba|古巴
DO: dominican republic|república dominicana
GT: guatemala
PR: puerto rico
AU: australia|austràlia|αυστραλία|澳大利亚|澳大利亞|澳洲|استرالیا
NZ: new zealand|nueva zelanda|nova zelanda|νέα ζηλανδία|新西兰|紐西蘭
ZA: south africa|sudáfrica|sud àfrica|rsa|νότια αφρική|南非|آفریقای جنوبی
NG: nigeria|nigèria
KE: kenya|kenia
TH: thailand|tailandia|tailàndia|泰国|泰國|تایلند
VN: vietnam|viet nam|越南|ویتنام
PH: philippines|filipinas|filipines|菲律宾|菲律賓|فیلیپین
ID: indonesia|indonèsia|印度尼西亚|印尼|اندونزی
"""
_ALPHA3 = word_list("""
    USA:US GBR:GB DEU:DE FRA:FR ESP:ES GRC:GR IRN:IR CHN:CN TWN:TW HKG:HK MAC:MO SGP:SG MYS:MY
    JPN:JP KOR:KR IND:IN PAK:PK AFG:AF IRQ:IQ TUR:TR ARE:AE SAU:SA ISR:IL EGY:EG MAR:MA ITA:IT
    PRT:PT AND:AD NLD:NL BEL:BE LUX:LU CHE:CH AUT:AT IRL:IE DNK:DK SWE:SE NOR:NO FIN:FI ISL:IS
    POL:PL CZE:CZ SVK:SK HUN:HU ROU:RO BGR:BG CYP:CY MLT:MT HRV:HR SRB:RS SVN:SI ALB:AL MKD:MK
    UKR:UA RUS:RU EST:EE LVA:LV LTU:LT CAN:CA MEX:MX BRA:BR ARG:AR CHL:CL COL:CO PER:PE VEN:VE
    ECU:EC URY:UY PRY:PY BOL:BO CRI:CR PAN:PA CUB:CU DOM:DO GTM:GT PRI:PR AUS:AU NZL:NZ ZAF:ZA
    NGA:NG KEN:KE THA:TH VNM:VN PHL:PH IDN:ID GER:DE SPA:ES GRE:GR
""")
_OTHER_CODES = {"UK": "GB", "EL": "GR", "FYROM": "MK"}


def country_table() -> dict[str, str]:
    """Comparison form of every known name and code → ISO 3166 alpha-2."""
    global _TABLE  # noqa: PLW0603 # computed once, on first use
    if not _TABLE:
        pairs = [(name, line.split(":")[0]) for line in _NAMES.strip().splitlines() for name in _names(line)]
        keys = words(pl.Series([name for name, _ in pairs])).to_list()
        _TABLE = {key: code for key, (_, code) in zip(keys, pairs, strict=True)}
        _TABLE |= {three.split(":")[0].lower(): three.split(":")[1] for three in _ALPHA3}
        _TABLE |= {code.lower(): code for code in iso_codes()}
        _TABLE |= {code.lower(): iso for code, iso in _OTHER_CODES.items()}
    return _TABLE


_TABLE: dict[str, str] = {}


def iso_codes() -> frozenset[str]:
    """Every ISO 3166 alpha-2 code that has a telephone region."""
    from phonenumbers import SUPPORTED_REGIONS

    return frozenset(SUPPORTED_REGIONS)


def country_codes_of(values: pl.Series) -> pl.Series:
    """ISO 3166 alpha-2 of names or codes in any of the languages; null where unknown."""
    table = country_table()
    keys = words(clean(values))
    return keys.replace_strict(list(table), list(table.values()), default=None, return_dtype=pl.String)


def _names(line: str) -> list[str]:
    return line.split(":", 1)[1].strip().split("|")
