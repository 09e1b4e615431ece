"""How the built pages are served: the one page everywhere, files for ever, nothing of the file system."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from onefold.web import Interface

SCRIPT = b"export const answer = 42;\n" * 200


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html><title>Onefold</title>")
    (static / "assets" / "index-abc123.js").write_bytes(SCRIPT)
    (static / "manifest.json").write_text("{}")
    (tmp_path / "secrets").write_text("secret")
    return static


@pytest.fixture
def pages(folder: Path) -> TestClient:
    app = Starlette()
    app.router.default = Interface(folder)
    return TestClient(app)


@pytest.mark.parametrize("path", ["/", "/customers", "/customers/cus_123/records", "/settings/roles", "/index.html"])
def test_every_address_of_a_page_is_the_one_page_and_is_asked_for_again(pages: TestClient, path: str) -> None:
    answer = pages.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_hashed_files_are_kept_for_ever_and_sent_compressed(pages: TestClient) -> None:
    answer = pages.get("/assets/index-abc123.js", headers={"Accept-Encoding": "gzip"})
    assert answer.content == SCRIPT
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) == len(gzip.compress(SCRIPT, 9, mtime=0))
    assert "immutable" in answer.headers["cache-control"]
    plain = pages.get("/assets/index-abc123.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == SCRIPT


def test_a_page_that_has_not_changed_is_not_sent_again(pages: TestClient) -> None:
    etag = pages.get("/").headers["etag"]
    assert pages.get("/", headers={"If-None-Match": etag}).status_code == 304


def test_a_script_of_an_older_build_is_not_found_and_never_the_page(pages: TestClient) -> None:
    assert pages.get("/assets/index-older.js").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/../secrets", "/assets/../../secrets", "/%2e%2e/secrets", "/assets/..%2f..%2fsecrets", "//etc/passwd", "/.stamp"],
)
def test_no_path_leads_out_of_the_folder(pages: TestClient, path: str) -> None:
    answer = pages.get(path)
    assert b"secret" not in answer.content
    assert b"root:" not in answer.content


def test_addresses_of_the_api_are_never_pages(pages: TestClient) -> None:
    assert pages.get("/api/v1/nowhere").status_code == 404
    assert pages.post("/customers").status_code == 405


def test_an_interface_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    app = Starlette()
    app.router.default = Interface(tmp_path)
    answer = TestClient(app).get("/")
    assert answer.status_code == 503
    assert "make ui" in answer.text
