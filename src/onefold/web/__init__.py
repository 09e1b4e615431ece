"""The web interface as it was built: its files, and the function that serves them.

The source is in ``ui/``; ``hatch_build.py`` builds it into ``static/``. Nothing here knows customers or people: the
pages ask the HTTP API like any other program.
"""

from onefold.web.interface import CONTENT_SECURITY_POLICY, STATIC, Interface

__all__ = ["CONTENT_SECURITY_POLICY", "STATIC", "Interface"]
