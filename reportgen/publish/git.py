"""Running git: without prompts, without hooks of the user, deaf to the repository around us.

In the cache git reads no configuration but ours: what a push needs to sign in, to sign and to name
its author is listed from the user's checkout, includes and all, and everything else stays out.
"""

import os
import re
import shlex
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from reportgen.errors import ReportgenError

Settings = tuple[tuple[str, str], ...]

PATIENCE: Settings = (("http.lowSpeedLimit", "1000"), ("http.lowSpeedTime", "60"))
"""Configuration of a push, which the user's own may replace."""

FIXED: Settings = (
    ("core.quotePath", "false"),
    ("core.autocrlf", "false"),
    ("core.attributesFile", os.devnull),
    ("core.fsmonitor", "false"),
    ("core.hooksPath", os.devnull),  # a hook of the user could touch the user's repository
    ("core.protectHFS", "true"),
    ("core.protectNTFS", "true"),
    ("pack.window", "0"),  # pictures are compressed already: no time is lost on differences
    ("core.looseCompression", "1"),
    ("fetch.fsckObjects", "false"),  # other people's old commits are not ours to judge
    ("protocol.fd.allow", "never"),  # waits for whom we have not started
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("user.useConfigOnly", "true"),  # an identity is given, never guessed from the host name
)
"""Configuration of every git process that we start."""

BINDING = frozenset(
    f"GIT_{name}"
    for name in (
        *("DIR", "WORK_TREE", "INDEX_FILE", "OBJECT_DIRECTORY", "COMMON_DIR", "NAMESPACE"),
        *("ALTERNATE_OBJECT_DIRECTORIES", "PREFIX", "SHALLOW_FILE", "QUARANTINE_PATH"),
        *("GRAFT_FILE", "REPLACE_REF_BASE", "IMPLICIT_WORK_TREE", "LITERAL_PATHSPECS"),
        *("GLOB_PATHSPECS", "NOGLOB_PATHSPECS", "ICASE_PATHSPECS", "ATTR_SOURCE", "CONFIG"),
        *("DEFAULT_HASH", "DEFAULT_REF_FORMAT", "TEMPLATE_DIR"),
    )
)
"""Variables that tie git to one repository, or make ours another kind of one.

A hook that starts us leaves some of them behind.
"""

GIVEN = re.compile(r"GIT_CONFIG_(PARAMETERS|COUNT|(KEY|VALUE)_\d+)")
"""Variables with configuration in them."""


CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Codes that move a terminal's cursor, colour it or name its window."""

ENOUGH = 5000  # characters, from the beginning and from the end


class GitFailure(Exception):
    """A git process that exited with an error; ``stderr`` and ``stdout`` are its words."""

    def __init__(self, arguments: Iterable[str], code: int, stdout: str, stderr: str) -> None:
        self.arguments, self.code = tuple(arguments), code
        self.stdout, self.stderr = stdout, stderr
        super().__init__(f"git {' '.join(self.arguments)}: {stderr.strip()}")


class Git:
    """Git in one repository: ``git_dir`` for a bare one, ``within`` for the one around a folder.

    Within a folder it has the configuration of the user, elsewhere only ``settings`` and ours.
    """

    def __init__(
        self,
        *,
        git_dir: Path | None = None,
        within: Path | None = None,
        settings: Settings = (),
    ) -> None:
        self.git_dir, self.within = git_dir, within
        self.settings = settings

    def run(self, *arguments: str, data: bytes = b"", index: Path | None = None) -> bytes:
        """The output of ``git ARGUMENTS`` fed with ``data``. Raises GitFailure."""
        where = [f"--git-dir={self.git_dir}"] if self.git_dir else []
        where += ["-C", str(self.within)] if self.within else []
        env = environment((*self.settings, *FIXED))
        if not self.within:
            env = alone((*PATIENCE, *self.settings, *FIXED))
        if index:
            env["GIT_INDEX_FILE"] = str(index)
        try:
            done = subprocess.run(
                ["git", *where, *arguments], input=data, capture_output=True, env=env, check=False
            )
        except FileNotFoundError:
            raise ReportgenError(
                "Git is not installed.", hint="Install git 2.32 or newer."
            ) from None
        except OSError as error:
            raise ReportgenError(f"Git could not be started: {error.strerror}.") from None
        if done.returncode:
            raise GitFailure(arguments, done.returncode, said(done.stdout), said(done.stderr))
        return done.stdout

    def text(self, *arguments: str, data: bytes = b"", index: Path | None = None) -> str:
        """``run``, as text without the newline at the end."""
        return decoded(self.run(*arguments, data=data, index=index)).rstrip("\n")

    def ask(self, *arguments: str) -> str:
        """``text``, or '' where git has no answer."""
        try:
            return self.text(*arguments)
        except GitFailure:
            return ""


