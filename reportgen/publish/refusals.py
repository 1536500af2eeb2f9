"""What git and its servers say when they refuse, in one clear line and with the next step."""

import re
from dataclasses import dataclass

from reportgen.errors import ReportgenError
from reportgen.publish.git import GitFailure, first_words


@dataclass(frozen=True)
class Refusal:
    """A pattern in git's words, and ours: the message and hint may use {url} and {branch}."""

    pattern: str
    message: str
    hint: str


REFUSALS = (
    Refusal(
        r"dubious ownership",
        "{url} belongs to another user, so git does not trust it.",
        "If you do: git config --global --add safe.directory {folder}",
    ),
    Refusal(
        r"workflow` scope|without `?workflows?`? (scope|permission)",
        "{url} does not let this token change files in .github/workflows.",
        "Use a token with the 'workflow' scope, or push over SSH.",
    ),
    Refusal(
        r"GH001|exceeds GitHub's file size limit|larger than .*maximum",
        "{url} refused a file that is too large.",
        "Publish the figure at a smaller size.",
    ),
    Refusal(
        r"GH006|GH013|protected branch|rule violations|not allowed to push code to protected",
        "Branch '{branch}' of {url} is protected.",
        "Publish to a new branch and open a pull request from it: reportgen publish --branch NAME",
    ),
    Refusal(
        r"branch is currently checked out",
        "{url} is no bare repository, and has branch '{branch}' checked out.",
        "Push to the repository that hosts the pages, or name another branch with --branch.",
    ),
    Refusal(
        r"hook declined|aborted by hook",
        "A hook of {url} refused the push to branch '{branch}'.",
        "Nothing was published. Mend what the hook names, or publish with --branch NAME.",
    ),
    Refusal(
        r"denying|deny|prohibited|remote rejected",
        "{url} refused the push to branch '{branch}'.",
        "Nothing was published. The server's own words are above.",
    ),
    Refusal(
        r"Could not resolve|unable to resolve|Failed to connect|Couldn't connect|Connection "
        r"(refused|timed out|reset|closed)|Network is unreachable|Operation too slow|timed out|"
        r"early EOF|hung up|Empty reply|No route to host|returned error: 5\d\d",
        "{url} cannot be reached.",
        "Nothing was published. Look at the network, then run the same command again.",
    ),
    Refusal(
        r"Host key verification failed",
        "SSH does not know the host of {url}.",
        "Connect to it once by hand, and compare its key: ssh -T git@HOST",
    ),
    Refusal(
        r"could not read (Username|Password)|Authentication failed|terminal prompts disabled|"
        r"returned error: 40[13]|Permission (to .* )?denied|publickey|access denied|"
        r"Write access .* not granted|unable to create (temporary|.*objects)|"
        r"insufficient permission",
        "You have no permission to read or write {url}.",
        "Sign in (for GitHub: gh auth login, or an SSH key), or ask its owner for write access.",
    ),
    Refusal(
        r"Repository not found|returned error: 404|not found|does not exist|"
        r"does not appear to be a git repository|not a git repository|No such (file|remote)",
        "There is no git repository at {url}.",
        "Look at the remotes with: git remote -v. Another one is named with --remote.",
    ),
    Refusal(
        r"gpg failed to sign|failed to write commit object|Load key",
        "Git could not sign the commit, as 'commit.gpgsign' asks.",
        "Unlock the signing key, then run the same command again.",
    ),
    Refusal(
        r"Read-only file system|Permission denied|could not lock|No space left|disk quota",
        "Git could not write: {words}",
        "Make room or give write access, then run the same command again.",
    ),
)
"""Looked at from top to bottom; the first pattern found decides."""

LOST_RACE = re.compile(
    r"\((stale info|fetch first|non-fast-forward|remote ref updated since checkout)\)|"
    r"cannot lock ref|failed to update ref|incorrect old value|reference already exists"
)
"""What a push says when somebody else was faster."""

DENIED_BY_SETTING = re.compile(r"denying non-fast-forward|denyNonFastForwards", re.I)


def lost_race(failure: GitFailure) -> bool:
    """Whether a push failed only because the branch has moved since it was fetched."""
    words = failure.stdout + failure.stderr
    return bool(LOST_RACE.search(words)) and not DENIED_BY_SETTING.search(words)


def unreachable(failure: GitFailure) -> bool:
    """Whether the connection broke, so that nobody knows what the server did."""
    return refusal_of(failure).message.endswith("cannot be reached.")


def refused(failure: GitFailure, url: str, branch: str) -> ReportgenError:
    """The error that a person sees for a git process that failed."""
    refusal = refusal_of(failure)
    own = redacted(first_words(failure))
    server = redacted(server_words(failure.stderr))
    folder = re.search(r"ownership in repository at '(.*)'", failure.stderr)
    fill = {"url": redacted(url) or "the commit", "branch": branch, "words": own,
            "folder": folder[1] if folder else "FOLDER"}  # fmt: skip
    words = server or ("" if "{words}" in refusal.message else own)
    return ReportgenError(
        refusal.message.format(**fill),
        excerpt=indented(words) or None,
        hint=refusal.hint.format(**fill) or None,
    )


UNKNOWN = Refusal("", "Git failed with {url}: {words}", "")


def refusal_of(failure: GitFailure) -> Refusal:
    """What git's words mean, by the table of refusals."""
    words = failure.stdout + failure.stderr
    return next((r for r in REFUSALS if re.search(r.pattern, words, re.I)), UNKNOWN)


def server_words(stderr: str) -> str:
    """The lines that the server itself sent, without git's 'remote:' before them."""
    lines = [line[7:].strip() for line in stderr.splitlines() if line.startswith("remote:")]
    return "\n".join(line for line in lines if line)


def indented(text: str) -> str:
    """Text, each line moved in by two spaces."""
    return "\n".join(f"  {line}" for line in text.splitlines())


def redacted(text: str) -> str:
    """``text`` without the user name, password or token of any URL in it."""
    return re.sub(r"(\w+://)[^/@\s]*@", r"\1", text)
