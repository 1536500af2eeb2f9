"""What looks like a key, a token or a password, and is therefore not published.

The rules are data: those of gitleaks, word for word (MIT, see ``rules/LICENSE-gitleaks``), and ours
in the same format. A rule has a pattern, words of which one must be in the file, and how random the
secret must look.
"""

import math
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from reportgen.blog.words import words
from reportgen.publish.paths import refusal
from reportgen.publish.views import binary, views

RULES = Path(__file__).parent / "rules"

UNUSED = words(
    "private-key curl-auth-header curl-auth-user sourcegraph-access-token hashicorp-tf-password"
)
"""Rules of gitleaks that ours replace: they take more than linear time, any commit for a key, or
any password of eight letters, placeholders too, for one of Terraform."""

NO_SECRET = "reportgen: no secret"
"""What an author writes on a line that is none."""

REACH, LENGTH = 100, 600
"""How many characters before and after a keyword are looked at."""

HARMLESS = re.compile(r"(?:[A-Za-z0-9+/]{80}|<d-cite )\Z")
"""What stands before a match within a picture, or another file, as base64, or in a citation."""

SECRET_NAMES = re.compile(
    r"(^|/)([^/]*\.env(\.(?!(example|sample|template|dist)$)[^/]*)?|env"
    r"|[._]netrc|\.git-credentials|\.pypirc|\.npmrc|\.htpasswd|\.pgpass|\.my\.cnf|\.s3cfg|\.boto"
    r"|\.dockercfg|\.docker/config\.json|\.vault-token|\.aws/(credentials|config)|\.ssh/.*"
    r"|\.(huggingface|cache/huggingface)/(token|stored_tokens)|wandb/settings|\.kaggle/.*"
    r"|id_(rsa|dsa|ecdsa|ed25519)(_sk)?|(kaggle|credentials|service[-_]?account[^/]*)\.json"
    r"|client[-_]?secrets?[^/]*\.json|(token|auth|secrets?)\.json|secrets?\.(ya?ml|toml|ini|env)"
    r"|credentials(\.(csv|ya?ml|toml|ini|db))?|application_default_credentials\.json"
    r"|\.(bash|zsh|python|sh|psql|mysql|sqlite|node_repl)_history|\.Renviron|\.streamlit/secrets.*"
    r"|[^/]*\.(pem|p12|p8|pfx|key|kdbx|jks|keystore|ppk|ovpn|agekey|asc\.key|pkcs12|kwallet))$",
    re.IGNORECASE,
)

TEXTS = re.compile(r"\.(css|csv|js|map|mjs|svg|ttf|woff2?|xml)$", re.IGNORECASE)
"""Files in which an assignment is code of a program, or data, and of no person."""

KNOWN = (
    r"(?i)^[a-z_:-]*(?:19|20)\d\d[a-z_:-]*\d?$",  # a citation: vaswani2017attention
    r"(?i)\bmy_?password",
    r"^E?A{5,}",  # the zeros of a picture in base64
)
"""Values that are no secret, whatever rule they look like."""

GENERAL = words(
    "generic-api-key key bare-key password pass command login discord twilio mail cookie told "
    "told-key variable app-password"
)
"""Rules that go by the name before a value, or by little more than its length."""


Places = Mapping[str, Sequence[int]]
"""Where in a text each keyword stands."""


@dataclass(frozen=True)
class Rule:
    """One kind of secret; ``entropy`` in bits a character is what its value has at least.

    A match begins at most ``REACH`` characters before one of the ``keywords``; where there is a
    pattern for what stands ``before`` it, it begins with a keyword.
    """

    id: str
    what: str
    regex: str
    keywords: tuple[str, ...]
    entropy: float
    allowed: tuple[Mapping[str, Any], ...]
    before: str = ""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The rule's regular expression, compiled."""
        return re.compile(self.regex, re.MULTILINE)

    @cached_property
    def preceded(self) -> re.Pattern[str]:
        """What stands right before a match."""
        return re.compile(rf"(?:{self.before})\Z", re.IGNORECASE)

    def found(self, text: str, places: Places) -> Iterator[tuple[int, str]]:
        """Place and value of each secret of this kind, where keywords are at ``places``."""
        for start, end in self.windows(places):
            for match in self.pattern.finditer(text, start, end):
                value = next(filter(None, match.groups()), match[0])
                if (
                    not HARMLESS.search(text, max(match.start() - REACH, 0), match.start())
                    and entropy(value) >= self.entropy
                    and self.preceded.search(text, max(match.start() - REACH, 0), match.start())
                    and not self.allows(text, match, value)
                ):
                    yield match.start(), value

    def windows(self, places: Places) -> Iterator[tuple[int, int]]:
        """The parts of a text around its keywords, outside which the pattern matches nothing."""
        before = 0 if self.before else REACH
        around = sorted(place for word in self.keywords for place in places.get(word, ()))
        start = end = 0
        for place in around:
            if place - before > end:
                if end:
                    yield start, end
                start = max(place - before, 0)
            end = place + LENGTH
        if end:
            yield start, end

    def allows(self, text: str, match: re.Match[str], value: str) -> bool:
        """Whether a match is known to be none: a placeholder, the name of a column."""
        start = max(match.start() - 50, 0)
        before = re.search(r"[\w.-]*$", text[start : match.start()])
        whole = (before[0] if before else "") + match[0]
        for allowed in self.allowed:
            subject = {"match": whole, "line": whole}.get(allowed.get("regexTarget", ""), value)
            if any(re.search(python(regex), subject) for regex in allowed.get("regexes", ())):
                return True
            if any(word in value.lower() for word in allowed.get("stopwords", ())):
                return True
        return False


