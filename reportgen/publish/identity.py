"""Who a report is: an id of its own, which its title, its folders and its posts do not change.

It stands in pyproject.toml, so that a clone is the same report, and names the manifest in a branch.
"""

import re
import secrets
import tomllib
from collections.abc import Iterable
from pathlib import Path

from reportgen.errors import Place, ReportgenError
from reportgen.files import write_bytes
from reportgen.project import Project, read_toml
from reportgen.publish.git import Git
from reportgen.publish.manifest import Manifest

HEADER = re.compile(rb"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*reportgen[ \t]*\][^\r\n]*(\r?\n|$)", re.M)


def new_id() -> str:
    """A random id: 16 hexadecimal digits."""
    return secrets.token_hex(8)


def recognised(project: Project, manifests: Iterable[Manifest], *, own: bool) -> str:
    """The id of the manifest that a report without one has published, '' if there is none.

    That is so where one of its posts lay in this project at the commit it was published from: the
    id was made in another clone, and never committed. In the branch of one's ``own`` repository a
    post of the same name is enough where that commit has not been pulled yet.
    """
    from reportgen.posts import post_files
    from reportgen.posts.source import slug_of
    from reportgen.site.ledger import SLUG

    git = Git(within=project.root)
    for manifest in manifests:
        published = {found[1] for path in manifest.files if (found := SLUG.search(path))}
        known = git.ask("rev-parse", "--verify", "--quiet", f"{manifest.commit}^{{commit}}")
        if known:
            listed = git.ask("ls-tree", "--name-only", f"{known}:./{project.templates}/posts")
            here = {slug_of(Path(name)) for name in listed.splitlines()}
        else:
            here = {slug_of(path) for path in post_files(project)} if own else set()
        if published & here:
            return manifest.id
    return ""


def keep_id(project: Project, id: str) -> None:
    """Write an id into the project's pyproject.toml. Raises ReportgenError where that cannot be."""
    file = project.config_file.resolve()
    before = read_toml(file)
    text = with_id(file.read_bytes(), id)
    table = {**before["tool"]["reportgen"], "id": id}
    wanted = {**before, "tool": {**before["tool"], "reportgen": table}}
    try:
        done = tomllib.loads(text.decode()) == wanted
    except tomllib.TOMLDecodeError:
        done = False
    if not done:
        raise ReportgenError(
            "The report has no id yet, and it cannot be written here.",
            place=Place(project.config_file),
            hint=f'Add to the settings of tool.reportgen: id = "{id}"',
        )
    write_bytes(file, text)


def with_id(text: bytes, id: str) -> bytes:
    """A pyproject.toml with the id as first line of [tool.reportgen]."""
    end = b"\r\n" if b"\r\n" in text else b"\n"
    line = b'id = "%s"  # keep it: by this a blog knows its report%s' % (id.encode(), end)
    header = HEADER.search(text)
    if header is None:
        return text + end + b"[tool.reportgen]" + end + line
    gap = b"" if header[1] else end
    return text[: header.end()] + gap + line + text[header.end() :]
