"""Running git: without prompts, without hooks of the user, deaf to the repository around us."""

import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from reportgen.errors import ReportgenError

Settings = tuple[tuple[str, str], ...]

FIXED: Settings = (
    ("core.quotePath", "false"),
    ("core.autocrlf", "false"),
    ("core.hooksPath", os.devnull),  # a hook of the user could touch the user's repository
    ("core.protectHFS", "true"),
    ("core.protectNTFS", "true"),
    ("pack.window", "0"),  # pictures are compressed already: no time is lost on differences
    ("core.looseCompression", "1"),
    ("fetch.fsckObjects", "false"),  # other people's old commits are not ours to judge
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("http.lowSpeedLimit", "1000"),
    ("http.lowSpeedTime", "60"),
    ("user.useConfigOnly", "true"),  # an identity is given, never guessed from the host name
)
"""Configuration of every git process that we start."""

BINDING = frozenset(
    f"GIT_{name}"
    for name in (
        *("DIR", "WORK_TREE", "INDEX_FILE", "OBJECT_DIRECTORY", "COMMON_DIR", "NAMESPACE"),
        *("ALTERNATE_OBJECT_DIRECTORIES", "PREFIX", "SHALLOW_FILE", "QUARANTINE_PATH"),
        *("GRAFT_FILE", "REPLACE_REF_BASE", "IMPLICIT_WORK_TREE", "LITERAL_PATHSPECS"),
        *("GLOB_PATHSPECS", "NOGLOB_PATHSPECS", "ICASE_PATHSPECS"),
    )
)
"""Variables that tie git to one repository; a hook that starts us leaves them behind."""


class GitFailure(Exception):
    """A git process that exited with an error; ``stderr`` and ``stdout`` are its words."""

    def __init__(self, arguments: Iterable[str], code: int, stdout: str, stderr: str) -> None:
        self.arguments, self.code = tuple(arguments), code
        self.stdout, self.stderr = stdout, stderr
        super().__init__(f"git {' '.join(self.arguments)}: {stderr.strip()}")


class Git:
    """Git in one repository: ``git_dir`` for a bare one, ``within`` for the one around a folder."""

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
        env = environment((*FIXED, *self.settings))
        if index:
            env["GIT_INDEX_FILE"] = str(index)
        try:
            done = subprocess.run(
                ["git", *where, *arguments], input=data, capture_output=True, env=env, check=False
            )
        except FileNotFoundError:
            raise ReportgenError(
                "Git is not installed.", hint="Install git 2.31 or newer."
            ) from None
        if done.returncode:
            raise GitFailure(arguments, done.returncode, decoded(done.stdout), decoded(done.stderr))
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
    return output.decode("utf-8", "surrogateescape")


def environment(settings: Settings) -> dict[str, str]:
    """The environment of a git process, with ``settings`` behind those already given by it.

    Settings travel in the environment and not on the command line, because they may hold a token.
    """
    env = {name: value for name, value in os.environ.items() if name not in BINDING}
    env |= {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "LANGUAGE": ""}
    env.setdefault("GIT_SSH_COMMAND", "ssh -oBatchMode=yes -oConnectTimeout=20")
    return env | numbered(env, settings)


def numbered(env: Mapping[str, str], settings: Settings) -> dict[str, str]:
    given = env.get("GIT_CONFIG_COUNT", "")
    first = int(given) if given.isdigit() else 0
    pairs: dict[str, str] = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (key, value) in enumerate(settings, first):
        pairs[f"GIT_CONFIG_KEY_{number}"] = key
        pairs[f"GIT_CONFIG_VALUE_{number}"] = value
    return pairs


INHERITED = r"^(http|credential|url|user|author|committer|gpg|ssh|commit\.gpgsign|core\.sshcommand)"
"""Settings of the user's own repository that its pushes depend on; Actions keeps its token here."""


def inherited_settings(repository: Path) -> Settings:
    """What a push from ``repository`` would use to sign in, to sign and to name its author."""
    listed = Git(within=repository).ask("config", "--local", "-z", "--get-regexp", INHERITED)
    pairs = (entry.partition("\n") for entry in listed.split("\0") if entry)
    return tuple((key, value) for key, _, value in pairs)
