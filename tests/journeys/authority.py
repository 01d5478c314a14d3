"""A real RFC 3161 authority on a port, which a journey can switch off and on again."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from portal import clock
from signing.pades.demo_pki import open_demo_pki
from signing.pades.demo_tsa import DemoTsa


class Authority:
    """Answers time-stamp requests with the demo PKI's key; `is_down` makes it answer 503."""

    def __init__(self, keys: Path) -> None:
        tsa = DemoTsa(open_demo_pki(keys), clock.now)
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = self.rfile.read(int(self.headers["Content-Length"]))
                if authority.is_down:
                    self.send_error(503)
                    return
                answer = tsa.answer(request)
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.is_down = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/tsa"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
