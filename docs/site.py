"""The site: the README is its first page, links to other files are text; it needs no network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]


def on_files(files: Files, *, config: Any) -> Files:
    """The README as the first page."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    files.append(File.generated(config, "index.md", content=text.replace("](docs/", "](")))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Files of the source are no pages: their names stay, the links go."""
    outside = r"\.\./[^)]*|[^)]*\.py"
    if page.file.src_uri == "index.md":
        outside = r"deploy/[^)]*|[A-Z]+\.md"
    return re.sub(rf"\[([^\]]+)\]\((?:{outside})\)", r"\1", markdown)


def on_post_page(output: str, *, page: Any, **_: Any) -> str:
    """The shim for search on the disk is the site's own file, not one of a network."""
    return _local(output, "../" * page.file.dest_uri.count("/"))


def on_post_template(output_content: str, *, template_name: str, **_: Any) -> str:
    """The same in pages that are no documents."""
    return _local(output_content, "") if template_name.endswith(".html") else output_content


def _local(html: str, up: str) -> str:
    return html.replace("https://unpkg.com/iframe-worker/shim", f"{up}assets/iframe-worker.js")
