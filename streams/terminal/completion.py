"""What a shell offers when the tab key is pressed: `register-python-argcomplete pricetide`."""

from __future__ import annotations

import argparse


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer the shell that asks, and end the process."""
    import argcomplete

    argcomplete.autocomplete(parser)
