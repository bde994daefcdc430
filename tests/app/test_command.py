"""`trainscape serve`, where no browser is needed."""

import contextlib
import http.client
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import urllib.request
from urllib.parse import urlsplit

import pytest

from app import server
from app.command import main
from app.server import addresses

UPGRADE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip
SHOWN_BY = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")


@contextlib.contextmanager
def serving(tmp_path, *arguments, **variables):
    """Start `trainscape serve` and yield its process and what it says first."""
    command = [sys.executable, "-m", "app.command", "serve", "--preset", "quadratic", "--port", "0"]
    command += ["--store", "none", "--exports", str(tmp_path / "exports"), *arguments]
    environment = {k: v for k, v in os.environ.items() if k not in SHOWN_BY} | variables
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


def has_ipv6():
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as tried:
        tried.bind(("::1", 0))
        return True
    return False


def script(path, text):
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_a_port_in_use_is_one_line_and_status_1(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "app.command", "serve", "--no-show", "--port", str(port)]
        command += ["--exports", str(tmp_path)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.fixture
def refusal(capsys, monkeypatch):
    """What is said of a server that cannot begin."""
    monkeypatch.setattr(server, "set_up", lambda: None)  # it changes Panel for good

    def said(*arguments):
        assert main(["serve", "--no-show", "--port", "0", "--store", "none", *arguments]) == 1
        return capsys.readouterr().err

    return said


@pytest.mark.parametrize("address", ["no-such-machine.invalid", "x" * 300])
def test_an_address_of_no_machine_is_one_line(address, tmp_path, refusal):
    said = refusal("--exports", str(tmp_path), "--address", address)
    assert said.count("\n") == 1
    assert "cannot listen on" in said
    assert len(said) < 500


def test_a_folder_that_cannot_be_written_is_named(tmp_path, refusal):
    (tmp_path / "exports").touch()
    before = set(threading.enumerate())
    place = ["--exports", str(tmp_path / "exports"), "--store", str(tmp_path / "store")]
    said = refusal(*place)
    assert said.startswith(f"trainscape: error: cannot write to {tmp_path}/exports: ")
    assert "listen" not in said
    assert set(threading.enumerate()) <= before  # nobody is left to wait for a store


def printed_and_answering(said):
    """Return the addresses that a server prints, at each of which a browser finds the page."""
    urls = re.findall(r"http://[^\s)]+", said)
    assert urls
    for url in urls:
        with urllib.request.urlopen(url, timeout=60) as answer:
            page = answer.read().decode()
        assert "trainscape" in page
        token = re.search(r'name="token" content="([^"]+)"', page)[1]
        opened = status_of_socket(url, url.rstrip("/"), token)
        assert opened == 101, "the page would stay empty"
    return urls


def status_of_socket(url, origin, token=""):
    """Return the status with which the socket of a page of that origin is answered."""
    place = urlsplit(url)
    asked = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    headers = {**UPGRADE, "Origin": origin, "Sec-WebSocket-Protocol": f"bokeh, {token}"}
    with contextlib.closing(asked):
        asked.request("GET", "/ws", headers=headers)
        return asked.getresponse().status


def ended_by(number, process):
    """End a server by a signal; return its status, and what it says but for what Bokeh logs."""
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    logged = r"(WARNING|ERROR):bokeh\.|\d{3} GET "
    return process.returncode, [line for line in said.splitlines() if not re.match(logged, line)]


def test_addresses_are_written_as_urls():
    assert addresses("fe80::1", 80) == ["http://[fe80::1]:80/"]
    assert addresses("example.org", 5006) == ["http://example.org:5006/"]
    assert addresses("0.0.0.0", 1)[0] == "http://127.0.0.1:1/"


@pytest.mark.slow
@pytest.mark.parametrize("address", ["localhost", "", "::"])
def test_what_is_printed_is_where_a_browser_finds_the_page(address, tmp_path):
    if ":" in address and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    with serving(tmp_path, "--no-show", "--address", address) as (_, said):
        printed_and_answering(said)


def test_the_page_is_at_every_address_no_text_browser_is_opened_and_ctrl_c_ends_it(tmp_path):
    opened = tmp_path / "opened"
    for name in ("www-browser", "links", "elinks", "lynx", "w3m", "xdg-open"):
        script(
            tmp_path / name, f"open({str(opened)!r}, 'w').close()\nimport time; time.sleep(60)\n"
        )
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    with serving(tmp_path, "--address", "0.0.0.0", PATH=path) as (process, said):
        printed_and_answering(said)
        stopped = ["trainscape: error: stopped; all that is known is kept"]
        assert ended_by(signal.SIGINT, process) == (130, stopped)
    assert not opened.exists()


def test_a_browser_is_opened_and_not_waited_for_others_are_refused_and_sigterm_ends_it(tmp_path):
    os.mkfifo(tmp_path / "told")
    os.mkfifo(tmp_path / "wait")
    script(
        tmp_path / "browser",
        "import sys, urllib.request\n"
        "status = urllib.request.urlopen(sys.argv[1]).status\n"
        f"open({str(tmp_path / 'told')!r}, 'w').write(f'{{status}} {{sys.argv[1]}}')\n"
        f"open({str(tmp_path / 'wait')!r}).read()\n",
    )
    address = "::1" if has_ipv6() else "127.0.0.1"
    browser = f"{tmp_path / 'browser'} %s"
    with serving(tmp_path, "--address", address, BROWSER=browser) as (process, said):
        url = re.search(r"http://\S+", said)[0]
        assert (tmp_path / "told").read_text() == f"200 {url}"
        assert printed_and_answering(said) == [url]  # while the browser goes on
        (tmp_path / "wait").write_text("end")
        assert status_of_socket(url, "http://example.org") == 403
        assert ended_by(signal.SIGTERM, process) == (0, [])
