"""A demo PKI made once for the tests that seal: an RSA-3072 key takes its time."""

import shutil
from pathlib import Path

import pytest

from signing.pades.demo_pki import open_demo_pki


@pytest.fixture(scope="session")
def demo_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki") / "keys"
    open_demo_pki(folder)
    return folder


def lay_keys(keys: Path, instance: Path) -> None:
    """Give an instance those keys before it starts."""
    shutil.copytree(keys, instance / "keys", dirs_exist_ok=True)
