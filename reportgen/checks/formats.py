"""The four ways to print findings."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from reportgen.checks.finding import Finding
from reportgen.checks.rules import RULES


def as_text(findings: Sequence[Finding]) -> str:
    """One line a finding, and its mending below it."""
    lines = []
    for f in findings:
        lines.append(f"{f.path}:{f.line}:{f.column}: {f.severity} {f.rule}: {f.message}")
        if f.hint:
            lines.append(f"    {f.hint}")
    return "\n".join(lines)


def as_json(findings: Sequence[Finding]) -> str:
    """A list of objects with the fields of Finding."""
    return json.dumps([_fields(finding) for finding in findings], indent=2, ensure_ascii=False)


def _fields(finding: Finding) -> dict[str, Any]:
    return {**vars(finding), "path": finding.path.as_posix()}


def as_github(findings: Sequence[Finding]) -> str:
    """Workflow commands that GitHub Actions shows beside the lines of a pull request."""
    return "\n".join(
        f"::{f.severity} file={_property(f.path.as_posix())},line={f.line},col={f.column},"
        f"title={_property(f.rule)}::{_data(' '.join((f.message, f.hint)).strip())}"
        for f in findings
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_sarif(findings: Sequence[Finding]) -> str:
    """SARIF 2.1.0, for code scanning."""
    used = sorted({finding.rule for finding in findings})
    rules = [{"id": name, "shortDescription": {"text": RULES[name].summary}} for name in used]
    driver = {"name": "reportgen", "rules": rules}
    run = {"tool": {"driver": driver}, "results": [_result(f, used) for f in findings]}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    document = {"$schema": schema, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False)


def _result(finding: Finding, used: list[str]) -> dict[str, Any]:
    region = {"startLine": finding.line, "startColumn": finding.column}
    place = {"artifactLocation": {"uri": finding.path.as_posix()}, "region": region}
    return {
        "ruleId": finding.rule,
        "ruleIndex": used.index(finding.rule),
        "level": finding.severity,
        "message": {"text": " ".join((finding.message, finding.hint)).strip()},
        "locations": [{"physicalLocation": place}],
    }


FORMATS: dict[str, Callable[[Sequence[Finding]], str]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
    "sarif": as_sarif,
}
