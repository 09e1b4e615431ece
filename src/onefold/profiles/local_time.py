"""Where a customer's clock stands, told from country, region and phone.

A country with one clock says it alone; so does one whose other clocks belong to few (Spain without the Canaries).
The United States, Canada, Australia and others need the region, or a phone number whose prefix belongs to one clock.
Where that does not decide, nothing is told: a wrong local time is worse than none.
"""

from __future__ import annotations

from functools import lru_cache

from onefold.profiles.model import LocalTime

_MAIN_CLOCKS = """
    AR=America/Argentina/Buenos_Aires AT=Europe/Vienna AZ=Asia/Baku BE=Europe/Brussels BG=Europe/Sofia BO=America/La_Paz
    CH=Europe/Zurich CL=America/Santiago CN=Asia/Shanghai CO=America/Bogota CR=America/Costa_Rica CY=Asia/Nicosia
    CZ=Europe/Prague DE=Europe/Berlin DK=Europe/Copenhagen DO=America/Santo_Domingo EC=America/Guayaquil
    EE=Europe/Tallinn EG=Africa/Cairo ES=Europe/Madrid FI=Europe/Helsinki FR=Europe/Paris GB=Europe/London
    GE=Asia/Tbilisi GR=Europe/Athens HK=Asia/Hong_Kong HR=Europe/Zagreb HU=Europe/Budapest IE=Europe/Dublin
    IL=Asia/Jerusalem IN=Asia/Kolkata IQ=Asia/Baghdad IR=Asia/Tehran IS=Atlantic/Reykjavik IT=Europe/Rome
    JM=America/Jamaica JP=Asia/Tokyo KR=Asia/Seoul KW=Asia/Kuwait LT=Europe/Vilnius LU=Europe/Luxembourg LV=Europe/Riga
    MA=Africa/Casablanca MO=Asia/Macau MT=Europe/Malta MY=Asia/Kuala_Lumpur NG=Africa/Lagos NL=Europe/Amsterdam
    NO=Europe/Oslo NZ=Pacific/Auckland PA=America/Panama PE=America/Lima PG=Pacific/Port_Moresby PH=Asia/Manila
    PK=Asia/Karachi PL=Europe/Warsaw PR=America/Puerto_Rico PT=Europe/Lisbon RO=Europe/Bucharest RS=Europe/Belgrade
    SA=Asia/Riyadh SE=Europe/Stockholm SG=Asia/Singapore SI=Europe/Ljubljana SK=Europe/Bratislava TH=Asia/Bangkok
    TN=Africa/Tunis TR=Europe/Istanbul TT=America/Port_of_Spain TW=Asia/Taipei UA=Europe/Kyiv AE=Asia/Dubai
    UY=America/Montevideo UZ=Asia/Tashkent VE=America/Caracas VN=Asia/Ho_Chi_Minh ZA=Africa/Johannesburg
"""
_MAIN: dict[str, str] = dict(pair.split("=") for pair in _MAIN_CLOCKS.split())
"""ISO 3166 country -> the clock of (nearly) all who live there."""

_BY_REGION: dict[str, dict[str, str]] = {
    "US": {
        "America/New_York": "ct connecticut de delaware dc fl florida ga georgia me maine md maryland ma massachusetts"
        " mi michigan nh new_hampshire nj new_jersey ny new_york nc north_carolina oh ohio pa pennsylvania ri"
        " rhode_island sc south_carolina vt vermont va virginia wv west_virginia",
        "America/Chicago": "al alabama ar arkansas il illinois ia iowa la louisiana mn minnesota ms mississippi mo"
        " missouri ok oklahoma wi wisconsin tx texas",
        "America/Denver": "co colorado mt montana nm new_mexico ut utah wy wyoming",
        "America/Los_Angeles": "ca california nv nevada wa washington",
        "America/Phoenix": "az arizona",
        "America/Anchorage": "ak alaska",
        "Pacific/Honolulu": "hi hawaii",
    },
    "CA": {
        "America/Toronto": "on ontario qc quebec québec",
        "America/Halifax": "ns nova_scotia nb new_brunswick pe prince_edward_island",
        "America/St_Johns": "nl newfoundland newfoundland_and_labrador",
        "America/Winnipeg": "mb manitoba",
        "America/Regina": "sk saskatchewan",
        "America/Edmonton": "ab alberta",
        "America/Vancouver": "bc british_columbia",
    },
    "AU": {
        "Australia/Sydney": "nsw new_south_wales act australian_capital_territory",
        "Australia/Melbourne": "vic victoria",
        "Australia/Brisbane": "qld queensland",
        "Australia/Adelaide": "sa south_australia",
        "Australia/Perth": "wa western_australia",
        "Australia/Hobart": "tas tasmania",
        "Australia/Darwin": "nt northern_territory",
    },
    "ES": {"Atlantic/Canary": "canarias canary_islands las_palmas santa_cruz_de_tenerife tenerife"},
    "PT": {"Atlantic/Azores": "açores azores"},
}
"""Country -> clock -> its regions, by code or name, where the country alone does not say."""


@lru_cache(maxsize=65536)
def local_time(country: str | None, region: str | None, phone: str | None) -> LocalTime | None:
    """The customer's time zone.

    Args:
        country: ISO 3166, as profiles hold it; anything else counts as unknown.
        region: state or province, by name or code.
        phone: E.164.

    Returns:
        None where they do not tell one zone.

    >>> local_time("ES", None, None).zone, local_time("US", "California", None).zone
    ('Europe/Madrid', 'America/Los_Angeles')
    >>> local_time("US", None, None) is None, local_time(None, None, "+12125550100").zone
    (True, 'America/New_York')
    """
    country = country.upper() if country and len(country) == 2 else None
    if country and region:
        named = "_".join(region.casefold().replace(".", "").split())
        for zone, regions in _BY_REGION.get(country, {}).items():
            if named in regions.split():
                return LocalTime(zone, "region")
    if country and (zone_of_country := _MAIN.get(country) or _only_zone(country)):
        return LocalTime(zone_of_country, "country")
    return _by_phone(country, phone) if phone else None


def _only_zone(country: str) -> str | None:
    """The clock of a country whose calling code is its own and has one clock."""
    import phonenumbers
    from phonenumbers.tzdata import TIMEZONE_DATA

    code = phonenumbers.country_code_for_region(country)
    zones = TIMEZONE_DATA.get(str(code), ())
    return zones[0] if len(zones) == 1 and phonenumbers.region_codes_for_country_code(code) == (country,) else None


def _by_phone(country: str | None, phone: str) -> LocalTime | None:
    import phonenumbers
    from phonenumbers.timezone import time_zones_for_number

    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return None
    home = phonenumbers.region_code_for_number(number)
    if country and home and home != country:
        return None
    zones = time_zones_for_number(number)
    zone = zones[0] if len(zones) == 1 else _MAIN.get(home or "")
    return LocalTime(zone, "phone") if zone and zone != phonenumbers.timezone.UNKNOWN_TIMEZONE else None
