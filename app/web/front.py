"""The front page: one text for everybody, which costs next to nothing until it opens a session.

A request makes no document: what the browser is sent are the frame of the page, the scripts, a
picture of the plane where one is kept, and a token. The document is made when the browser opens its
socket with that token, so it is never made for a health check or the preview of a link.
"""

import functools
import importlib.resources
import json
import re
from typing import Any
from urllib.parse import parse_qsl

import bokeh
import panel
import tornado
from bokeh.server.util import check_allowlist
from bokeh.util.token import generate_jwt_token, generate_session_id
from markupsafe import Markup, escape
from tornado.web import RequestHandler

from engine.pictures.scripts import script
from engine.places.overviews import overview
from engine.places.presets import presets

NOWHERE = """trainscape is not here. It answers at {root}.
Behind a proxy that hands this path on, start it with: trainscape serve --prefix {prefix}
"""
_PLAIN = {"preset"}  # the keys of a link that leaves a preset as it is
_BOKEH, _PANEL = f"?v={bokeh.__version__}", f"?v={panel.__version__}"  # for a browser to keep them
SCRIPTS = (
    *(f"static/js/{name}.min.js{_BOKEH}" for name in ("bokeh", "bokeh-widgets", "bokeh-tables")),
    f"static/extensions/panel/panel.min.js{_PANEL}",
)


def answer(web: Any, start: str) -> None:
    """Have a server of Bokeh answer by what is here, before all that it would do by itself.

    Args:
        web: the application of Tornado that answers.
        start: the preset that a link without one opens with.
    """
    at = re.escape(web.prefix)
    own = [
        (f"{at}/?", FrontPage, {"start": start}),
        (f"{at}/alive", Alive),
        (f"{at}/(?:autoload.js|metadata)", Nowhere),
    ]
    web.add_handlers(".*", own)
    web.wildcard_router.add_rules([(".*", Nowhere)])


class Answer(RequestHandler):
    """Answers by a text, and who asks for its head alone by that."""

    def head(self) -> None:
        """Answer as `get` does; what it writes is then left out."""
        self.get()


class FrontPage(Answer):
    """Answers a visitor who comes by an address of the page."""

    def initialize(self, start: str) -> None:
        """Take the preset that a link without one opens with."""
        self._start = start

    def get(self) -> None:
        """Send the page."""
        self.set_header("Cache-Control", "no-store")  # the token in it is for once
        prefix = self.application.prefix  # type: ignore[attr-defined]
        if prefix and self.request.path == prefix:
            query = f"?{self.request.query}" if self.request.query else ""
            self.redirect(f"{prefix}/{query}")
            return
        self.write(page_of(self._token(), shown_at_once(self.request.query, self._start)))

    def _token(self) -> str:
        """Return a token for one session of Bokeh, with all that a session wants to know."""
        app: Any = self.application
        return generate_jwt_token(
            generate_session_id(secret_key=app.secret_key, signed=app.sign_sessions),
            secret_key=app.secret_key,
            signed=app.sign_sessions,
            expiration=app.session_token_expiration,
            extra_payload={"headers": {}, "cookies": {}, "arguments": {}},
        )


class Alive(Answer):
    """Answers pages that have lost their socket, and whoever watches over the server."""

    def get(self) -> None:
        """Say whether a page of this address may open a socket."""
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", "application/json")
        origin = self.get_argument("host", self.request.host).lower()
        self.write(json.dumps({"allowed": self._allows(origin)}))

    def _allows(self, origin: str) -> bool:
        """Return what Tornado decides of a socket, which knows a page of its own by two signs."""
        own = self.request.headers.get("Sec-Fetch-Site") == "same-origin"
        if tornado.version_info >= (6, 6) and (own or origin == self.request.host.lower()):
            return True
        allowed = self.application.websocket_origins  # type: ignore[attr-defined]
        return bool(check_allowlist(origin, list(allowed)))


class Nowhere(Answer):
    """Answers whoever asks for something that there is not."""

    def get(self) -> None:
        """Say so, and where the page is."""
        prefix = self.application.prefix  # type: ignore[attr-defined]
        self.set_status(404)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        asked = re.sub(r"[^\w./-]", "", self.request.path.rpartition("/")[0])
        self.write(NOWHERE.format(root=f"{prefix}/", prefix=asked or "/some/path"))


def shown_at_once(query: str, start: str) -> str:
    """Return where the picture is of the plane that a link shows; empty if there is none.

    Args:
        query: of the link.
        start: the preset of a link that names none.
    """
    parts = dict(parse_qsl(query))
    name = parts.get("preset", start)
    plain = parts.keys() <= _PLAIN
    return overview(name) if plain and name in presets() else ""


def page_of(token: str, overview: str) -> str:
    """Return the text of the page.

    Args:
        token: of the session that it opens.
        overview: where the picture is that is shown until there are runs; empty for none.
    """
    picture = _PICTURE.format(overview) if overview else ""
    return _frame().replace("{{ token }}", str(escape(token))).replace("{{ overview }}", picture)


_PICTURE = Markup('<img id="overview" alt="" src="{}" fetchpriority="high">')


@functools.cache
def _frame() -> str:
    """Return the text of the page but for what differs from visitor to visitor."""
    folder = importlib.resources.files(__package__)
    text = folder.joinpath("page.html").read_text(encoding="utf-8")
    parts = {
        "style": folder.joinpath("page.css").read_text(encoding="utf-8"),
        "theme": f"{script(__package__, 'theme')}\nfollowTheme()",
        "boot": f"{script(__package__, 'boot')}\nbegin()",
        "scripts": "\n".join(f'<script defer src="{address}"></script>' for address in SCRIPTS),
    }
    for name, part in parts.items():
        text = text.replace(f"{{{{ {name} }}}}", part)
    return text
