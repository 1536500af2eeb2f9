"""One more figure, artifact or post."""

import keyword
import re
import unicodedata
from datetime import date

from reportgen.blog import front_matter as yaml
from reportgen.errors import ReportgenError, WrongUse, did_you_mean
from reportgen.project import Project
from reportgen.registry import Graph
from reportgen.registry.node import make_node
from reportgen.scaffold import blog
from reportgen.scaffold.files import filled, write_one


def new_figure(project: Project, graph: Graph, id: str, artifact: str = "") -> str:
    """Write a module with one figure, of an artifact where one is named; return its path.

    Raises WrongUse for an id that is taken or is none, and for an unknown artifact.
    """
    if id in graph.figures:
        raise WrongUse(f"Figure '{id}' is there already.", place=graph.figures[id].place)
    try:
        make_node("figure", {"id": id, "caption": "C."}, [], name="f", module="", file="", line=0)
    except ReportgenError as error:
        raise WrongUse(error.message, hint=error.hint) from None
    known = [node.name for node in graph.nodes.values() if not node.is_figure]
    if artifact and artifact not in known:
        hint = did_you_mean(artifact, known)
        raise WrongUse(f"There is no artifact '{artifact}'.", hint=hint or None)
    name = free(identifier(f"figure_{id}" if id[0].isdigit() else id), graph)
    template = "figure_of.py" if artifact else "figure.py"
    text = filled(template, {"id": id, "name": name, "artifact": artifact})
    return write_one(project.root, f"{home(project)}/{name}.py", text)


def new_artifact(project: Project, graph: Graph, name: str) -> str:
    """Write a module with one artifact; return its path. Raises WrongUse for a bad name."""
    if not name.isidentifier() or keyword.iskeyword(name) or name == "run":
        raise WrongUse(
            f"'{name}' cannot be the name of an artifact.",
            hint=f"It is a function's name, such as '{identifier(name)}'.",
        )
    if name in graph.nodes:
        raise WrongUse(f"'{name}' is there already.", place=graph.nodes[name].place)
    return write_one(
        project.root, f"{home(project)}/{name}.py", filled("artifact.py", {"name": name})
    )


def new_post(project: Project, graph: Graph, title: str, shown: set[str]) -> str:
    """Write the source of a post that shows the figures no post shows yet; return its path."""
    layout = blog.fit(project.site_dir).layout if blog.is_blog(project.site_dir) else ""
    figures = [id for id in graph.figures if id not in shown]
    parts = [f'<%= ref("{id}") %> shows …\n\n<%= figure("{id}") %>\n' for id in figures]
    body = "\n".join(parts) or "Begin here.\n"
    text = f"---\n{front_matter(title, layout)}\n---\n\n{body}"
    return write_one(project.root, f"{project.templates}/posts/{post_name(title)}", text)


def front_matter(title: str, layout: str = "") -> str:
    """The lines between the fences. ``post`` is the layout that a post has anyway."""
    values = {"title": title} | ({"layout": layout} if layout not in ("", "post") else {})
    return yaml.dump(values).rstrip()


def post_name(title: str) -> str:
    """``2026-11-28-a-title.md``."""
    return f"{date.today():%Y-%m-%d}-{slug(title)}.md"


def slug(title: str) -> str:
    """A title in lower-case letters, digits and hyphens. Raises WrongUse where nothing is left."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not found:
        raise WrongUse(
            f"'{title}' gives no file name.", hint="Name the post in letters or digits of ASCII."
        )
    return found


def identifier(text: str) -> str:
    """``B.1a`` as the name ``b_1a``."""
    name = re.sub(r"\W+", "_", text.lower()).strip("_") or "artifact"
    return f"{name}_" if keyword.iskeyword(name) else f"_{name}" if name[0].isdigit() else name


def free(name: str, graph: Graph) -> str:
    """A name that no node has."""
    return name if name not in graph.nodes else f"{name}_figure"


def home(project: Project) -> str:
    """The folder that new modules go to: the first of the experiments."""
    first = project.root / project.experiments[0]
    return project.experiments[0] if not first.is_file() else "experiments"
