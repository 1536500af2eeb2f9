"""reportgen adopt"""

import os
from pathlib import Path

import click

from reportgen.messages import say, warn


@click.command("adopt", epilog="Example: reportgen adopt ../blog/_posts/2024-03-02-hello.md")
@click.argument("post", metavar="POST.md|FOLDER", type=click.Path(exists=True, path_type=Path))
def command(post: Path) -> int:
    """Make a source of a hand-written Jekyll post, or of all posts in a folder.

    Prose and front matter are kept; images become figures made from their files, "Figure 3" a
    reference. The old file stays as it is. What is left to fill in is listed.
    """
    from reportgen.engine.nodes import discover
    from reportgen.project import find_project
    from reportgen.scaffold.adopt import adopt

    project = find_project()
    done = adopt(project, discover(project), post)
    for adoption in done:
        for path in adoption.written:
            click.echo(os.path.relpath(project.root / path))
        for line in adoption.open:
            warn(f"{os.path.relpath(adoption.post)}: {line}")
    say("Look at it: reportgen serve --open")
    inside = [a.post for a in done if a.written and in_site(a.post, project.site_dir)]
    if inside:
        click.echo(
            "The blog still has the old file, and reportgen replaces none that is not its own: "
            f"before 'reportgen build', run: git rm {' '.join(map(os.path.relpath, inside[:3]))}"
            + (f" … ({len(inside)} in all)" if len(inside) > 3 else ""),
            err=True,
        )
    return 0


def in_site(post: Path, site: Path) -> bool:
    """Whether a post lies in the site."""
    return post.resolve().is_relative_to(site.resolve())
