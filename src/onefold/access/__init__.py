"""Who asks, what they may do, which customers and fields they may see, and the record of what they did.

Every read and write names its actor and passes here. ``Access`` is compiled once per request; its row scope and field
masks become part of the SQL of both databases.
"""

from onefold.access.model import Access, Actor, FieldAccess, Mask, Resolve, Shown

__all__ = ["Access", "Actor", "FieldAccess", "Mask", "Resolve", "Shown"]
