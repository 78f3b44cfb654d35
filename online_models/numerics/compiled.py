"""How a rule over rows is compiled to machine code: one decorator, the same for all.

A rule is a plain loop over rows: as quick for one as for a hundred thousand, and stated once. Numba
makes machine code of it at its first call, for the types of that call, and keeps it in a folder
(`NUMBA_CACHE_DIR`, else beside the source, else the user's cache), so that later processes load it.

What makes the result the same on every machine, to the bit:

- No `fastmath`: LLVM then neither reorders sums nor fuses a product and a sum into one rounding.
- No `parallel`: rows are visited in their order.
- `error_model="numpy"`: a division by zero is inf or nan, as in arrays, and never an exception.
- Nothing of `math` or NumPy that ends in the machine's library of functions: `elementary` has
  exponential and logarithm. Rounding, square root and minimum are operations of IEEE 754.

`NUMBA_DISABLE_JIT=1` runs the rules as the Python that they are, for coverage and debuggers;
`NUMBA_CPU_NAME=generic` compiles for any CPU of the architecture. Both give the same bits. Integers
are 64 bits wide in either: keep products below 2^63.

A compiled rule calls compiled rules and reads constants, all named in its module: `from x import
rule`, never `x.rule`. What is kept in the folder is keyed by all of them and by the fields of the
tuples that the rule is annotated with, because Numba itself would go on using it after a change in
another file. What another release kept and this one cannot read is compiled again.

References: Lam, Pitrou, Seibert, Numba: a LLVM-based Python JIT compiler, LLVM-HPC 2015.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from types import CodeType, FunctionType, ModuleType
from typing import Any, ParamSpec, TypeVar, cast

from numba import njit
from numba.core.dispatcher import Dispatcher

P = ParamSpec("P")
R = TypeVar("R")


def compiled(rule: Callable[P, R]) -> Callable[P, R]:
    """The rule as machine code.

    >>> @compiled
    ... def total(x):
    ...     found = 0
    ...     for one in x:
    ...         found += one
    ...     return found
    >>> total((1, 2, 3))
    6
    """
    fast = njit(error_model="numpy")(rule)
    if isinstance(fast, Dispatcher):
        _keep(fast)
    return cast("Callable[P, R]", fast)


def _keep(fast: Dispatcher) -> None:
    """Keep the machine code between processes, where a folder for it can be written."""
    try:
        fast.enable_caching()
    except RuntimeError:
        return
    kept: Any = fast
    file = kept._cache._cache_file
    file._source_stamp = fingerprint(fast.py_func)
    file._load_index = partial(_readable, file._load_index)


def _readable(load_index: Callable[[], dict[Any, str]]) -> dict[Any, str]:
    """The index of what is kept; nothing where it names classes that are no longer there."""
    try:
        return load_index()
    except (AttributeError, ImportError):
        return {}


def fingerprint(rule: Callable[..., Any]) -> str:
    """Hash of all that the machine code is made of: the rule, its constants, what it calls."""
    function = cast("FunctionType", rule)
    names = function.__globals__
    parts = _parts(function.__code__, names)
    for annotation in function.__annotations__.values():
        parts += _fields(annotation, names)
    return sha256("\n".join(parts).encode()).hexdigest()


def _fields(annotation: object, names: dict[str, Any]) -> list[str]:
    """The named tuples in an annotation and their fields: machine code reads these by place."""
    if isinstance(annotation, type):
        found = [annotation]
    else:
        words = re.findall(r"\w+", str(annotation))
        found = [names[word] for word in words if isinstance(names.get(word), type)]
    parts = []
    for kind in found:
        if issubclass(kind, tuple) and hasattr(kind, "_fields"):
            parts.append(f"{kind.__module__}.{kind.__qualname__}: {kind._fields}")
            for inner in kind.__annotations__.values():
                parts += _fields(inner, vars(sys.modules[kind.__module__]))
    return parts


def _parts(code: CodeType, names: dict[str, Any]) -> list[str]:
    found = [code.co_code.hex(), repr(code.co_varnames)]
    for constant in code.co_consts:
        found += _parts(constant, names) if isinstance(constant, CodeType) else [repr(constant)]
    for name in code.co_names:
        value = names.get(name)
        if isinstance(value, Dispatcher):
            found.append(f"{name}: {fingerprint(value.py_func)}")
        elif isinstance(value, type):
            found.append(f"{name}: {value.__module__}")
            found += _fields(value, names)
        elif isinstance(value, ModuleType) or callable(value):
            found.append(f"{name}: {value.__module__ if callable(value) else value.__name__}")
        else:
            found.append(f"{name}: {value!r}")
    return found
