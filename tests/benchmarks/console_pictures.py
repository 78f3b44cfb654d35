"""Pictures of the console for the documents, from one that runs: with the shop of
`tests.streams.web.full_shop`, or the demo's.

    python -m tests.streams.web.full_shop sqlite:////tmp/shop.sqlite
    python -m tests.benchmarks.console_catalogue --serve 8900 --store sqlite:////tmp/shop.sqlite
    python -m tests.benchmarks.console_pictures http://127.0.0.1:8900 --only today offers offer
    pricetide demo
    python -m tests.benchmarks.console_pictures http://127.0.0.1:PORT --only preview

Without a Chromium on the path it says so. A preview needs a worker's state, which the demo has. Its
policies are left as they are: the preview of one is shown, and nothing is put in force.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parents[2] / "docs" / "images"
WIDTH, HEIGHT = 1200, 800
PATHS = {"today": "/", "offers": "/offers?sort=-sold", "queue": "/queue"}
NAMES = (*PATHS, "offer", "preview")
#: Flat colours: a fraction of PNG's size, and nobody reads small print in them.
QUALITY = 60


def _preview(page: Page, base: str) -> None:
    page.goto(f"{base}/policies/edit?policy_id=usual")
    page.fill('input[name="field.guardrails.max_step_up"]', "12%")
    page.fill('input[name="field.guardrails.price_endings"]', "")
    page.click("button[value=preview]")
    page.wait_for_selector(".tiles, .error", timeout=300_000)


def _offer(page: Page, base: str) -> None:
    page.goto(f"{base}/offers?sort=-sold")
    page.click("tbody a")
    page.wait_for_selector(".chart svg")


def main() -> None:
    """Take them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("console", help="its address")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, help="which pictures")
    options = parser.parse_args()
    base = options.console.rstrip("/")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        sys.exit("no Chromium is installed")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for name in options.only:
            if name == "offer":
                _offer(page, base)
            elif name == "preview":
                _preview(page, base)
            else:
                page.goto(base + PATHS[name])
            path = FOLDER / f"console-{name}.jpg"
            page.screenshot(path=path, type="jpeg", quality=QUALITY)
            print(f"{path}: {path.stat().st_size // 1024} KiB")
        browser.close()


if __name__ == "__main__":
    main()