def places_in(text: str) -> Places:
    """The places of all keywords in a text, found in one pass."""
    found = defaultdict[str, list[int]](list)
    pattern, beginnings = keywords()
    for match in pattern.finditer(text.lower()):
        for word in beginnings[match[1]]:
            found[word].append(match.start())
    return found


@cache
def keywords() -> tuple[re.Pattern[str], dict[str, list[str]]]:
    """A pattern for the longest keyword at a place, and for each the others that it begins with."""
    known = {word for rule in rules() for word in rule.keywords}
    begins = {word: [each for each in known if word.startswith(each)] for word in known}
    return re.compile(f"(?=({tree(known)}))"), begins


def tree(known: Set[str]) -> str:
    """A pattern for the longest of some words, which branches once a letter."""
    rests = defaultdict[str, set[str]](set)
    for word in known - {""}:
        rests[word[0]].add(word[1:])
    branches = "|".join(f"{re.escape(letter)}{tree(rest)}" for letter, rest in rests.items())
    return f"(?:{branches}){'?' * ('' in known)}" if branches else ""


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, ours first: they say it better."""
    ours, theirs = (
        tomllib.loads((RULES / f"{name}.toml").read_text(encoding="utf-8"))
        for name in ("ours", "gitleaks")
    )
    used = [rule for rule in theirs["rules"] if "regex" in rule and rule["id"] not in UNUSED]
    everywhere = {
        "regexes": [*theirs["allowlist"]["regexes"], *KNOWN],
        "stopwords": ["abcdefghijklmnopqrst"],
    }
    return tuple(
        Rule(
            rule["id"],
            described(rule),
            python(rule["regex"].removeprefix(r"(?i)[\w.-]{0,50}?"), rule["regex"][:4] == "(?i)"),
            tuple(rule["keywords"]),
            rule.get("entropy", 0),
            tuple(each for each in (*rule.get("allowlists", ()), everywhere)
                  if each.get("condition") != "AND"),
            rule.get("before", ""),
        )
        for rule in (*ours["rules"], *used)
    )  # fmt: skip


def described(rule: Mapping[str, Any]) -> str:
    """What a rule finds, in words."""
    text = str(rule["description"])
    return text if text[:2] in ("a ", "an") else f"a secret of the kind '{rule['id']}'"


def python(regex: str, ignore_case: bool = False) -> str:
    """A pattern of Go as one of Python; a flag within it holds for all of it."""
    inner = regex.replace("(?i)", "").replace(r"\z", r"\Z")
    inner = inner.replace("[[:alnum:]]", "[a-zA-Z0-9]").replace("[:alnum:]", "a-zA-Z0-9")
    return f"(?i){inner}" if ignore_case or (inner != regex and "(?i)" in regex) else inner


def entropy(text: str) -> float:
    """Shannon's, in bits a character."""
    counts = Counter(text).values()
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts)


def check_secrets(contents: Mapping[str, bytes]) -> None:
    """Raise ReportgenError for whatever looks like a key, token or password, with file and line."""
    faults = [f"'{path}' has a name that keys and passwords have." for path in contents
              if SECRET_NAMES.search(path)]  # fmt: skip
    for path, content in contents.items():
        faults += [f"{path}:{line}: {what}" for line, what in secrets_in(content, path)]
    if faults:
        raise refusal(
            "This looks like a secret",
            faults,
            "Remove it, and replace it where it was issued if it was ever shown. If it is none: "
            f"write '{NO_SECRET}' on its line.",
        )


def secrets_in(content: bytes, path: str = "") -> Iterator[tuple[int, str]]:
    """Line and description of each secret in a file; only its first letters are shown."""
    lines = next(views(content)).split("\n")
    seen = {number for number, line in enumerate(lines, 1) if NO_SECRET in line}
    for text in views(content):
        places = places_in(text)
        for rule in rules():
            if rule.id in GENERAL and (TEXTS.search(path) or binary(content)):
                continue
            for place, value in rule.found(text, places):
                line = text.count("\n", 0, place) + 1
                if line not in seen:
                    seen.add(line)
                    yield line, f"{rule.what}, '{value[:6]}…'."
