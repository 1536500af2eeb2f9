"""The real Jekyll beside the preview."""

from collections.abc import Callable

import pytest

from tests.conftest import ProjectFolder
from tests.serve.conftest import POST, serving

CONFIG = 'title: Notes\nbaseurl: "{baseurl}"\npermalink: /:title/\n'
LAYOUT = """<!doctype html>
<html><head><title>{{ page.title }}</title></head>
<body><main>{{ content }}</main></body></html>
"""


@pytest.mark.parametrize("baseurl", ["", "/report"])
def test_jekyll_follows_every_change(copy: Callable[[], ProjectFolder], baseurl: str) -> None:
    project = copy()
    project.write(
        {
            "site/_config.yml": CONFIG.format(baseurl=baseurl),
            "site/_layouts/post.html": LAYOUT,
            "site/index.md": "---\nlayout: post\ntitle: Home\n---\nAll posts.\n",
        }
    )
    with serving(project, "--jekyll") as served:
        page = f"{baseurl}/notes/"
        served.until_page("First paragraph", path=page)
        assert "live.js" in served.page(page)
        assert f'src="{baseurl}/assets/figures/notes/b-2.png"' in served.page(page)
        assert served.get(f"{baseurl}/assets/figures/notes/b-2.png")[0] == 200
        assert "All posts." in served.page("/")
        served.edit(POST, ("First paragraph", "New paragraph"))
        served.until_page("New paragraph", path=page)
        served.edit("site/_layouts/post.html", ("<main>", "<main class=new>"))
        served.until_page("<main class=new>", path=page)
        served.edit("site/_layouts/post.html", ("{{ content }}", "{{ content }"))
        problem = served.until_problem("Jekyll failed")
        assert "post.html" in problem["message"]
        served.edit("site/_layouts/post.html", ("{{ content }", "{{ content }}"))
        served.until(lambda s: not s["problems"])
