"""The built web interface, as files of the package; its source is in ``ui/``."""

from pathlib import Path

STATIC = Path(__file__).parent / "static"
"""Where the build puts ``index.html`` and its assets; absent in a checkout whose UI was not built."""
