"""One line when rules are compiled, which takes seconds, once for each version and machine."""

from __future__ import annotations

import sys

from streams.terminal.notes import note


def announce_compilation(command: str) -> None:
    """Say it when the first rule is compiled; where the compiler is not loaded, nothing is.

    Call it when the settings are read: they load the models, whose rules these are.
    """
    if "numba" not in sys.modules:
        return
    from numba.core import event

    class Once(event.Listener):
        """Speaks at the first compilation; what is found compiled is none."""

        def on_start(self, _: event.Event) -> None:
            event.unregister("numba:compile", self)  # type: ignore[no-untyped-call]
            note(
                command,
                "compiling the pricing rules for this machine, which takes up to a minute; the"
                " next start finds them compiled",
            )

        def on_end(self, _: event.Event) -> None:
            """Nothing to say."""

    event.register("numba:compile", Once())  # type: ignore[no-untyped-call]
