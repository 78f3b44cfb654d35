import functools
import hashlib
import http.server
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from streams.errors import BrokerError
from streams.kafka.broker import jars
from streams.kafka.broker.jars import Jar, Pinned, install

CONTENT = {"group/one/1/one-1.jar": b"first", "group/two/2/two-2.jar": b"second" * 1000}


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        super().do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def repository(tmp_path):
    """A Maven repository on this machine, with the list of what was asked of it."""
    for path, content in CONTENT.items():
        file = tmp_path / "repository" / path
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
    handler = functools.partial(Handler, directory=str(tmp_path / "repository"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def pinned(repository, monkeypatch, tmp_path):
    listed = Pinned(
        kafka="0",
        jars=tuple(
            Jar(path, len(content), hashlib.sha256(content).hexdigest())
            for path, content in CONTENT.items()
        ),
        digest="0123456789abcdef",
    )
    monkeypatch.setattr(jars, "pinned", lambda: listed)
    monkeypatch.setattr("jgo.MAVEN_CENTRAL_URL", f"http://127.0.0.1:{repository.server_port}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return listed


@pytest.mark.usefixtures("pinned")
def test_every_pinned_jar_is_installed_once(repository):
    reports = []
    folder = install(lambda done, total: reports.append((done, total)))
    assert {each.name for each in (folder / "jars").iterdir()} == {"one-1.jar", "two-2.jar"}
    assert reports[-1] == (6005, 6005)
    asked = len(repository.asked)
    assert install() == folder
    assert len(repository.asked) == asked


@pytest.mark.usefixtures("pinned")
def test_several_at_once_fetch_once(repository):
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(lambda _: install(), range(8)))
    assert len(set(folders)) == 1
    assert len(repository.asked) == len(CONTENT)


@pytest.mark.usefixtures("pinned")
def test_other_bytes_than_the_pinned_are_refused_and_nothing_stays(tmp_path):
    (tmp_path / "repository" / "group/one/1/one-1.jar").write_bytes(b"forged")
    with pytest.raises(BrokerError, match="not the pinned file"):
        install()
    assert [each.name for each in (tmp_path / "cache" / "pricetide").iterdir()] == ["install.lock"]


@pytest.mark.usefixtures("pinned")
def test_a_missing_jar_is_named(tmp_path):
    (tmp_path / "repository" / "group/two/2/two-2.jar").unlink()
    with pytest.raises(BrokerError, match=r"needed once.*404.*two-2\.jar"):
        install()


@pytest.mark.usefixtures("pinned")
def test_a_mirror_from_the_user_settings_is_asked_first(tmp_path, repository, monkeypatch):
    monkeypatch.setattr("jgo.MAVEN_CENTRAL_URL", "http://127.0.0.1:9")
    settings = tmp_path / ".config" / "jgo.conf"
    settings.parent.mkdir()
    settings.write_text(f"[repositories]\nmirror = http://127.0.0.1:{repository.server_port}/\n")
    assert install().is_dir()


def test_the_class_path_follows_the_pinned_order(pinned, tmp_path):
    names = [part.rsplit("/", 1)[1] for part in jars.classpath(tmp_path).split(":")]
    assert names == [jar.name for jar in pinned.jars]


def test_the_lock_pins_one_whole_kafka():
    listed = jars.pinned()
    names = " ".join(jar.name for jar in listed.jars)
    assert f"kafka_2.13-{listed.kafka}.jar" in names
    assert f"kafka-clients-{listed.kafka}.jar" in names
    assert "log4j-slf4j-impl-" in names
    assert all(re.fullmatch(r"[0-9a-f]{64}", jar.sha256) for jar in listed.jars)
