"""The application: routers, errors, and the headers that every answer carries."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from onefold import __version__
from onefold.api import (
    access,
    audit,
    background,
    builds,
    care,
    config,
    customer_list,
    errors,
    health,
    identity,
    jobs,
    keys,
    levels,
    matching,
    me,
    overview,
    previews,
    quality,
    quarantine,
    reference,
    review,
    roles,
    security,
    sessions,
    sign_in,
    sign_on,
    source_tables,
    sources,
    stream,
    uploads,
    users,
    view_as,
    views,
    webhooks,
)
from onefold.api.card import layouts_router, page_router, picks_router
from onefold.api.describing import describe
from onefold.api.texts import refuse_broken_texts
from onefold.settings import ServerSettings
from onefold.web import Interface
from onefold.workspace import Workspace

PREFIX = "/api/v1"

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    sign_in.router,
    sign_on.router,
    me.router,
    users.router,
    sessions.router,
    keys.router,
    audit.router,
    roles.router,
    view_as.router,
    access.router,
    overview.router,
    stream.router,
    webhooks.router,
    customer_list.router,  # before the card, whose addresses end in any key
    views.router,
    review.router,
    identity.router,
    previews.router,
    quality.router,
    matching.router,
    layouts_router,
    picks_router,
    levels.router,
    *care.ROUTERS,
    source_tables.router,
    sources.router,
    uploads.router,
    builds.router,
    quarantine.router,
    jobs.router,
    config.router,
    page_router,  # last: its card takes every key, also one with slashes
)
"""One per slice, in the order in which they are described."""


def create_app(
    workspace: Workspace,
    *,
    local_token: str | None = None,
    server: ServerSettings | None = None,
    has_background: bool = False,
) -> FastAPI:
    """The HTTP application of a workspace.

    Args:
        workspace: open for as long as the application runs.
        local_token: whoever sends it is the owner of the files, at the command line of this machine.
        server: how it is served, where that differs from the workspace's settings.
        has_background: whether jobs, letters and the audit's retention run in this process too.
    """
    app = _application()
    if has_background:
        app.router.lifespan_context = background.lifespan
    app.state.workspace = workspace
    app.state.local_token = local_token
    errors.install(app)
    security.install(app, server or workspace.settings.server, workspace.path)
    # Not mounted: a mount at / would take the addresses of the API that other methods answer.
    app.router.default = Interface()
    return app


def openapi_document() -> dict[str, Any]:
    """The description of the API, without a workspace."""
    return _application().openapi()


def _application() -> FastAPI:
    app = FastAPI(
        title="Onefold",
        version=__version__,
        description="One permanent id, one profile, one story of every customer.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(refuse_broken_texts)],
    )
    # Routes are tried one after another: those of customers, which are asked for most, come first.
    for router in sorted(ROUTERS, key=lambda router: not any(_is_of_customers(route) for route in router.routes)):
        app.include_router(router, prefix=PREFIX)
    app.include_router(reference.router, prefix=PREFIX)
    description: list[dict[str, Any]] = []

    def openapi() -> dict[str, Any]:
        if not description:
            description.append(describe(app, ROUTERS))
        return description[0]

    # as FastAPI documents it
    app.openapi = openapi  # type: ignore[method-assign]
    return app


def _is_of_customers(route: BaseRoute) -> bool:
    return isinstance(route, APIRoute) and route.path.startswith("/customers")
