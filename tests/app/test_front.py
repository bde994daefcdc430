"""How browsers are answered before they have a session: nothing is made for them."""

import asyncio
import json

import pytest
from bokeh.util.token import generate_jwt_token, generate_session_id
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from app.command import main
from app.server import Endpoint, _listen

PATHS = {
    "": 200,
    "?preset=tanh&view=0,0,1": 200,
    "alive": 200,
    "overviews/tanh.png": 200,
    "nonsense": 404,
    "metadata": 404,
    "autoload.js": 404,
}


@pytest.fixture
def asking(server):
    """Run questions to a server at an endpoint; nobody else comes there."""

    def run(endpoint, questions):
        async def asked():
            web = _listen(server, endpoint)
            web.start()
            try:
                await questions(web, f"http://127.0.0.1:{web.port}")
            finally:
                web.stop()
                web._http.stop()
                await web._http.close_all_connections()

        asyncio.run(asked())

    return run


async def ask(url, method="GET", **headers):
    request = HTTPRequest(url, method, headers, follow_redirects=False)
    return await AsyncHTTPClient().fetch(request, raise_error=False)


def documents(web):
    return len(web.get_sessions())


@pytest.mark.parametrize("prefix", ["", "/lab/ts"])
def test_whoever_opens_no_socket_is_answered_and_leaves_nothing(asking, prefix):
    async def questions(web, url):
        for path, status in PATHS.items():
            answers = [await ask(f"{url}{prefix}/{path}", method) for method in ("GET", "HEAD")]
            assert [answer.code for answer in answers] == [status, status], path
            lengths = [answer.headers["Content-Length"] for answer in answers]
            assert lengths[0] == lengths[1] == str(len(answers[0].body)), path
            assert answers[1].body == b""
        for _ in range(30):
            await ask(f"{url}{prefix}/")
        assert documents(web) == 0

    asking(Endpoint("127.0.0.1", 0, prefix), questions)


def test_a_socket_with_the_token_of_the_page_makes_one_document(asking):
    async def questions(web, url):
        page = (await ask(f"{url}/")).body.decode()
        token = page.partition('name="token" content="')[2].partition('"')[0]
        socket = await websocket_connect(f"ws{url[4:]}/ws", subprotocols=["bokeh", token])
        header = json.loads(await socket.read_message())
        assert (header["msgtype"], documents(web)) == ("ACK", 1)
        socket.close()
        while await socket.read_message() is not None:
            pass

    asking(Endpoint("127.0.0.1", 0), questions)


def test_a_token_that_is_too_old_opens_nothing(asking):
    async def questions(web, url):
        token = generate_jwt_token(generate_session_id(), expiration=-1)
        socket = await websocket_connect(f"ws{url[4:]}/ws", subprotocols=["bokeh", token])
        assert await socket.read_message() is None  # closed: the page then asks for another one
        assert documents(web) == 0
        socket.close()

    asking(Endpoint("127.0.0.1", 0), questions)


def test_a_path_that_is_handed_on_whole_needs_the_option_that_the_answer_names(asking):
    async def questions(web, url):
        answer = await ask(f"{url}/lab/ts/?preset=tanh")
        assert answer.code == 404
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert "trainscape serve --prefix /lab/ts\n" in answer.body.decode()
        odd = (await ask(f"{url}/%3Cb%3E'$(ls)/")).body.decode()
        assert not set("<'$(") & set(odd)

    asking(Endpoint("127.0.0.1", 0), questions)


def test_the_prefix_alone_leads_to_the_page_with_its_link(asking):
    async def questions(web, url):
        answer = await ask(f"{url}/lab/ts?preset=tanh")
        assert (answer.code, answer.headers["Location"]) == (302, "/lab/ts/?preset=tanh")
        assert "at /lab/ts/." in (await ask(f"{url}/")).body.decode()

    asking(Endpoint("127.0.0.1", 0, "/lab/ts"), questions)


