"""That every error and every policy the server can say has words in each language of the web interface."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import onefold
from onefold.access import Access, Actor, Layer, Role
from onefold.access.accounts import WrongCredentials
from onefold.access.classes import CLASS_OF, PiiClass
from onefold.api.describing import codes
from onefold.api.errors import _HTTP_CODES
from onefold.errors import OnefoldError

UI = Path(__file__).parents[2] / "ui" / "src"
LANGUAGES = ("en", "zh-CN", "zh-TW", "ca", "el", "fa")
MASKS = ("last_four", "masked", "hashed", "hidden", "denied")


def words(language: str, slice_: str = "components") -> dict[str, str]:
    folder = UI / "components" if slice_ == "components" else UI / "features" / slice_
    found: dict[str, str] = json.loads((folder / "messages" / f"{language}.json").read_text(encoding="utf-8"))
    return found


def all_codes() -> set[str]:
    """Those documented, those of every class of error, those of plain HTTP, and those the page makes itself."""
    kinds: list[type[OnefoldError]] = [OnefoldError, WrongCredentials]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    return {*codes(), *(kind.code for kind in kinds), *(code for code, _ in _HTTP_CODES.values())} | {
        "no_answer",
        "unexpected_answer",
    }


def reasons() -> set[str]:
    """What ``reason=`` says at every place where an error is raised."""
    found: set[str] = set()
    for path in Path(onefold.__file__).parent.rglob("*.py"):
        for raised in re.findall(r"(?:Conflict|NotAllowed|InvalidInput)\((?:[^()]|\([^()]*\))*\)", path.read_text()):
            found |= set(re.findall(r'\breason="(\w+)"', raised))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_an_error_has_words(language: str) -> None:
    said = words(language)
    assert [code for code in sorted(all_codes()) if not said.get(f"problem.{code}", "").strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_an_error_has_words(language: str) -> None:
    said = words(language)
    account = words(language, "account")
    known = {name.rpartition(".")[2] for name in said if name.startswith("problem.")}
    known |= {name.rpartition(".")[2] for name in account if name.startswith("problem.")}
    assert reasons() - known == set()
    assert {"open_tasks", "last_owner", "tag_taken", "address_taken", "build_running"} <= reasons()


def policies() -> set[str]:
    """Every policy that a mask can be said by."""
    reads = {"customer": ("read",)}
    found = {"no role", "no role that reads customers"}
    for mask in MASKS:
        for entry in [*(f"pii:{kind}" for kind in PiiClass), "*", "email"]:
            role = Role("agent", "Agent", permissions=reads, masks={entry: mask})
            access = Access(Actor("usr_a", "user", "Ana"), layers=(Layer((role,)),))
            found |= {policy for name in CLASS_OF if (policy := access.field(name).policy)}
    return found


def test_every_policy_can_be_said_in_every_language() -> None:
    source = (UI / "components" / "policy.ts").read_text(encoding="utf-8")
    patterns = [re.compile(text) for text in re.findall(r"= /(\^.+\$)/su;", source)]
    sentences = re.findall(r'^  "([^"]+)": "policy\.', source, re.MULTILINE)
    assert len(patterns) == 2
    for policy in policies():
        found = [one for pattern in patterns if (one := pattern.match(policy))]
        assert found or policy in sentences, policy
    for language in LANGUAGES:
        said = words(language)
        for name in [*(f"class.{kind}" for kind in PiiClass), *(f"mask.{mask}" for mask in MASKS[:-1])]:
            assert said.get(name), (language, name)
