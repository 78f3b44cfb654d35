"""What holds for every command just because its file is there."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from streams import cli
from streams.commands.run import pipe, worker
from streams.errors import ExitStatus, ExpectedError
from streams.worker.roles import ROLES

NAMES = sorted(
    path.stem.replace("_", "-")
    for path in Path(cli.FOLDER).rglob("*.py")
    if path.stem != "__init__"
)
#: Smallest arguments that are right but for a file that does not exist, by command.
ABSENT = {
    "elasticities": ["nowhere"],
    "evaluate": ["nowhere"],
    "explain": ["some-id", "--recording", "nowhere"],
    "fairness": ["nowhere"],
    "import": ["nowhere.csv", "--as", "products"],
    "journal": ["verify", "--from", "nowhere"],
    "lift": ["nowhere"],
    "pipe": ["--policies", "nowhere.json"],
    "policies": ["check", "nowhere.json"],
    "promotions": ["nowhere"],
    "replay": ["nowhere"],
    "segments": ["nowhere"],
    "simulate": ["--policies", "nowhere.json"],
    "train": ["nowhere"],
    "trial": ["nowhere"],
    "worker": ["--policies", "nowhere.json"],
}
#: Smallest arguments of what needs Kafka, and takes nothing else amiss.
ON_KAFKA = {
    "console": ["--port", "0"],
    "approve": ["some-id"],
    "reject": ["some-id"],
    "set-price": ["tea", "8.99", "--reason", "x"],
    "freeze": ["tea", "--reason", "x"],
    "unfreeze": ["--reason", "x"],
    "pause": ["--reason", "x"],
    "rollback": ["2026-01-01T00:00:00Z", "--reason", "x"],
    "forget": ["someone"],
    "begin": [],
    "apply": ["--to", "https://shop.example"],
    "explain": ["some-id"],
    "export": ["prices", "prices.csv"],
    "feed": ["check", "orders"],
    "journal": ["archive", "--to", "kept"],
    "rebuild": ["--from", "kept"],
    "record": ["orders", "--out", "recorded"],
    "redrive": [],
    "topics": [],
    "worker": [],
}


def one_line(capsys: pytest.CaptureFixture[str], name: str) -> str:
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith(f"pricetide {name}: ")
    return said.err


def test_a_file_in_the_folder_is_a_command_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert sorted(cli.commands()) == NAMES
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    lines = capsys.readouterr().out.splitlines()
    for name, listed in cli.commands().items():
        assert listed.group in cli.GROUPS
        assert [line for line in lines if line.startswith(f"  {name} ")] == [
            f"  {name:<14}{listed.summary}"
        ]
    for status in ExitStatus:
        assert any(line.split()[:1] == [str(status.value)] for line in lines)


@pytest.mark.parametrize("name", NAMES)
def test_its_help_has_examples_that_it_accepts(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    examples = import_module(cli.commands()[name].module).EXAMPLES
    assert examples
    for example in examples:
        assert f"  {example}\n" in shown
        for line in example.split(" && "):
            command, flags = _command(line)
            parser, _ = cli._parser(command)
            assert parser.parse_args([command, *flags]).command == command


def _command(line: str) -> tuple[str, list[str]]:
    """The command of a shell's line and its arguments, without variables and redirections."""
    words = shlex.split(line.partition(" < ")[0])
    while "=" in words[0]:
        words.pop(0)
    assert words.pop(0) == "pricetide"
    return words[0], words[1:]


