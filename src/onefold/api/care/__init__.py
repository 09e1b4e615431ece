"""Working together on a customer over HTTP: notes, tasks, tags, files, notifications."""

from fastapi import APIRouter

from onefold.api.care import files, handover, notes, notifications, tags, tasks

ROUTERS: tuple[APIRouter, ...] = (
    notes.router,
    tasks.router,
    tags.router,
    files.router,
    handover.router,
    notifications.router,
)

__all__ = ["ROUTERS"]
