"""Serve the page to code on: to this machine only, and only to who knows the address.

The server listens on the loopback address. A request must name it by its own address (so that a
foreign name that points here is no way in), know the random token, and not come from a page of
another origin. Nothing is loaded from elsewhere, and no script may stand in the page.
"""

import hmac
import json
import secrets
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit

from analysis.coding.desk import Desk
from analysis.coding.journal import ConflictError
from framing.errors import BingkaiError

HOST = "127.0.0.1"
_NAMES = (HOST, "localhost")
_LARGEST = 32_768  # bytes of a request
_PAGES = {
    "": ("index.html", "text/html"),
    "page.css": ("page.css", "text/css"),
    "page.js": ("page.js", "text/javascript"),
    "words.js": ("words.js", "text/javascript"),
    "icon.svg": ("icon.svg", "image/svg+xml"),
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class CodingServer(ThreadingHTTPServer):
    """Serves one desk; `address` is what to open in a browser.

    Parameters
    ----------
    port
        0 takes a free one.

    Raises
    ------
    BingkaiError
        The port is taken.
    """

    daemon_threads = True

    def __init__(self, desk: Desk, *, port: int = 0) -> None:
        self.desk = desk
        self.token = secrets.token_urlsafe(24)
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise BingkaiError(
                f"code: cannot listen on port {port} ({error.strerror}); give another --port"
            ) from None

    @property
    def address(self) -> str:
        """The page's address, token included."""
        return f"http://{HOST}:{self.server_port}/{self.token}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that went away."""


class _RefusedError(Exception):
    """The request is answered with a status and no more."""

    def __init__(self, status: HTTPStatus) -> None:
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    server: CodingServer
    timeout = 30
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "bingkai", ""

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def log_message(self, *_: object) -> None:
        """Say nothing of a request."""

    def _answer(self, handle: Any) -> None:
        try:
            handle(self._check_request())
        except _RefusedError as refused:
            self._send(refused.status, b"", "text/plain")
        except ConnectionError:
            self.close_connection = True  # the browser went away

    def _check_request(self) -> str:
        """Return the path behind the token; refuse what is not from our own page."""
        own = {f"{name}:{self.server.server_port}" for name in _NAMES}
        host = self.headers.get_all("Host", [])
        if len(host) != 1 or host[0].lower() not in own:
            raise _RefusedError(HTTPStatus.FORBIDDEN)
        origin = self.headers.get("Origin")
        if origin is not None and origin.lower() != f"http://{host[0].lower()}":
            raise _RefusedError(HTTPStatus.FORBIDDEN)
        if self.command == "POST" and origin is None:
            raise _RefusedError(HTTPStatus.FORBIDDEN)
        if self.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            raise _RefusedError(HTTPStatus.FORBIDDEN)
        _, token, path = (*self.path.partition("?")[0].split("/", 2), "", "")[:3]
        if not hmac.compare_digest(token.encode(), self.server.token.encode()):
            raise _RefusedError(HTTPStatus.NOT_FOUND)
        return path

    def _get(self, path: str) -> None:
        if path in _PAGES:
            name, kind = _PAGES[path]
            content = (files("analysis.coding") / "page" / name).read_bytes()
            self._send(HTTPStatus.OK, content, f"{kind}; charset=utf-8")
        elif path == "api/sheet":
            self._send_json(self.server.desk.describe())
        elif path == "api/choices":
            query = parse_qs(urlsplit(self.path).query)
            self._send_choices(_as_number(query.get("since", ["0"])[0]))
        else:
            raise _RefusedError(HTTPStatus.NOT_FOUND)

    def _post(self, path: str) -> None:
        request = self._read_json()
        window, since = _as_number(request.get("window")), _as_number(request.get("since"))
        status = HTTPStatus.OK
        try:
            if path == "api/choose":
                texts = [request.get(name) for name in ("sentence_id", "field", "value")]
                if not all(isinstance(text, str) for text in texts):
                    raise _RefusedError(HTTPStatus.BAD_REQUEST)
                seen = _as_number(request.get("seen"))
                self.server.desk.record(window, *map(str, texts), seen=seen)
            elif path == "api/undo":
                self.server.desk.journal.undo(window)
            else:
                raise _RefusedError(HTTPStatus.NOT_FOUND)
        except ConflictError:
            status = HTTPStatus.CONFLICT
        except ValueError:
            raise _RefusedError(HTTPStatus.BAD_REQUEST) from None
        except OSError:
            raise _RefusedError(HTTPStatus.INSUFFICIENT_STORAGE) from None
        self._send_choices(since, status)

    def _read_json(self) -> dict[str, Any]:
        length = self.headers.get("Content-Length", "")
        if self.headers.get_content_type() != "application/json":
            raise _RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        if not length.isdecimal() or int(length) > _LARGEST:
            self.close_connection = True
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            request = json.loads(self.rfile.read(int(length)))
        except ValueError:
            raise _RefusedError(HTTPStatus.BAD_REQUEST) from None
        if not isinstance(request, dict):
            raise _RefusedError(HTTPStatus.BAD_REQUEST)
        return request

    def _send_choices(self, since: int, status: HTTPStatus = HTTPStatus.OK) -> None:
        self._send_json({"choices": self.server.desk.list_since(since)}, status)

    def _send_json(self, value: object, status: HTTPStatus = HTTPStatus.OK) -> None:
        content = json.dumps(value, ensure_ascii=True).encode()
        self._send(status, content, "application/json")

    def _send(self, status: HTTPStatus, content: bytes, kind: str) -> None:
        if status >= HTTPStatus.BAD_REQUEST and status != HTTPStatus.CONFLICT:
            self.close_connection = True  # whatever is left of the request is not read
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)


def _as_number(value: object) -> int:
    """Return a whole number that is not negative."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9:
        return value
    raise _RefusedError(HTTPStatus.BAD_REQUEST)
