from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from streams.demo.data import tafeng
from streams.demo.data.tafeng import OrderLines

HEADER = (
    "TRANSACTION_DT",
    "CUSTOMER_ID",
    "AGE_GROUP",
    "PIN_CODE",
    "PRODUCT_SUBCLASS",
    "PRODUCT_ID",
    "AMOUNT",
    "ASSET",
    "SALES_PRICE",
)
#: Two customers, three items, three days, and two slips: a tenfold price, and no cost.
LINES = (
    ("11/1/2000", "00000007", "35-39", "115", "110411", "0078895770025", 2, 24, 30),
    ("11/1/2000", "00000007", "35-39", "115", "100205", "4710199010372", 1, 80, 99),
    ("11/1/2000", "00000008", "", "Others", "110411", "0078895770025", 3, 36, 46),
    ("11/2/2000", "00000007", "35-39", "115", "110411", "0078895770025", 1, 12, 16),
    ("11/2/2000", "00000008", "", "Others", "110411", "0078895770025", 1, 12, 160),
    ("11/2/2000", "00000008", "", "Others", "100205", "4710199010372", 1, 0, 99),
    ("11/3/2000", "00000008", "", "Others", "560204", "4710032501791", 1, 59, 62),
    ("11/3/2000", "00000008", "", "Others", "100205", "4710199010372", 2, 158, 190),
)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A small archive of TaFeng's form."""
    rows = [",".join(f'"{cell}"' for cell in row) for row in (HEADER, *LINES)]
    path = tmp_path / "tills.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("tills.csv", ("\ufeff" + "\r\n".join(rows) + "\r\n").encode())
    return path


@pytest.fixture
def sales(archive: Path) -> OrderLines:
    """Its lines."""
    return tafeng.read(archive)
