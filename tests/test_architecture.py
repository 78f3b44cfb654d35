"""The tree is the architecture: dependencies point one way, and the core computes, no more."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("schemas", "online_models", "streams")
#: What each layer may import of ours.
ALLOWED = {
    "schemas": {"schemas"},
    "online_models": {"online_models", "schemas"},
    "streams": {"streams", "online_models", "schemas"},
}
#: The outside world, which starts above the core.
OUTSIDE = {"kafka", "aiokafka", "faust", "mode", "asyncio", "socket", "urllib", "http", "requests"}
CLOCKS = {
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.monotonic_ns",
    "time.localtime",
    "time.gmtime",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "datetime.datetime.now",
    "datetime.date.today",
}
FILES = {"open", "io.open", "os.open", "Path", "pathlib.Path", "np.load", "np.save", "np.savez"}
#: What is no part of the fold: writes generated documents, or reads data sets offline.
MAY_TOUCH_FILES = ("schemas/export/",)
#: More modules than that in a folder are found by searching, no longer by looking.
MOST_MODULES = 22
#: Multiplies integers below 2^53 only, which no order of summation can round.
EXACT_PRODUCTS = "online_models/numerics/linear.py"
#: Whose last bit depends on the CPU, or whose draws on what was drawn before.
INEXACT = {
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "power", "float_power"),
    *("sin", "cos", "tan", "tanh", "sinh", "cosh", "arctan", "cbrt", "logaddexp"),
    *("dot", "vdot", "inner", "outer", "matmul", "einsum", "tensordot", "convolve", "correlate"),
    *("linalg", "random", "fft", "polyfit"),
}


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """The syntax of a module, flat: it is asked for by most tests."""
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    return tuple(ast.walk(tree))


def imported(path: Path) -> Iterator[str]:
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def called(path: Path) -> set[str]:
    return {dotted(node.func) for node in nodes_of(path) if isinstance(node, ast.Call)}


@pytest.mark.parametrize("layer", LAYERS)
def test_dependencies_point_one_way(layer: str) -> None:
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in modules(layer)
        for name in imported(path)
        if name.split(".")[0] in LAYERS and name.split(".")[0] not in ALLOWED[layer]
    ]
    assert wrong == []


@pytest.mark.parametrize("layer", ["schemas", "online_models"])
def test_nothing_below_the_shells_knows_kafka_or_the_network(layer: str) -> None:
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in modules(layer)
        for name in imported(path)
        if name.split(".")[0] in OUTSIDE
    ]
    assert wrong == []


@pytest.mark.parametrize("layer", ["schemas", "online_models"])
def test_nothing_below_the_shells_reads_a_clock(layer: str) -> None:
    wrong = [
        f"{name_of(path)} calls {name}" for path in modules(layer) for name in called(path) & CLOCKS
    ]
    assert wrong == []


@pytest.mark.parametrize("layer", ["schemas", "online_models"])
def test_nothing_below_the_shells_touches_files_but_what_runs_offline(layer: str) -> None:
    wrong = [
        f"{name_of(path)} calls {name}"
        for path in modules(layer)
        if not name_of(path).startswith(MAY_TOUCH_FILES)
        for name in called(path) & FILES
    ]
    assert wrong == []


@cache
def fold_path() -> list[Path]:
    """The modules that the fold imports, directly or through others."""
    found: dict[str, Path] = {}
    left = ["online_models.fold.fold"]
    while left:
        name = left.pop()
        base = ROOT.joinpath(*name.split("."))
        path = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
        if name in found or not path.is_file():
            continue
        found[name] = path
        for node in nodes_of(path):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("online_models"):
                left.append(node.module or "")
                left += [f"{node.module}.{alias.name}" for alias in node.names]
    return sorted(found.values())


def test_the_fold_path_is_what_it_is_thought_to_be() -> None:
    names = {name_of(path) for path in fold_path()}
    assert {"online_models/fold/spans.py", "online_models/pricing/decide.py"} <= names
    assert not any(name.startswith("online_models/market/") for name in names)


def test_the_fold_computes_the_same_on_every_machine() -> None:
    wrong = []
    for path in fold_path():
        for node in nodes_of(path):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
                if name_of(path) != EXACT_PRODUCTS:
                    wrong.append(f"{name_of(path)}:{node.lineno} multiplies matrices")
            elif isinstance(node, ast.Attribute):
                name = dotted(node)
                parts = name.split(".")
                if parts[0] in ("np", "numpy", "math", "random") and parts[1] in INEXACT:
                    wrong.append(f"{name_of(path)}:{node.lineno} uses {name}")
    assert wrong == []


def test_the_fold_has_no_randomness_of_its_own() -> None:
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in fold_path()
        for name in imported(path)
        if name.split(".")[0] in ("random", "secrets", "uuid", "threading", "multiprocessing")
    ]
    assert wrong == []


def test_the_fold_iterates_over_no_set() -> None:
    """A set's order may differ between runs; sorted, it is a list."""
    wrong = []
    for path in fold_path():
        for node in nodes_of(path):
            loops = [node.iter] if isinstance(node, ast.For | ast.comprehension) else []
            for over in loops:
                direct = isinstance(over, ast.Set | ast.SetComp)
                built = isinstance(over, ast.Call) and dotted(over.func) in ("set", "frozenset")
                if direct or built:
                    wrong.append(f"{name_of(path)}:{over.lineno}")
    assert wrong == []


