"""What every endpoint is given: the workspace, its database, and who asks.

An endpoint is a plain function; FastAPI runs it in a thread. It opens one transaction at most, through ``call``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from onefold.access import Access, Actor
from onefold.access.accounts import Session, Visitor
from onefold.api.signed_in import identified, visitor_of
from onefold.errors import InvalidInput
from onefold.storage import AppDatabase, KeptAnswer, keep_answer, kept_answer
from onefold.workspace import Workspace

_LONGEST_KEY = 200


@dataclass(frozen=True)
class OpenCall:
    """A request from anybody: signing in, the first owner, invitations."""

    request: Request
    workspace: Workspace

    @property
    def database(self) -> AppDatabase:
        """The app database."""
        return self.workspace.database

    @property
    def address(self) -> str | None:
        """Where the request comes from, behind trusted proxies too."""
        return self.visitor.address

    @property
    def visitor(self) -> Visitor:
        """Address and browser of the request."""
        return visitor_of(self.request, self.workspace)

    def read(self) -> AbstractContextManager[sa.Connection]:
        """A consistent snapshot for reading."""
        return self.database.read()

    def write(self) -> AbstractContextManager[sa.Connection]:
        """One transaction."""
        return self.database.write()


@dataclass(frozen=True)
class Call(OpenCall):
    """A request of a known actor."""

    access: Access
    session: Session | None = None
    """The browser's session; None for keys and the command line."""

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.access.actor

    def create(
        self,
        action: Callable[[sa.Connection], BaseModel],
        *,
        status: int = 201,
        shown_once: Collection[str] = (),
        body: bytes | None = None,
    ) -> Response:
        """Run ``action`` in one transaction and answer with what it made; a repeated key repeats the answer.

        Args:
            action: makes it.
            status: of the answer.
            shown_once: fields of the answer that are secret: not kept, null when it is repeated.
            body: what stands for the body of a request that was streamed.

        Raises:
            Conflict: the key stands for another request.
            InvalidInput: the key is too long.
        """
        key = self.request.headers.get("Idempotency-Key")
        if key is not None and not 0 < len(key) <= _LONGEST_KEY:
            raise InvalidInput(f"an Idempotency-Key has 1 to {_LONGEST_KEY} characters")
        fingerprint = self._fingerprint(body)
        with self.write() as connection:
            if key and (before := kept_answer(connection, self.actor.actor_id, key, fingerprint)):
                return JSONResponse(before.body, before.status, {"Idempotency-Replayed": "true"})
            made = action(connection)
            answer = made.model_dump(mode="json")
            if key:
                kept = {**answer, **dict.fromkeys(shown_once)}
                keep_answer(connection, self.actor.actor_id, key, fingerprint, KeptAnswer(status, kept))
        response = JSONResponse(answer, status)
        if (version := getattr(made, "version", None)) is not None:
            set_etag(response, version)
        return response

    def expected_version(self) -> int:
        """The version that the caller read, from ``If-Match``.

        Raises:
            HTTPException: 428 where it is missing.
            InvalidInput: it is not an ETag of ours.
        """
        said = self.request.headers.get("If-Match")
        if said is None:
            raise HTTPException(428)
        try:
            return int(said.removeprefix("W/").strip('"'))
        except ValueError:
            raise InvalidInput("If-Match does not hold an ETag of this resource", hint="Read it again.") from None

    def _fingerprint(self, streamed: bytes | None) -> str:
        """What makes two requests the same: method, address, body."""
        body: bytes = getattr(self.request, "_body", b"") if streamed is None else streamed
        line = f"{self.request.method} {self.request.url.path}?{self.request.url.query}\n".encode()
        return hashlib.blake2b(line + body, digest_size=16).hexdigest()


def set_etag(response: Response, version: int) -> None:
    """Name the version of an editable resource."""
    response.headers["ETag"] = f'"{version}"'


def _workspace(request: Request) -> Workspace:
    workspace: Workspace = request.app.state.workspace
    return workspace


def _open_call(request: Request) -> OpenCall:
    return OpenCall(request, _workspace(request))


def _call(request: Request) -> Call:
    workspace = _workspace(request)
    who = identified(request, workspace)
    return Call(request, workspace, who.access, who.session)


OpenCallDep = Annotated[OpenCall, Depends(_open_call)]
CallDep = Annotated[Call, Depends(_call)]
