"""All configuration as text: one YAML file per resource, exported, compared, applied.

A slice takes part by a ``ResourceKind`` (``config/kinds/``): how its resources are written as text, and how text is
created, changed and deleted through the slice's own actions. Planning is applying without the commit, so a plan that
shows no problem applies.
"""

from onefold.config.files import FILE_OF_KINDS, config_files, parse_files, read_folder, write_folder
from onefold.config.kinds import KINDS
from onefold.config.model import Change, Field, Place, Plan, Problem, Resource, ResourceKind
from onefold.config.plan import apply_config, export_config, plan_config, settings_as_text

__all__ = [
    "FILE_OF_KINDS",
    "KINDS",
    "Change",
    "Field",
    "Place",
    "Plan",
    "Problem",
    "Resource",
    "ResourceKind",
    "apply_config",
    "config_files",
    "export_config",
    "parse_files",
    "plan_config",
    "read_folder",
    "settings_as_text",
    "write_folder",
]