def test_a_page_is_told_by_the_name_that_its_browser_has_for_it(asking):
    async def questions(web, url):
        async def allowed(name):
            return json.loads((await ask(f"{url}/alive?host={name}", Host="inside")).body)

        assert await allowed("lab.example") == {"allowed": True}  # by https or http
        assert await allowed("Lab.Example:80") == {"allowed": True}
        assert await allowed("lab.example:81") == {"allowed": False}
        assert await allowed("a.lab.example:8443") == {"allowed": True}
        assert await allowed("[2001:db8::1]:81") == {"allowed": True}
        assert await allowed(f"localhost:{web.port}") == {"allowed": True}
        for name in ("other.example", "", ":", "a:b:c", "[::", "%3Cb%3E"):
            assert await allowed(name) == {"allowed": False}
        assert json.loads((await ask(f"{url}/alive", Host="lab.example")).body) == {"allowed": True}

    asking(Endpoint("127.0.0.1", 0, "", NAMES), questions)


@pytest.mark.parametrize("how", ["told of another host", "told of its host", "of its own"])
@pytest.mark.parametrize("origin", ["lab.example", "other.example", "[2001:db8::1]:81"])
def test_what_is_said_of_a_page_is_what_becomes_of_its_socket(asking, origin, how):
    headers = {
        "told of another host": {"Host": "inside"},
        "told of its host": {"Host": origin},
        "of its own": {"Host": "inside", "Sec-Fetch-Site": "same-origin"},
    }[how]

    async def questions(web, url):
        said = json.loads((await ask(f"{url}/alive?host={origin}", **headers)).body)["allowed"]
        asked = HTTPRequest(f"ws{url[4:]}/ws", headers={**headers, "Origin": f"http://{origin}"})
        opening = websocket_connect(asked, subprotocols=["bokeh", "no token"])
        if said:
            socket = await opening
            await socket.read_message()
            socket.close()
        else:
            with pytest.raises(HTTPClientError, match="403"):
                await opening

    asking(Endpoint("127.0.0.1", 0, "", NAMES), questions)


NAMES = ("lab.example:80", "*.lab.example:*", "[2001:db8::1]:81")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["--allow-origin", "https://Lab.Example/"], Endpoint("127.0.0.1", 1, "", (NAMES[0],))),
        (["--allow-origin", "*.lab.example:*"], Endpoint("127.0.0.1", 1, "", (NAMES[1],))),
        (["--allow-origin", "[2001:DB8::1]:81"], Endpoint("127.0.0.1", 1, "", (NAMES[2],))),
        (["--allow-origin", "*"], Endpoint("127.0.0.1", 1, "", ("*",))),
        (["--prefix", "lab/ts/"], Endpoint("127.0.0.1", 1, "/lab/ts")),
        (["--prefix", "/"], Endpoint("127.0.0.1", 1)),
    ],
)
def test_options_are_taken_as_people_write_them(monkeypatch, tmp_path, given, expected):
    taken = []
    monkeypatch.setattr(
        "app.server.serve", lambda start, endpoint, *rest, **more: taken.append(endpoint)
    )
    arguments = ["serve", "--port", "1", "--store", "none", "--exports", str(tmp_path)]
    assert main([*arguments, *given]) == 0
    assert taken == [expected]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--prefix", "/lab ts", "--prefix is a path such as /lab/ts, not '/lab ts'"),
        ("--prefix", "/lab?x", "--prefix is a path such as /lab/ts, not '/lab?x'"),
        (
            "--allow-origin",
            "lab.example/ts",
            "--allow-origin is HOST or HOST:PORT, not 'lab.example/ts'",
        ),
        ("--allow-origin", "", "--allow-origin is HOST or HOST:PORT, not ''"),
        ("--allow-origin", "lab:x", "--allow-origin is HOST or HOST:PORT, not 'lab:x'"),
    ],
)
def test_a_bad_option_is_one_line(capsys, option, value, said):
    assert main(["serve", "--no-show", option, value]) == 2
    assert capsys.readouterr().err == f"trainscape: error: {said}\n"
