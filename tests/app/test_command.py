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
import urllib.request
from urllib.parse import urlsplit

import pytest

from app.server import addresses, location_of

UPGRADE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip
SHOWN_BY = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")


@contextlib.contextmanager
def serving(tmp_path, *arguments, **variables):
    """Start `trainscape serve` and yield its process and what it says first."""
    command = [sys.executable, "-m", "app.command", "serve", "--port", "0", "--store", "none"]
    command += ["--exports", str(tmp_path / "exports"), *arguments]
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


@pytest.mark.parametrize("address", ["no-such-machine.invalid", "x" * 300])
def test_an_address_of_no_machine_is_one_line(address, tmp_path):
    with serving(tmp_path, "--no-show", "--address", address) as (process, _):
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.count("\n") == 1
    assert "cannot listen on" in said
    assert len(said) < 500


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "exports").touch()
    with serving(tmp_path, "--no-show") as (process, _):
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.startswith(f"trainscape: error: cannot write to {tmp_path}/exports: ")
    assert "listen" not in said


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0", "::1", *(pytest.param(a, marks=pytest.mark.slow) for a in ("localhost", "", "::"))],
)
def test_what_is_printed_is_where_a_browser_finds_the_page(address, tmp_path):
    if ":" in address and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    with serving(tmp_path, "--no-show", "--address", address) as (_, said):
        urls = re.findall(r"http://[^\s)]+", said)
        assert urls
        for url in urls:
            with urllib.request.urlopen(url, timeout=60) as answer:
                assert "trainscape" in answer.read().decode()
            place = urlsplit(url)
            asked = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
            asked.request("GET", "/ws", headers={**UPGRADE, "Origin": url.rstrip("/")})
            assert asked.getresponse().status == 101, "the page would stay empty"
            asked.close()


def test_pages_of_others_reach_no_server_of_ones_own(tmp_path):
    with serving(tmp_path, "--no-show") as (_, said):
        place = urlsplit(re.search(r"http://\S+", said)[0])
        asked = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        asked.request("GET", "/ws", headers={**UPGRADE, "Origin": "http://example.org"})
        assert asked.getresponse().status == 403
        asked.close()


@pytest.mark.parametrize(
    ("host", "uri", "found"),
    [
        ("[::1]:5006", "/?a=b", ("::1", "5006", "/", "?a=b", "http://[::1]:5006/?a=b")),
        ("host9", "/?a?b", ("host9", "", "/", "?a?b", "http://host9/?a?b")),
        ("127.0.0.1:80", "/", ("127.0.0.1", "80", "/", "", "http://127.0.0.1:80/")),
    ],
)
def test_the_place_of_a_request_is_told_from_every_address(host, uri, found):
    told = location_of("http", host, uri)
    assert tuple(told[key] for key in ("hostname", "port", "pathname", "search", "href")) == found


def test_addresses_are_written_as_urls():
    assert addresses("fe80::1", 80) == ["http://[fe80::1]:80/"]
    assert addresses("example.org", 5006) == ["http://example.org:5006/"]
    assert addresses("0.0.0.0", 1)[0] == "http://127.0.0.1:1/"


def test_the_browser_is_opened_once_the_page_answers_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "told")
    os.mkfifo(tmp_path / "wait")
    script(
        tmp_path / "browser",
        "import sys, urllib.request\n"
        "status = urllib.request.urlopen(sys.argv[1]).status\n"
        f"open({str(tmp_path / 'told')!r}, 'w').write(f'{{status}} {{sys.argv[1]}}')\n"
        f"open({str(tmp_path / 'wait')!r}).read()\n",
    )
    with serving(tmp_path, BROWSER=f"{tmp_path / 'browser'} %s") as (_, said):
        url = re.search(r"http://\S+", said)[0]
        assert (tmp_path / "told").read_text() == f"200 {url}"
        with urllib.request.urlopen(url, timeout=60) as answer:  # while the browser goes on
            assert answer.status == 200
        (tmp_path / "wait").write_text("end")


def test_a_terminal_without_a_display_keeps_its_text_browsers_to_itself(tmp_path):
    opened = tmp_path / "opened"
    for name in ("www-browser", "links", "elinks", "lynx", "w3m", "xdg-open"):
        script(tmp_path / name, f"open({str(opened)!r}, 'w').close()\nwhile True: pass\n")
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    with serving(tmp_path, PATH=path) as (process, said):
        url = re.search(r"http://\S+", said)[0]
        with urllib.request.urlopen(url, timeout=60) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        process.wait(60)
    assert not opened.exists()


@pytest.mark.parametrize(("by", "status", "lines"), [("SIGINT", 130, 1), ("SIGTERM", 0, 0)])
def test_a_server_ends_when_it_is_told_to(by, status, lines, tmp_path):
    with serving(tmp_path, "--no-show") as (process, said):
        url = re.search(r"http://\S+", said)[0]
        with urllib.request.urlopen(url, timeout=60) as answer:
            assert answer.status == 200
        process.send_signal(getattr(signal, by))
        _, said = process.communicate(timeout=60)
    assert process.returncode == status
    assert said.count("\n") == lines
