"""The customer page over HTTP: card, what was told, timeline, records, identity, and who sees which essentials."""

from onefold.api.card.layouts import router as layouts_router
from onefold.api.card.page import router as page_router
from onefold.api.card.picks import router as picks_router

__all__ = ["layouts_router", "page_router", "picks_router"]
