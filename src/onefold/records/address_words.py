"""Words of postal addresses."""

from __future__ import annotations

from onefold.records.vocabulary import word_list

_TYPES = """
    st: street str strasse
    odos: khiaban khyaban odhos odos
    av: avenue ave avda avd avenida avinguda av leoforos leof lewforos
    rd: road
    dr: drive
    ln: lane
    ct: court
    cl: close
    cres: crescent
    ter: terrace terr
    pkwy: parkway
    hwy: highway
    sq: square
    cir: circle circuit
    pl: place plaza pza plza placa platz plateia plat
    c: calle carrer cr carr
    pg: paseo passeig pso po ps
    rbla: rambla rda ronda
    ctra: carretera crta
    trv: travessera travesia travessia
    blvd: boulevard bd boul bulevar bolvar bulvar bulevard
    r: rue rua
    ch: chemin
    imp: impasse
    all: allee
    weg: wg
    kucheh: kocheh koche kuche kvch kwche
    n: north nord
    s: south sud
    e: east est
    w: west oest ouest
    mt: mount
    ft: fort
    apt: apartment
"""
STREET_TYPES = {
    form: line.split(":")[0].strip() for line in _TYPES.strip().splitlines() for form in line.split(":")[1].split()
}
STREET_TYPES |= {short: short for short in STREET_TYPES.values()}
"""Kinds of street in many spellings → one short form (calle and carrer are one kind, so that Catalan meets Spanish)."""

DROPPED = frozenset(
    word_list("""
    the of de del la las los les el els d l dels da do dos du des den di
""")
)
"""Small words that systems write or leave out."""

LEADING_TYPES = r"^(?:odos|av|blvd|pl|sq|pg|rbla) \S"
"""Kinds of street that some languages put first and others last."""
TYPE_FORMS = "st|av|rd|dr|ln|ct|cl|cres|ter|pkwy|hwy|sq|cir|pl|blvd"

NUMBER_SIGN = (
    r"\b(?:no|nr|num|numero|number|house|plak|pelak|plaque|pelake|hausnr|ar)\b\.? ?(?:\.|:)? ?|n[°º.o]+ ?(?:\d)?(?:^)"
)
EXTRA = (
    r"[, ]+(?:(?:apt|apartment|appt|flat|unit|suite|ste|floor|fl|room|rm|piso|pis|puerta|pta|planta|bloque|escalera|"
    r"esc|bajo|baixos|atico|wohnung|whg|etage|og|orofos|diam|building|bldg|block|blk|lot|tower|level|"
    r"zang|vahed|tabaqe|f)\b\.? ?|# ?|/ ?)"
    r"[a-z]?\d{0,4}[a-z]?\b.*$|, ?\d{1,2}[oa]\b.*$"
)
"""Where the flat or floor begins."""

CITY_SUFFIX = r"(?<=..)[市縣县]$"

US_STATES = frozenset(
    word_list("""
    AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY
    NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR
""")
)

_CITIES = """
    taipei: taibei|new taipei: xinbei xinpei|taichung: taizhong|kaohsiung: gaoxiong|tainan: tainan|taoyuan: taoyuan
    hsinchu: xinzhu|keelung: jilong|chiayi: jiayi|pingtung: pingdong|yilan: ilan|hualien: hualian|taitung: taidong
    changhua: zhanghua|miaoli: miaoli|hong kong: xianggang hongkong|kowloon: jiulong|macau: aomen macao
    beijing: peking|guangzhou: canton|xian: sian|chongqing: zhongqing chungking
    athens: athina athinai|piraeus: peiraias pireas peireas|thessaloniki: salonica salonika|patras: patra
    heraklion: irakleio iraklio irakleion|chania: hania|rhodes: rodos|corfu: kerkyra|larissa: larisa|volos: bolos
    munich: muenchen munchen|cologne: koeln koln|nuremberg: nuernberg nurnberg|vienna: wien|zurich: zuerich
    geneva: geneve genf|dusseldorf: duesseldorf|frankfurt: frankfurt am main|hanover: hannover|brunswick: braunschweig
    rome: roma|milan: milano|florence: firenze|venice: venezia|naples: napoli|turin: torino|genoa: genova
    lisbon: lisboa|oporto: porto|seville: sevilla|saragossa: zaragoza|corunna: a coruna la coruna|bilbao: bilbo
    lleida: lerida|girona: gerona|palma: palma de mallorca|san sebastian: donostia|vitoria: vitoria gasteiz gasteiz
    brussels: bruxelles brussel|antwerp: antwerpen anvers|the hague: den haag|copenhagen: kobenhavn|prague: praha
    warsaw: warszawa|cracow: krakow|bucharest: bucuresti|moscow: moskva moskau|saint petersburg: sankt peterburg
    isfahan: esfahan|tehran: teheran|mashhad: mashad|new york: new york city nyc
"""


def _city_names() -> dict[str, str]:
    entries = [entry.strip() for line in _CITIES.strip().splitlines() for entry in line.split("|")]
    several = ("frankfurt am main", "a coruna", "la coruna", "palma de mallorca", "vitoria gasteiz", "den haag",
               "sankt peterburg", "new york city")  # fmt: skip
    names: dict[str, str] = {}
    for entry in entries:
        name, forms = entry.split(":")
        for form in several:
            if form in forms:
                names[form] = name
                forms = forms.replace(form, "")
        names |= dict.fromkeys(forms.split(), name)
    return names


CITY_NAMES = _city_names()
"""Comparison forms of city names in their own language → in English, so that systems in two languages meet."""
