"""Every snippet of the README and of the documents runs in its order, and every link leads on."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from schemas.topics import decode
from streams.cli import main
from streams.configuration.settings import Settings
from streams.demo.data import tafeng
from tests.snippets import GROCERY, ROOT, Shell, blocks

PAGES = [ROOT / "README.md", *sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]
PAGES = [page for page in dict.fromkeys(PAGES) if page.name != "CHANGELOG.md"]
MARKDOWN = [*PAGES, *sorted(ROOT.glob("deploy/**/*.md"))]
WITH_SHELL = [page for page in PAGES if any(block.language == "sh" for block in blocks(page))]


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def grocery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the demo records: it stands in for the merchant's own topics."""
    if not any(metadata.distributions(name=tafeng.DISTRIBUTION)):
        pytest.skip(f"needs {tafeng.INSTALL}")
    folder = tmp_path_factory.mktemp("grocery") / "grocery"
    assert main([*GROCERY, str(folder)]) == 0
    return folder


@pytest.mark.parametrize("page", WITH_SHELL, ids=named)
def test_the_commands_of_a_page_run_in_their_order(
    page: Path, grocery: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deploy").symlink_to(ROOT / "deploy")
    monkeypatch.chdir(tmp_path)
    shell = Shell(grocery)
    for block in blocks(page):
        if block.language == "sh":
            shell.run(block, tmp_path)
    if page.name == "tutorial.md":
        assert shell.ran == ["policies", "pipe", "demo", "replay", "explain"]
        changed = [line for line in (tmp_path / "prices.jsonl").open() if "price-changes" in line]
        assert '"price":"8.49"' in changed[0]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_records_and_settings_of_a_page_are_accepted(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for block in blocks(page):
        if block.topic is not None:
            decode(block.topic, block.text.encode())
        elif block.language == "toml" and page.name == "feeding.md":
            assert Settings(**tomllib.loads(block.text)).topics


@pytest.mark.parametrize("page", MARKDOWN, ids=named)
def test_links_lead_to_files_and_headings_that_exist(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    wrong = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            wrong.append(link)
    assert wrong == []


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_is_a_front_page() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= 900
