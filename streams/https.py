"""Requests with a secret in them: to the address that was given, and to no other."""

from __future__ import annotations

import ssl
import urllib.request
from pathlib import Path
from typing import Any


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def opener(cafile: str | Path | None) -> urllib.request.OpenerDirector:
    """Follows no redirection; trusts the authorities in `cafile`, or those of the system."""
    context = ssl.create_default_context(cafile=None if cafile is None else str(cafile))
    return urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _NoRedirect())
