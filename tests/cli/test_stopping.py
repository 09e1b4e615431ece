"""Ctrl-C ends a command with one message and exit code 130, whatever a library makes of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

STOPPED_IN = """
import signal, sys
from unittest.mock import patch

import click

import onefold.cli.main as cli

@click.command()
def build():
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt as error:
        {made}

sys.argv = ["onefold", "build"]
with patch.object(cli.LazyGroup, "get_command", lambda *_: build):
    cli.main()
"""


@pytest.mark.parametrize("made", ["raise", "raise RuntimeError('a callback failed') from error", "sys.modules['no']"])
def test_ctrl_c_is_said_as_such(made):
    code = STOPPED_IN.format(made=made)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 130, done.stderr
    assert "Stopped. The workspace is as it was" in done.stderr
    assert "defect" not in done.stderr


def test_without_ctrl_c_an_error_stays_an_error():
    code = STOPPED_IN.format(made="pass").replace("signal.raise_signal(signal.SIGINT)", "raise RuntimeError('broken')")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "Unexpected RuntimeError: broken" in done.stderr
