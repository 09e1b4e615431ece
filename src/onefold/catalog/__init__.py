"""What the connected systems hold: roles of tables, meanings of columns, keys and joins, inferred and corrected.

Inference looks at names (in the languages we read) and at values, gives each finding a confidence and a reason that a
person can check, and lets a person's word win. It reads relations of the warehouse and writes nothing there.
"""

from onefold.catalog.descriptions import describe_meanings
from onefold.catalog.inference import infer_table
from onefold.catalog.joins import infer_joins
from onefold.catalog.keys import infer_key
from onefold.catalog.model import Column, Join, Meaning, Role, Table
from onefold.catalog.store import load_catalog, save_catalog

__all__ = [
    "Column",
    "Join",
    "Meaning",
    "Role",
    "Table",
    "describe_meanings",
    "infer_joins",
    "infer_key",
    "infer_table",
    "load_catalog",
    "save_catalog",
]
