"""The kinds of changes that are announced, for people who choose among them."""

from __future__ import annotations

KINDS_OF_CHANGES = {
    "customer.created": "A customer was found for the first time.",
    "customer.updated": "A profile changed.",
    "customer.merged": "Two customers turned out to be one; the older id stays.",
    "customer.split": "A customer was taken out of another.",
    "customer.moved": "Records moved from one customer to another.",
    "customer.retired": "The last record of a customer is gone.",
    "customer.restored": "A retired id is in use again.",
    "customers.changed": "So many customers changed in one build that they are not told one by one: read them anew.",
    "pick.created": "Somebody picked the value of an attribute that counts.",
    "pick.withdrawn": "Somebody let the rules decide on an attribute again.",
    "pick.lapsed": "A pick ended by itself: its record says something else, or is gone.",
    "note.created": "A note was written.",
    "note.updated": "A note was changed.",
    "note.deleted": "A note was deleted.",
    "task.created": "A task was given.",
    "task.updated": "A task was changed, done or reopened.",
    "task.deleted": "A task was deleted.",
    "tag.created": "A tag was made.",
    "tag.updated": "A tag was changed.",
    "tag.deleted": "A tag was deleted.",
    "file.created": "A file was added.",
    "file.deleted": "A file was deleted.",
    "build.finished": "A build was published; everything is up to date.",
    "job.finished": "A job ended.",
    "source.created": "A system was connected.",
    "source.updated": "A connected system was changed.",
    "source.deleted": "A system was disconnected.",
    "role.updated": "A role was changed.",
    "user.updated": "A person's account was changed.",
    "webhook.failing": "A webhook fails.",
    "webhook.paused": "A webhook was paused because it failed for days, or its receiver is gone.",
}
"""Kind -> what it says. Others may come; a webhook for ``*`` hears them too."""
