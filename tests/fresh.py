"""A program in a process of its own, as `python -c` would run it, which starts in a tenth of the time.

It is forked from the server that the renderer's processes are forked from: there, the libraries are imported and not
used, and nothing of this repository is loaded.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import traceback
from multiprocessing.connection import Connection
from pathlib import Path

from clips.filming.pool import start_context

ROOT = Path(__file__).parents[1]

#: Several calls of Manim's own command line in one process, each with the settings that it begins with.
MANIM = """
import sys
from manim import tempconfig
from manim.__main__ import main
for call in sys.argv[1:]:
    with tempconfig({}):
        main(call.split("|"), standalone_mode=False)
"""


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program in the repository's folder; what it says on both streams comes together, in `stdout`."""
    context = start_context()
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(theirs, program, arguments))  # type: ignore[attr-defined]
    process.start()
    theirs.close()
    with ours:
        said: str = ours.recv()
    process.join()
    return subprocess.CompletedProcess([*arguments], process.exitcode, said)


def _run(pipe: Connection, program: str, arguments: tuple[str, ...]) -> None:
    with tempfile.TemporaryFile() as said:
        for stream in (1, 2):
            os.dup2(said.fileno(), stream)
        code = _exit_code(program, arguments)
        sys.stdout.flush()
        sys.stderr.flush()
        said.seek(0)
        pipe.send(said.read().decode())
    sys.exit(code)


def _exit_code(program: str, arguments: tuple[str, ...]) -> object:
    os.chdir(ROOT)
    _forget_ours()
    sys.argv = ["-c", *arguments]
    try:
        exec(program, {"__name__": "__main__"})
    except SystemExit as end:
        return end.code
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _forget_ours() -> None:
    """What has brought us here is no part of the program."""
    for name, module in list(sys.modules.items()):
        file = Path(getattr(module, "__file__", None) or "/")
        if file.is_relative_to(ROOT) and ".venv" not in file.parts:
            del sys.modules[name]
