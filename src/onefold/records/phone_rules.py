"""What the phone metadata says about each region, in the shape that whole columns can use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

_KINDS = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)
_NO_NUMBER = r"[^\s\S]"
_PLAIN_TRUNKS = {"0|180020": "0", r"(1(?:[12]\d|79)\d\d)|0": "0", "(183[12])|0": "0"}


@dataclass(frozen=True)
class PhoneRules:
    """National numbering of one region."""

    region: str
    country_code: str
    trunk: str | None
    """Digits that only national calls begin with ('0', Russia '8'); null where there are none."""
    is_simple: bool
    """Whether the trunk rule is no more than ``trunk``; if not, only the library can tell."""
    shape: str
    """Anchored regular expression of everything that could be a national number."""
    valid: str
    """Anchored regular expression of the national numbers that are in use."""
    mobile: str
    """Anchored regular expression of the mobile numbers among them."""
    lengths: frozenset[int]
    """Possible lengths of a national number."""


@cache
def rules_of(region: str) -> PhoneRules | None:
    """The rules of an ISO 3166 region; None where there are none."""
    from phonenumbers import PhoneMetadata

    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None:
        return None
    trunk = metadata.national_prefix_for_parsing
    general = metadata.general_desc
    if general is None or general.national_number_pattern is None:
        return None
    # Britain's metadata adds a carrier code, China's and Australia's add operator prefixes that nobody stores
    plain = _PLAIN_TRUNKS.get(trunk, trunk) if trunk else None
    kinds = [getattr(metadata, kind) for kind in _KINDS]
    patterns = [kind.national_number_pattern for kind in kinds if kind and kind.national_number_pattern]
    return PhoneRules(
        region=region,
        country_code=str(metadata.country_code),
        trunk=plain,
        is_simple=plain is None or plain.isdigit(),
        shape=f"^(?:{general.national_number_pattern})$",
        valid="^(?:" + "|".join(patterns) + ")$",
        mobile=f"^(?:{(metadata.mobile and metadata.mobile.national_number_pattern) or _NO_NUMBER})$",
        lengths=frozenset(general.possible_length),
    )


@cache
def main_region(country_code: str) -> str | None:
    """The region whose rules speak for a country calling code ('1' → 'US', '44' → 'GB'); None for unknown codes."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(country_code), ())
    return regions[0] if regions else None


@cache
def country_codes() -> tuple[str, ...]:
    """All country calling codes, as text."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    return tuple(str(code) for code in COUNTRY_CODE_TO_REGION_CODE)
