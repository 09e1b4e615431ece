"""``GET /stream``: server-sent events. Open pages hear of changes after they are committed."""

from __future__ import annotations

from typing import Annotated

import anyio
from fastapi import APIRouter, Header, Query, Request, Response
from starlette.types import Receive, Scope, Send

from onefold.access import Access
from onefold.api import signed_in
from onefold.api.call import CallDep
from onefold.api.feed import Feed, Subscriber
from onefold.errors import InvalidInput

router = APIRouter(prefix="/stream", tags=["stream"])

SEND_SECONDS = 30.0
"""A page that takes nothing for this long is gone."""

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Content-Type": "text/event-stream; charset=utf-8"}

_EXAMPLE = """retry: 2000

id: 4711
event: ready
data: {"seq": 4711}

id: 4712
event: change
data: {"seq": 4712, "kind": "note.created", "resource": "note", "resource_id": "not_k3m9x2p7q4w8z1aa", "customer_id": \
"cus_b5q2v7n4x8k1m3pd", "happened_at": "2026-11-03T09:14:07.250Z"}

"""


class EventStream(Response):
    """An answer that goes on until one side ends it."""

    def __init__(self, feed: Feed, subscriber: Subscriber) -> None:
        super().__init__(headers=_HEADERS)
        self._feed = feed
        self._subscriber = subscriber

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send frames as they come; a disconnect, a stalled reader or the end of the feed ends it."""
        del scope
        headers = [(k, v) for k, v in self.raw_headers if k != b"content-length"]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async with anyio.create_task_group() as group:
            group.start_soon(self._wait_for_disconnect, receive, group.cancel_scope)
            await self._send_frames(send)
            group.cancel_scope.cancel()

    async def _send_frames(self, send: Send) -> None:
        frames = self._feed.frames(self._subscriber)
        try:
            async for frame in frames:
                with anyio.fail_after(SEND_SECONDS):
                    await send({"type": "http.response.body", "body": frame, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except (TimeoutError, OSError):
            return
        finally:
            with anyio.CancelScope(shield=True):
                await frames.aclose()

    @staticmethod
    async def _wait_for_disconnect(receive: Receive, scope: anyio.CancelScope) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        scope.cancel()


@router.get(
    "",
    summary="Hear of changes as they happen",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {"example": _EXAMPLE}}, "description": "Events without end."}},
)
async def get_stream(
    request: Request,
    call: CallDep,
    last_event_id: Annotated[str | None, Header(description="Resume after this number; browsers send it.")] = None,
    after: Annotated[
        int | None, Query(ge=0, lt=10**18, description="The same, for a page that opens a new stream.")
    ] = None,
) -> Response:
    """Server-sent events: `change` for every committed change that the caller may hear of, in order, once.

    `ready` names the number from which the stream goes on. `reset` comes instead when the number asked for is too far
    back or unknown: read everything anew. `resume` comes last: connect again with the last number. Permissions and row
    scopes are asked anew for every batch; the stream ends with the session.
    """
    feed: Feed | None = getattr(request.app.state, "feed", None)
    if feed is None:
        feed = request.app.state.feed = Feed(call.database)
    workspace = call.workspace

    def refresh() -> Access:
        return signed_in.identified(request, workspace, is_use=False).access

    subscriber = Subscriber(call.access, refresh, _position(last_event_id, after))
    feed.admit(subscriber)
    return EventStream(feed, subscriber)


def _position(last_event_id: str | None, after: int | None) -> int | None:
    if last_event_id is None or not last_event_id.strip():
        return after
    if not last_event_id.isascii() or not last_event_id.isdigit() or len(last_event_id) > 18:
        raise InvalidInput("Last-Event-ID is not a number of this stream", hint="Connect without it.")
    return int(last_event_id)
