"""Liquid in a post: what authors mean for Jekyll passes, every other brace pair is literal."""

import re

KNOWN = re.compile(
    r"\{\{-?\s*(?:(?:site|page)(?:\.\w+)+|'[^'{}]*'|\"[^\"{}]*\")\s*(?:\|[^{}|]+)*-?\}\}"
    r"|\{%-?\s*(?:include|include_relative|link|post_url|highlight|endhighlight|gist|comment"
    r"|endcomment|assign|capture|endcapture|if|elsif|else|endif|unless|endunless|for|endfor|case"
    r"|when|endcase)\b[^{}]*?-?%\}"
)
OPENING = re.compile(r"\{(?=[{%])")
OURS = re.compile(r"\{%\s*raw\s*%\}(.*?)\{%\s*endraw\s*%\}", re.DOTALL)
ADDRESS = re.compile(
    r"\{\{\s*(?:site\.(baseurl|url)|['\"]([^'\"{}]*)['\"]\s*\|\s*(?:relative_url|absolute_url))\s*\}\}"
)


def guard_prose(text: str) -> str:
    """Prose or HTML in which only known Liquid is left to Liquid; other braces become entities."""
    parts, position = [], 0
    for known in KNOWN.finditer(text):
        parts += [entities(text[position : known.start()]), known[0]]
        position = known.end()
    return "".join([*parts, entities(text[position:])])


def entities(text: str) -> str:
    return OPENING.sub("&#123;", text) if "{" in text else text


def guard_code(text: str) -> str:
    """Code with a raw guard around it where Liquid would find something in it."""
    if not OPENING.search(text):
        return text
    if "endraw" in text:
        return OPENING.sub("{{ '{' }}", text)
    fence = re.match(
        r"([ >]*(?:`{3,}|~{3,})[^\n]*)\n(.*)^([ >]*(?:`{3,}|~{3,})\s*)\Z",
        text,
        re.DOTALL | re.MULTILINE,
    )
    if fence:  # inside the fence: lines of its own around it would end a list
        return f"{fence[1]}{{% raw %}}\n{fence[2]}{{% endraw %}}{fence[3]}"
    ticks = re.match(r"(`+)(.*?)(`+)\Z", text, re.DOTALL)
    if ticks:
        return f"{ticks[1]}{{% raw %}}{ticks[2]}{{% endraw %}}{ticks[3]}"
    return f"{{% raw %}}{text}{{% endraw %}}"


def resolve(text: str, root: str) -> str:
    """Text as the preview shows it, where the site's root has the address ``root``."""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match[1])
        return f"\ue0f0{len(kept) - 1}\ue0f1"

    def address(match: re.Match[str]) -> str:
        return "" if match[1] == "url" else root + (match[2] or "")

    text = ADDRESS.sub(address, OURS.sub(keep, text)).replace("{{ '{' }}", "{")
    return re.sub("\ue0f0(\\d+)\ue0f1", lambda m: kept[int(m[1])], text)
