"""What a row without a country suggests about where its phone number belongs: language, e-mail domain, script."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

NORTH_AMERICAN = r"^ ?(?:1[ .-])?(?:\([2-9]\d{2}\) ?\d{3}[-. ]\d{4}|[2-9]\d{2}([-.])\d{3}[-.]\d{4})(?: ?(?:x|ext).*)?$"
"""(212) 200-1234, 212-200-1234, 212.200.1234."""

_SPOKEN_IN = {
    "en": ("US", "GB", "IE", "CA", "AU", "NZ"),
    "es": ("ES", "MX", "AR", "CO", "CL", "PE", "VE", "EC", "UY", "US"),
    "ca": ("ES", "AD"),
    "el": ("GR", "CY"),
    "fa": ("IR", "AF"),
    "zh-TW": ("TW", "HK"),
    "zh-CN": ("CN", "SG"),
    "zh": ("CN", "TW", "HK", "SG"),
    "de": ("DE", "AT", "CH"),
    "fr": ("FR", "BE", "CH", "CA", "LU"),
    "it": ("IT", "CH"),
    "pt": ("PT", "BR"),
    "nl": ("NL", "BE"),
    "ru": ("RU",),
    "tr": ("TR",),
    "ja": ("JP",),
    "ko": ("KR",),
    "pl": ("PL",),
    "ro": ("RO",),
    "sv": ("SE",),
}
_WRITTEN_IN = {r"[\u{370}-\u{3FF}]": ("GR", "CY"), r"[\u{600}-\u{6FF}]": ("IR", "AF")}
_DOMAIN_TO_REGION = {"uk": "GB", "gr": "GR", "ir": "IR"}
_SOLD_WORLDWIDE = frozenset({"co", "io", "me", "tv", "ai", "cc", "fm", "ly", "to", "ws", "gg", "is", "it", "in", "us"})
"""Country domains that are registered mostly for how they read."""


def region_hints(
    regions: Sequence[str], *, language: pl.Series | None, emails: pl.Series | None, name: pl.Series | None
) -> pl.Series | None:
    """The one region among ``regions`` that each row's language, else e-mail domain, else script points at.

    Args:
        regions: regions that the workspace's data name.
        language: ISO codes, as conformed.
        emails: canonical addresses, a list for each row.
        name: names as written.
    """
    hints = []
    if language is not None:
        table = {code: region for code, spoken in _SPOKEN_IN.items() if (region := _only(spoken, regions))}
        hints.append(language.replace_strict(table, default=None, return_dtype=pl.String))
    if emails is not None:
        top = emails.list.first().str.extract(r"\.([a-z]{2})$")
        table = {r.lower(): r for r in regions if r.lower() not in _SOLD_WORLDWIDE} | {
            d: r for d, r in _DOMAIN_TO_REGION.items() if r in regions
        }
        hints.append(top.replace_strict(table, default=None, return_dtype=pl.String))
    if name is not None:
        for letters, countries in _WRITTEN_IN.items():
            region = _only(countries, regions)
            hints.append(
                name.to_frame("n")
                .select(pl.when(pl.col("n").str.contains(letters)).then(pl.lit(region, dtype=pl.String)))
                .to_series()
            )
    if not hints:
        return None
    return pl.DataFrame([h.alias(str(i)) for i, h in enumerate(hints)]).select(pl.coalesce(pl.all())).to_series()


def _only(candidates: Sequence[str], regions: Sequence[str]) -> str | None:
    seen = [region for region in candidates if region in regions]
    return seen[0] if len(seen) == 1 else None
