"""Working together on a customer: notes, tags, tasks, files, and telling colleagues of them.

Everything hangs on a customer id and follows it through merges and back; every function asks ``Access`` for the verb
and for the customer. Inside a transaction of the caller, except where a function takes the database.
"""

from onefold.care.file_names import safe_name
from onefold.care.file_types import PREVIEWED, media_type_of
from onefold.care.files import (
    add_file,
    check_may_add,
    content_of,
    delete_file,
    get_file,
    list_files,
    named_contents,
    preview_of,
    rename_file,
    sweep_files,
)
from onefold.care.handover import HandedOver, Handover, hand_over, make_handover
from onefold.care.mail import Letter, send_due_letters
from onefold.care.model import (
    COLOURS,
    LONGEST_NOTE,
    LONGEST_TAG,
    LONGEST_TITLE,
    MOST_MENTIONS,
    CareEntry,
    Content,
    Hideable,
    Note,
    NoteEdit,
    Notification,
    Person,
    StoredFile,
    Tag,
    TaggedCustomers,
    TagOnCustomer,
    Task,
    TaskChange,
    TaskDraft,
    Workload,
)
from onefold.care.notes import delete_note, edit_note, get_note, list_notes, note_history, write_note
from onefold.care.notifications import count_unread, list_notifications, mark_read
from onefold.care.people import find_people
from onefold.care.store import FileStore, Incoming
from onefold.care.tagging import tag_customer, tag_customers, tags_of, untag_customer
from onefold.care.tags import change_tag, create_tag, delete_tag, list_tags, merge_tags, tagged_customers
from onefold.care.task_lists import TaskFilter, list_tasks, task_key, workloads
from onefold.care.tasks import create_task, get_task, hand_over_tasks, reassign_tasks, task_history, update_task
from onefold.care.timeline import timeline_entries

__all__ = [
    "COLOURS",
    "LONGEST_NOTE",
    "LONGEST_TAG",
    "LONGEST_TITLE",
    "MOST_MENTIONS",
    "PREVIEWED",
    "CareEntry",
    "Content",
    "FileStore",
    "HandedOver",
    "Handover",
    "Hideable",
    "Incoming",
    "Letter",
    "Note",
    "NoteEdit",
    "Notification",
    "Person",
    "StoredFile",
    "Tag",
    "TagOnCustomer",
    "TaggedCustomers",
    "Task",
    "TaskChange",
    "TaskDraft",
    "TaskFilter",
    "Workload",
    "add_file",
    "change_tag",
    "check_may_add",
    "content_of",
    "count_unread",
    "create_tag",
    "create_task",
    "delete_file",
    "delete_note",
    "delete_tag",
    "edit_note",
    "find_people",
    "get_file",
    "get_note",
    "get_task",
    "hand_over",
    "hand_over_tasks",
    "list_files",
    "list_notes",
    "list_notifications",
    "list_tags",
    "list_tasks",
    "make_handover",
    "mark_read",
    "media_type_of",
    "merge_tags",
    "named_contents",
    "note_history",
    "preview_of",
    "reassign_tasks",
    "rename_file",
    "safe_name",
    "send_due_letters",
    "sweep_files",
    "tag_customer",
    "tag_customers",
    "tagged_customers",
    "tags_of",
    "task_history",
    "task_key",
    "timeline_entries",
    "untag_customer",
    "update_task",
    "workloads",
    "write_note",
]
