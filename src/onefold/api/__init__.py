"""The HTTP API, ``/api/v1``: everything that the web interface and other programs can do.

Nothing is decided here: an endpoint names its actor, calls one function of a slice inside one transaction, and says
the result. ``create_app`` is the door; ``api/<slice>.py`` holds each slice's endpoints.
"""

from onefold.api.app import create_app, openapi_document

__all__ = ["create_app", "openapi_document"]
