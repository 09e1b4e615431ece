"""The kinds of configuration, in the order in which they refer to one another."""

from onefold.config.kinds.customers import CardLayouts, Tags, Views
from onefold.config.kinds.people import Roles
from onefold.config.kinds.running import Schedules, Webhooks
from onefold.config.kinds.sources import Sources, WorkspaceSettings
from onefold.config.model import ResourceKind

KINDS: tuple[ResourceKind, ...] = (
    WorkspaceSettings(),
    Sources(),
    Roles(),
    Tags(),
    CardLayouts(),
    Views(),
    Schedules(),
    Webhooks(),
)

__all__ = ["KINDS"]
