"""The gallery behind a real server, and a real browser in front of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from threading import Thread

import pytest
from werkzeug.serving import make_server

from tests.ui.gallery import create_gallery


@pytest.fixture(scope="session")
def gallery() -> Iterator[str]:
    """Address of the running gallery."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, create_gallery(), threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
