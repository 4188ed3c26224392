"""The box in which a hostile process runs, and the walls around it.

The box is a folder with the worker, the submission, and those library modules that
the task file imports: the module under exercise is not among them, so there is no
answer to import. With bubblewrap the box, the standard library and the C libraries
are all that exists; nothing can be written, there is no network, and all processes
of the box end with it.

What this prevents: reading the hidden tests, the library or the home folder; writing
or filling a disk; reaching the network; touching, stopping or inspecting the grader;
outliving the test; using more time or memory than allowed.

What it does not prevent: a submission that somebody else wrote, or that was copied
from the library by hand; a hole in the kernel. Where bubblewrap or the filter of
system calls does not work, the worker is a plain process with those fences of
`confinement` that do. It can then read whatever the user can read, the library's own
body and the grader's memory included, and can change files of the same user: such a
grade is marked unverified.
"""

from __future__ import annotations

import json
import shutil
import site
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from .case import Case
from .catalogue import HERE
from .confinement import Limits
from .process import run
from .wire import encoded
from .worker import UNCONFINED

CARRIED = ("__init__.py", "worker.py", "confinement.py", "wire.py")
PYTHON = Path(sys.executable).resolve()
PREFIX = Path(sys.base_prefix).resolve()
SYSTEM = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache")
PROBE_SECONDS = 10.0
# Imports what a worker imports and puts up the fences, so that both can be told of.
PROBE = """
import exercises.worker as worker
try:
    worker.confine(worker.Limits())
except worker.Unconfined as reason:
    raise SystemExit(str(reason))
"""


@contextmanager
def boxed(submission: str, *, modules: list[str]) -> Iterator[Path]:
    """A folder with all that the worker may see; it is gone afterwards.

    Parameters
    ----------
    submission : str
        The source text that a learner hands in.
    modules : list of str
        Dotted names of library modules to offer; their packages come empty.
    """
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        box = Path(folder).resolve()
        for name in CARRIED:
            _put(box / "exercises" / name, (HERE / name).read_text(encoding="utf-8"))
        for module in modules:
            _offer(box, module)
        _put(box / "submission.py", submission)
        yield box


class NoAnswer(Exception):
    """A worker ended, or was stopped, before it had answered."""


@dataclass(frozen=True)
class Sandbox:
    """A box, whether it has the walls of bubblewrap, and what a worker may use."""

    box: Path
    walled: bool
    limits: Limits

    def answers(self, cases: list[Case]) -> list[str]:
        """What a fresh worker answers: one line of untrusted text for each case.

        Raises
        ------
        NoAnswer
            If the time is up, if the worker behind walls could not be confined, or if
            there are more or fewer lines than cases.
        """
        ended = run(
            [*self._walls(), *_python(), "-m", "exercises.worker"],
            seconds=self.limits.seconds,
            text=self._request(cases),
            cwd=self.box,
            env={},
            output_bytes=self.limits.output_bytes,
        )
        if ended.code is None:
            raise NoAnswer(f"not over after {self.limits.seconds:g} seconds")
        if self.walled and ended.code == UNCONFINED:
            raise NoAnswer("ended because it could not be confined")
        lines = ended.output.decode(errors="replace").split("\n")
        if len(lines) != len(cases):
            raise NoAnswer("ended before it had answered")
        return lines

    def _walls(self) -> list[str]:
        return bubblewrap(self.box) if self.walled else []

    def _request(self, cases: list[Case]) -> str:
        calls = [{"function": c.function, "args": encoded(c.args)} for c in cases]
        request = {"limits": asdict(self.limits), "must_confine": self.walled}
        return json.dumps({**request, "calls": calls})


def why_unverified() -> str:
    """Why a submission cannot be confined here; empty where it can.

    The answer comes from a trial, because an installed bubblewrap may still be
    forbidden to make namespaces, and a kernel may refuse a filter, in containers
    above all.
    """
    if shutil.which("bwrap") is None:
        return "bubblewrap (bwrap) is not installed"
    with boxed("", modules=[]) as box:
        command = [*bubblewrap(box), *_python(), "-c", PROBE]
        trial = run(command, seconds=PROBE_SECONDS, env={})
    if trial.code == 0:
        return ""
    last = trial.output.decode(errors="replace").strip().rpartition("\n")[2]
    return f"the sandbox does not work here: {last or 'it gave no reason'}"


def bubblewrap(box: Path) -> list[str]:
    """The command that puts walls around the command that follows it."""
    visible = [*map(Path, SYSTEM), PREFIX / "lib", PREFIX / "lib64", PYTHON]
    hidden = [*map(Path, site.getsitepackages([str(PREFIX)])), HERE.parent]
    command = [shutil.which("bwrap") or "bwrap", "--unshare-all"]
    # Started by root, bubblewrap would leave root's capabilities to the worker.
    command += ["--die-with-parent", "--cap-drop", "ALL"]
    for path in visible:
        # Followed, a link like /lib would show a second time what is hidden below.
        kind = "--symlink" if path.is_symlink() else "--ro-bind-try"
        source = path.readlink() if path.is_symlink() else path
        command += [kind, str(source), str(path)]
    for path in hidden:
        if path.is_dir() and any(path.is_relative_to(each) for each in visible):
            command += ["--tmpfs", str(path), "--remount-ro", str(path)]
    command += ["--dev-bind", "/dev/null", "/dev/null", "--dir", "/tmp"]
    command += ["--ro-bind", str(box), "/box", "--chdir", "/box"]
    return [*command, "--remount-ro", "/", "--"]


def _python() -> list[str]:
    """The bare interpreter: no variables, no site packages, no bytecode written."""
    return [str(PYTHON), "-E", "-s", "-S", "-B"]


def _offer(box: Path, module: str) -> None:
    spec = find_spec(module)
    origin = spec.origin if spec else None
    assert origin, module
    path = box.joinpath(*module.split(".")).with_suffix(".py")
    _put(path, Path(origin).read_text(encoding="utf-8"))
    for package in path.relative_to(box).parents[:-1]:
        (box / package / "__init__.py").touch()


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
