"""``onefold api``: the HTTP API's description."""

from __future__ import annotations

import json

import click

from onefold.cli.output import json_option


@click.group()
def api() -> None:
    """Describe the HTTP API.

    \b
    Example:
      onefold api spec > openapi.json
    """


@api.command()
@json_option
def spec(*, as_json: bool) -> None:
    """Print the API's description (OpenAPI 3.1, JSON); needs no workspace.

    \b
    Example:
      onefold api spec > openapi.json
    """
    from onefold.api import openapi_document

    del as_json  # it is JSON either way
    click.echo(json.dumps(openapi_document(), ensure_ascii=False, indent=1))