@pytest.mark.parametrize("name", NAMES)
def test_a_flag_that_it_does_not_know_ends_it_with_one_line(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--nonsense"])
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "usage" not in error
    assert "COMMAND" not in error


@pytest.mark.parametrize("name", sorted(ABSENT))
def test_a_file_that_is_absent_ends_it_with_one_line(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("streams.extras.find_spec", lambda _: True)
    assert cli.main([name, *ABSENT[name]]) == ExitStatus.WRONG_INPUT
    assert "nowhere" in one_line(capsys, name)


@pytest.mark.parametrize("name", sorted(ON_KAFKA))
def test_a_kafka_that_is_away_ends_it_with_one_line(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRICETIDE_WEBHOOK_SECRET", "secret")
    monkeypatch.setattr("streams.kafka.admin.REACH_MS", 200)
    arguments = [name, *ON_KAFKA[name]]
    assert cli.main(arguments) == ExitStatus.FAILED
    assert "which Kafka? Pass --bootstrap" in one_line(capsys, name)
    assert cli.main([*arguments, "--bootstrap", "127.0.0.1:1"]) == ExitStatus.FAILED
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert "127.0.0.1:1" in said.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "status"), [(["--help"], 0), (["--version"], 1), (["policies", "check", "p"], 1)]
)
def test_a_reader_that_has_gone_ends_it_in_silence(
    arguments: list[str], status: int, tmp_path: Path
) -> None:
    (tmp_path / "p").write_text("[]")
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli", *arguments],
        stdout=write,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(cli.__file__).parents[1])},
        cwd=tmp_path,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (status, b"")


@pytest.mark.parametrize(
    ("arguments", "closed", "status"),
    [
        ("pipe", "<&-", 0),
        ("--version", ">&-", 0),
        ("nothing", "2>&-", 2),
        ("policies check p", "<&- >&- 2>&-", 0),
    ],
)
def test_a_standard_stream_that_is_closed_leads_nowhere(
    arguments: str, closed: str, status: int, tmp_path: Path
) -> None:
    (tmp_path / "p").write_text("[]")
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec '{sys.executable}' -m streams.cli {arguments} {closed}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(Path(cli.__file__).parents[1])},
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == status
    assert b"Traceback" not in done.stderr


class KafkaError(Exception):
    """As either client has one."""


KafkaError.__module__ = "aiokafka.errors"


class GroupError(KafkaError):
    """One of its kinds."""


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (ExpectedError("no luck"), 1, "no luck"),
        (FileNotFoundError(2, "No such file", "ca.pem"), 2, "ca.pem: No such file"),
        (
            ExpectedError("https://bob:tu@na@shop.example is away"),
            1,
            " https://***@shop.example is",
        ),
        (OSError("the network is down"), 1, "the network is down"),
        (OSError(28, "No space left on device"), 1, "pipe: No space left on device"),
        (GroupError("no leader"), 1, "Kafka: no leader"),
        (ModuleNotFoundError("x", name="sklearn.cluster"), 2, "pip install 'pricetide[sklearn]'"),
    ],
)
def test_what_goes_wrong_outside_is_one_line(
    error: Exception,
    status: int,
    text: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(options: object, settings: object) -> int:
        raise error

    monkeypatch.setattr(pipe, "run", run)
    assert cli.main(["pipe"]) == status
    assert text in one_line(capsys, "pipe")


@pytest.mark.parametrize("error", [ValueError("bug"), ModuleNotFoundError("x", name="streams.no")])
def test_a_fault_of_the_program_keeps_its_traceback(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(options: object, settings: object) -> int:
        raise error

    monkeypatch.setattr(pipe, "run", run)
    with pytest.raises(type(error)):
        cli.main(["pipe"])


@pytest.mark.parametrize(
    ("role", "flag"),
    [("train", "--snapshot-seconds"), ("ingest", "--transaction-ms"), ("all", "--train-days")],
)
def test_a_workers_flag_that_its_role_ignores_is_refused(
    role: str, flag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["worker", "--role", role, flag, "7", "--bootstrap", "127.0.0.1:1"]
    assert cli.main(arguments) == ExitStatus.WRONG_INPUT
    assert f"{flag} does nothing with --role {role}" in one_line(capsys, "worker")


def test_each_of_a_workers_flags_does_something_in_some_role() -> None:
    assert set().union(*ROLES.values()) >= set(worker.SETTINGS)
    # as the documents have it: a whole worker in the shadow
    assert {"all", "price"} <= {role for role, read in ROLES.items() if "shadow" in read}


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("pricetide 0.")
