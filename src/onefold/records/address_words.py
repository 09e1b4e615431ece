"""Words of postal addresses."""

from __future__ import annotations

_TYPES = """
    st: street str strasse khiaban khyaban odos odhos
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
    form: line.split(":")[0].strip()
    for line in _TYPES.strip().splitlines()
    for form in line.split(":")[1].split()
}
STREET_TYPES |= {short: short for short in STREET_TYPES.values()}
"""Kinds of street in many spellings → one short form (calle and carrer are one kind, so that Catalan meets Spanish)."""

DROPPED = frozenset(["the", "of", "de", "del", "la", "las", "los", "les", "el", "els", "d", "l", "dels", "da", "do", "dos", "du", "des", "den", "di"])
"""Small words that systems write or leave out."""

NUMBER_SIGN = r"\b(?:no|nr|num|numero|number|house|plak|pelak|plaque|pelake|hausnr|ar)\b\.? ?(?:\.|:)? ?|n[°º.o]+ ?(?:\d)?(?:^)"
EXTRA = (
    r"[, ]+(?:(?:apt|apartment|appt|flat|unit|suite|ste|floor|fl|room|rm|piso|pis|puerta|pta|planta|bloque|escalera|esc|bajo|"
    r"baixos|atico|wohnung|whg|etage|og|orofos|diam|building|bldg|block|blk|lot|tower|level|zang|vahed|tabaqe|f)\b\.? ?|# ?|/ ?)"
    r"[a-z]?\d{0,4}[a-z]?\b.*$"
)
"""Where the flat or floor begins."""

CITY_SUFFIX = r"(?<=..)[市縣县]$"

US_STATES = frozenset(
    ["AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "DC", "PR"]
)
