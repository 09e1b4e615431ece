"""Single sign-on: to the provider and back."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from onefold.access.accounts import Provider, finish_sign_on, start_sign_on
from onefold.api.call import OpenCall, OpenCallDep
from onefold.api.links import base_url
from onefold.api.sign_in import welcome
from onefold.api.signed_in import is_secure
from onefold.errors import NotFound, NotSignedIn, OnefoldError

router = APIRouter(prefix="/sign-on", tags=["signing in"])

_COOKIE = "onefold_sign_on"
_PATH = "/api/v1/sign-on"


@router.get("/{provider}/start", response_class=RedirectResponse, status_code=303)
def get_start(
    call: OpenCallDep,
    provider: str,
    to: Annotated[str, Query(alias="next", max_length=2000, description="Page to come back to.")] = "/",
) -> Response:
    """Send the browser to the provider."""
    chosen = _provider(call, provider)
    try:
        uri, state = start_sign_on(
            call.database, call.workspace.vault, chosen, redirect_uri=_callback(call, provider), next_path=to
        )
    except OnefoldError as error:
        return _back_with(error)
    response = RedirectResponse(uri, 303)
    response.set_cookie(
        _COOKIE, state, max_age=600, path=_PATH, secure=is_secure(call.request), httponly=True, samesite="lax"
    )
    return response


@router.get("/{provider}/callback", response_class=RedirectResponse, status_code=303)
def get_callback(
    call: OpenCallDep,
    provider: str,
    state: Annotated[str, Query(max_length=300)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Take the browser back from the provider; problems are told at the sign-in page."""
    chosen = _provider(call, provider)
    try:
        if not state or call.request.cookies.get(_COOKIE) != state:
            raise NotSignedIn("this sign-on was not begun in this browser", hint="Begin again at the sign-in page.")
        if error or not code:
            raise NotSignedIn(f"{chosen.name} did not sign you on", hint="Try again.")
        made, next_path = finish_sign_on(
            call.database,
            call.workspace.vault,
            chosen,
            state=state,
            code=code,
            redirect_uri=_callback(call, provider),
            visitor=call.visitor,
        )
    except OnefoldError as problem:
        return _back_with(problem)
    response = RedirectResponse("/", 303)
    is_done = welcome(call, response, made).next == "done"
    page = quote(next_path, safe="/?&=%#:@!$'()*+,;~[]-._")
    response.headers["Location"] = page if is_done else f"/sign-in/second-factor?next={quote(next_path, safe='')}"
    response.delete_cookie(_COOKIE, path=_PATH)
    return response


def _provider(call: OpenCall, name: str) -> Provider:
    settings = call.workspace.settings.sign_on.get(name)
    if settings is None:
        raise NotFound("no such sign-on provider", hint="Begin again at the sign-in page.")
    return Provider(name, settings, call.workspace.secret(settings.client_secret) if settings.client_secret else None)


def _callback(call: OpenCall, provider: str) -> str:
    return f"{base_url(call.workspace, call.request)}{_PATH}/{provider}/callback"


def _back_with(error: OnefoldError) -> Response:
    """To the sign-in page with the code of what happened; its words are the page's."""
    response = RedirectResponse(f"/sign-in?problem={quote(error.code)}", 303)
    response.delete_cookie(_COOKIE, path=_PATH)
    return response