def folder_graph(*folders: str) -> dict[str, set[str]]:
    """Folder → the folders whose modules its own modules import, both as dotted names."""
    graph: dict[str, set[str]] = {}
    for path in modules(*folders):
        home = ".".join(path.relative_to(ROOT).parent.parts)
        for node in nodes_of(path):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in folders:
                for alias in node.names:
                    graph.setdefault(home, set()).add(_folder(f"{node.module}.{alias.name}"))
    return graph


def _folder(name: str) -> str:
    """The folder of what `from X import Y` takes from, for X.Y: a module, a package or a name."""
    parts = name.split(".")
    while not ROOT.joinpath(*parts).is_dir():
        parts.pop()
    return ".".join(parts)


def test_no_folder_needs_a_folder_that_needs_it() -> None:
    """A package and its sub-packages may need each other; nothing else may."""
    apart = {
        home: {
            other
            for other in others
            if not (other + ".").startswith(home + ".") and not (home + ".").startswith(other + ".")
        }
        for home, others in folder_graph(*LAYERS).items()
    }
    try:
        TopologicalSorter(apart).prepare()
    except CycleError as cycle:
        pytest.fail(" → ".join(cycle.args[1]))


def test_no_folder_is_a_heap() -> None:
    crowded = {}
    for folder in {path.parent for path in modules(*LAYERS)}:
        inside = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        if len(inside) > MOST_MODULES:
            crowded[name_of(folder)] = len(inside)
    assert crowded == {}


@pytest.mark.parametrize("layer", LAYERS)
def test_tests_mirror_the_rooms(layer: str) -> None:
    strays = [
        name_of(path)
        for path in sorted((ROOT / "tests" / layer).rglob("test_*.py"))
        if not (ROOT / path.parent.relative_to(ROOT / "tests")).is_dir()
        and "contract" not in path.parts
    ]
    assert strays == []


def test_no_module_is_past_reading_in_one_sitting() -> None:
    long = [
        f"{name_of(path)}: {lines} lines"
        for path in modules(*LAYERS)
        if (lines := path.read_text(encoding="utf-8").count("\n")) > 310
    ]
    assert long == []


def test_no_module_is_named_for_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}
    assert [name_of(p) for p in modules(*LAYERS) if p.stem in vague or p.parent.name in vague] == []


#: A class may be named as one in there: the rule as the entry of the policy that configures it.
ENTRIES = "schemas/records/policy/"


def test_a_class_has_a_name_of_its_own() -> None:
    places: dict[str, list[str]] = {}
    for path in modules(*LAYERS):
        for node in nodes_of(path):
            if isinstance(node, ast.ClassDef) and not name_of(path).startswith(ENTRIES):
                places.setdefault(node.name, []).append(name_of(path))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


#: The only modules that know the compiler; all others use the decorator of the first.
COMPILER = {"online_models/numerics/compiled.py", "streams/terminal/output.py"}
#: Sums whose order is that of the compiler or of NumPy, which are not the same.
REDUCTIONS = {"sum", "mean", "cumsum", "prod", "var", "std", "add", "nansum", "average"}


def test_rules_are_compiled_by_one_decorator() -> None:
    wrong = [
        name_of(path)
        for path in modules(*LAYERS)
        if any(name.split(".")[0] in ("numba", "llvmlite") for name in imported(path))
    ]
    assert set(wrong) == COMPILER


def test_compiled_rules_sum_in_order_and_raise_to_no_power() -> None:
    """What runs uncompiled must give the same bits, and a power ends in the machine's library."""
    wrong, rules = [], 0
    for path in modules("online_models"):
        for rule in nodes_of(path):
            if not isinstance(rule, ast.FunctionDef):
                continue
            if "compiled" not in map(dotted, rule.decorator_list):
                continue
            rules += 1
            for node in ast.walk(rule):
                if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in REDUCTIONS:
                    wrong.append(f"{name_of(path)}:{node.lineno} calls {dotted(node.func)}")
                elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
                    constant = isinstance(node.left, ast.Constant)
                    if not (constant and isinstance(node.right, ast.Constant)):
                        wrong.append(f"{name_of(path)}:{node.lineno} raises to a power")
    assert wrong == []
    assert rules > 20


#: What a number may be held against: how long a text or a record is, how many values a cache keeps,
#: and of how few offers nothing can be learnt. `MOST_…` bounds what is kept at all.
ALLOWED_LIMITS = {
    *("LARGEST", "PART", "EVIDENCE", "_ADDRESS + _OFFER", "ATTRIBUTES"),
    *("_REMEMBERED", "LEAST * GROUPS"),
}
#: How code says how many rows there are.
COUNT_OF_ROWS = re.compile(r"len\(.+\)|.+\.(size|shape\[0\])")
#: A number, or the name of one; none and one row are no choice between two ways.
NUMBER = re.compile(r"(?![01]$)\d|_?(?!MOST_)[A-Z]{2}")


def row_limits(path: Path) -> Iterator[ast.expr]:
    """What branches hold a number of rows against."""
    for node in nodes_of(path):
        if not isinstance(node, ast.If | ast.IfExp):
            continue
        for test in ast.walk(node.test):
            if not isinstance(test, ast.Compare):
                continue
            sides = [test.left, *test.comparators]
            counts = [side for side in sides if COUNT_OF_ROWS.fullmatch(ast.unparse(side))]
            if counts:
                yield from (side for side in sides if side not in counts)


def test_no_rule_of_prices_asks_how_many_rows_there_are() -> None:
    """Two versions of a rule drift apart, and prices then depend on how a journal was cut."""
    wrong = [
        f"{name_of(path)}:{limit.lineno} asks for {text}"
        for path in fold_path()
        for limit in row_limits(path)
        if NUMBER.match(text := ast.unparse(limit)) and text not in ALLOWED_LIMITS
    ]
    assert wrong == []