def decoded(output: bytes) -> str:
    """What git printed, with bytes that are no UTF-8 kept."""
    return output.decode("utf-8", "surrogateescape")


def said(output: bytes) -> str:
    """What git and a server said, for a person to read: neither endless nor with codes for the
    terminal in it."""
    text = decoded(output)
    if len(text) > 2 * ENOUGH:
        text = f"{text[:ENOUGH]} … {text[-ENOUGH:]}"
    return CONTROL.sub("", text)


def environment(settings: Settings) -> dict[str, str]:
    """The environment of a git process, with ``settings`` behind those already given by it.

    Settings travel in the environment and not on the command line, because they may hold a token.
    """
    env = {name: value for name, value in os.environ.items() if name not in BINDING}
    env |= {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "LANGUAGE": ""}
    return env | numbered(env, settings)


def alone(settings: Settings) -> dict[str, str]:
    """``environment`` of a process whose whole configuration is ``settings``."""
    given = {name for name in os.environ if GIVEN.fullmatch(name)}
    env = {name: value for name, value in environment(()).items() if name not in given}
    env |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ATTR_NOSYSTEM": "1"}
    if not ({"GIT_SSH", "GIT_SSH_COMMAND"} & set(env) or "core.sshcommand" in dict(settings)):
        env["GIT_SSH_COMMAND"] = "ssh -oBatchMode=yes -oConnectTimeout=20"
    return env | numbered({}, settings)


def served(program: str, url: str) -> list[str]:
    """Options that let ``program`` serve a repository of this machine with its own configuration.

    It would else inherit the environment of ``alone``: its hooks would have no author, and it would
    trust no folder of another user.
    """
    if not url.startswith("file://"):
        return []
    names = ("GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL")
    kept = [f"{name}={shlex.quote(os.environ[name])}" for name in names if name in os.environ]
    return [f"--{program}=unset {' '.join(names)}; {' '.join((*kept, f'git-{program}'))}"]


def numbered(env: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """Settings as the variables by which git takes them, after those that are there."""
    given = env.get("GIT_CONFIG_COUNT", "")
    first = int(given) if given.isdigit() else 0
    pairs: dict[str, str] = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (key, value) in enumerate(settings, first):
        pairs[f"GIT_CONFIG_KEY_{number}"] = key
        pairs[f"GIT_CONFIG_VALUE_{number}"] = value
    return pairs


INHERITED = re.compile(
    r"(user|author|committer|credential|http|ssh|gpg|protocol|safe)\..*|"
    r"commit\.gpgsign|core\.(sshcommand|askpass|gitproxy)",
    re.DOTALL,
)
"""Settings that a push depends on: who signs in, who signs, who is the author, which ssh."""


def configuration(folder: Path) -> Settings:
    """All of git's configuration in ``folder``, from every file that it includes there.

    Raises ReportgenError, with git's own words, where a file of it cannot be read.
    """
    try:
        listed = Git(within=folder).text("config", "--list", "-z")
    except GitFailure as failure:
        raise ReportgenError(
            f"Git cannot read its configuration in '{folder}'.", excerpt=f"  {first_words(failure)}"
        ) from None
    pairs = (entry.partition("\n") for entry in listed.split("\0") if entry)
    ours = {key.lower() for key, _ in FIXED}
    return tuple((key, value if newline else "true") for key, newline, value in pairs
                 if key not in ours)  # fmt: skip


def inherited(settings: Settings) -> Settings:
    """Those of a checkout's settings that a push from it depends on."""
    return tuple(pair for pair in settings if INHERITED.fullmatch(pair[0]))


def top_of(folder: Path) -> str:
    """The top of the work tree around ``folder``, '' where there is none.

    Raises ReportgenError, with git's own words, where git refuses to look.
    """
    try:
        return Git(within=folder).text("rev-parse", "--show-toplevel")
    except GitFailure as failure:
        if re.search(r"not a git repository|must be run in a work tree", failure.stderr):
            return ""
        trusted = re.search(r"git config --global --add safe\.directory .*", failure.stderr)
        raise ReportgenError(
            f"Git does not work in '{folder}': {first_words(failure)}.",
            hint=f"If you trust it: {trusted[0]}" if trusted else None,
        ) from None


def first_words(failure: GitFailure) -> str:
    """Git's own complaint, without its 'fatal:'."""
    lines = [line for line in failure.stderr.splitlines() if line.strip()]
    said = [line for line in lines if line.startswith(("fatal:", "error:", "ssh:"))] or lines
    return re.sub(r"^(fatal|error): ", "", said[0]).strip() if said else ""
