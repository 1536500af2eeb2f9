"""Nearly ninety settings of git, each with four commands that publish a post into a blog.

``python benchmarks/configurations.py`` prints every setting under which a command ends otherwise
than without it, or the blog's branch gets another tree, and how many there were.
"""

import os
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from reportgen.__main__ import main as reportgen
from tests.conftest import PYPROJECT, ProjectFolder
from tests.publish.conftest import BLOG
from tests.publish.helpers import Remote, git
from tests.publish.report import FILES
from tests.publish.test_configuration import HARMLESS

COMMANDS = (("--dry-run", 0), ("--yes", 0), ("--status", 0), ("--rollback", 1))
"""Options and exit codes; before a first publish there is nothing to go back to."""

SETTINGS = [setting for setting in HARMLESS if not setting.startswith("url.")]
"""Without rules for addresses, which lead a publish to where they lead git itself."""

USER = "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"


def called(project: Path, output: Path, *arguments: str) -> int:
    """The exit code of a command, in a process that starts with all modules loaded."""
    process = os.fork()
    if process == 0:
        os.chdir(project)
        with output.open("ab") as file:
            for descriptor in (1, 2):
                os.dup2(file.fileno(), descriptor)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        code = 2
        try:
            code = reportgen(list(arguments))
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 2
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def outcome(folder: Path, setting: str) -> tuple[list[int], str, str]:
    """Exit codes of the commands, the tree that the blog has then, and all that was said."""
    here = folder / "here"
    shutil.copytree(folder / "project", here / "project")
    home = here / "home"
    for hooks in (home / "hooks", home / "template" / "hooks"):
        hooks.mkdir(parents=True)
        (hooks / "pre-push").write_text("#!/bin/sh\nexit 1\n")
        (hooks / "pre-push").chmod(0o755)
    (home / "attributes").write_text("* text eol=crlf filter=lfs ident\n")
    (home / "everything").write_text("*\n")
    shutil.copytree(folder / "blog.git", here / "blog.git")
    remote = Remote(here / "blog.git")
    git("clone", "--quiet", remote.url, "blog", cwd=here)
    config = here / "gitconfig"
    config.write_text(USER)
    os.environ["GIT_CONFIG_GLOBAL"] = str(config)
    if setting:
        key, _, value = setting.format(home=home).partition("=")
        git("config", "--global", "--add", key, value, cwd=here)
    said = here / "said"
    codes = [called(here / "project", said, "publish", "--site", "../blog", option)
             for option, _ in COMMANDS]  # fmt: skip
    config.write_text(USER)
    listed = remote.git("ls-tree", "-r", "main").splitlines()
    tree = "\n".join(line for line in listed if ".reportgen/" not in line)
    words = said.read_text(errors="replace")
    shutil.rmtree(here)
    return codes, tree, words


def main() -> None:
    os.environ |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
    with tempfile.TemporaryDirectory(prefix="reportgen-git-") as name:
        folder = Path(name)
        os.environ["GIT_CONFIG_GLOBAL"] = str(folder / "gitconfig")
        (folder / "gitconfig").write_text(USER)
        project = ProjectFolder(folder / "project")
        project.write({"pyproject.toml": PYPROJECT, **FILES})
        assert project.run("build").code == 0
        git("init", "--quiet", "--bare", "blog.git", cwd=folder)
        Remote(folder / "blog.git").commit(BLOG)
        right = outcome(folder, "")
        assert right[0] == [code for _, code in COMMANDS], right
        wrong = 0
        for setting in SETTINGS:
            found = outcome(folder, setting)
            if found[:2] != right[:2]:
                wrong += 1
                print(f"{setting}: {found[0]}\n{found[2]}", flush=True)
        what = f"{len(SETTINGS)} settings x {len(COMMANDS)} commands"
        print(f"{what}, {wrong} settings under which something differs")


if __name__ == "__main__":
    main()
