"""Images: lost, foreign, screenshots, orphans, and their addresses under a base URL."""

import struct
import zlib
from collections.abc import Callable

import pytest

from tests.checks.conftest import HEAD, POST, BlogFolder, png

RulesOf = Callable[..., list[str]]


def rules(blog: BlogFolder, body: str, files: dict[str, bytes] | None = None) -> list[str]:
    """The rules broken by a post, its orphans aside."""
    blog.write(files or {"assets/a.png": png()})
    blog.post(body)
    found = blog.check(POST, ignore=["image-orphaned"])
    return sorted({finding.rule for finding in found})


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/assets/a.png", []),
        ("{{ site.baseurl }}/assets/a.png", []),
        ("{{ site.url }}{{ site.baseurl }}/assets/a.png", []),
        ("{{ '/assets/a.png' | relative_url }}", []),
        ('{{ "assets/a.png" | absolute_url }}', []),
        ("{{ '/assets/a.png' | prepend: site.baseurl }}", []),
        ("{{ page.folder }}/a.png", ["image-missing"]),
        ("{{ page.unknown }}/a.png", []),
        ("/assets/a.png?v=2#x", []),
        ("../../../assets/a.png", []),
        ("https://cdn.example.org/a.png", []),
        ("//cdn.example.org/a.png", []),
        ("data:image/png;base64,AAAA", []),
        ("/assets/A.png", ["image-missing"]),
        ("/assets/gone.png", ["image-missing"]),
        ("assets/a.png", ["image-missing"]),
        ("a.png", ["image-missing"]),
        ("/Users/me/Desktop/a.png", ["image-missing"]),
        ("file:///tmp/a.png", ["image-missing"]),
        (r"C:\Users\me\a.png", ["image-missing"]),
    ],
)
@pytest.mark.parametrize("written", ["![A net]({})\n", "<p><img src=\"{}\" alt='A net'></p>\n"])
def test_an_image_is_looked_for_where_the_page_will(
    blog: BlogFolder, written: str, address: str, expected: list[str]
) -> None:
    if '"' in address and "src=" in written:
        address = address.replace('"', "'")
    head = HEAD.replace("---\nlayout", "---\nfolder: /other\nlayout")
    blog.write({"assets/a.png": png()})
    blog.post(written.format(address), head)

    found = blog.check(POST, ignore=["image-orphaned"])
    assert sorted({f.rule for f in found}) == expected


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("/assets/A.png", "Only the case differs from 'assets/a.png'; the web server minds it."),
        (
            "assets/a.png",
            "Write the address from the root: '{{ '/assets/a.png' | relative_url }}'.",
        ),
        ("/images/a.png", "Did you mean 'assets/a.png'?"),
        ("/assets/b.png", "Add the file, or take the image out."),
    ],
)
def test_the_hint_says_what_to_write(blog: BlogFolder, address: str, hint: str) -> None:
    blog.write({"assets/a.png": png()})
    blog.post(f"![A net]({address})\n")

    (finding,) = blog.check(rules=["image-missing"])
    assert finding.hint == hint


@pytest.mark.parametrize(
    ("permalink", "lost"),
    [("/:title", False), ("/:title/", True), ("pretty", True), ("/blog/:title.html", True)],
)
def test_a_relative_address_starts_at_the_page_and_not_at_the_file(
    blog: BlogFolder, permalink: str, lost: bool
) -> None:
    blog.write({"_config.yml": f"permalink: {permalink}\n"})

    assert rules(blog, "![A net](assets/a.png)\n") == ["image-missing"] * lost


def test_every_entry_of_a_srcset_and_a_poster_are_images(blog: BlogFolder) -> None:
    body = (
        '<picture><source srcset="/assets/a.png 1x, data:image/png;base64,AA 3x, '
        '{{ site.baseurl }}/assets/b.png 2x">\n'
        '<img src="/assets/a.png" alt="A net"></picture>\n<video poster="/assets/c.png"></video>\n'
    )
    blog.write({"assets/a.png": png()})
    blog.post(body)

    found = [(f.line, f.message) for f in blog.check()]
    assert found == [
        (6, "There is no image 'assets/b.png'."),
        (8, "There is no image 'assets/c.png'."),
    ]


def test_images_of_includes_and_of_the_head_are_looked_for(blog: BlogFolder) -> None:
    blog.write({"_includes/f.html": "<img>"})
    head = HEAD.replace("---\nlayout", "---\nimage: /assets/gone.png\nlayout")
    blog.post("{% include f.html path='assets/lost.png' %}\n", head)

    messages = [finding.message for finding in blog.check()]
    assert messages == [
        "There is no image 'assets/gone.png'.",
        "There is no image 'assets/lost.png'.",
    ]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/assets/a.png", ["baseurl-missing"]),
        ("/notes/assets/a.png", []),
        ("{{ site.baseurl }}/assets/a.png", []),
        ("{{ '/assets/a.png' | relative_url }}", []),
        ("https://me.github.io/notes/assets/a.png", []),
        ("https://me.github.io/assets/a.png", []),
        ("../../../assets/a.png", []),
    ],
)
def test_an_address_needs_the_base_url(blog: BlogFolder, address: str, expected: list[str]) -> None:
    blog.write({"_config.yml": "baseurl: /notes\nurl: https://me.github.io\n"})

    assert rules(blog, f"![A net]({address})\n") == expected


def test_chirpy_adds_the_base_url_itself(blog: BlogFolder) -> None:
    blog.write({"_config.yml": "baseurl: /notes\ntheme: jekyll-theme-chirpy\n"})

    assert rules(blog, "![A net](/assets/a.png)\n") == []
    assert rules(blog, "![A net]({{ site.baseurl }}/assets/a.png)\n") == ["baseurl-doubled"]
    assert rules(blog, "[A file](/assets/a.png)\n") == ["baseurl-missing"]


def test_chirpys_prefix_for_images_is_read_from_the_head(blog: BlogFolder) -> None:
    blog.write({"_config.yml": "theme: jekyll-theme-chirpy\n", "img/x/a.png": png()})
    blog.post(
        "![A net](a.png)\n", HEAD.replace("---\nlayout", "---\nmedia_subpath: /img/x\nlayout")
    )

    assert blog.found() == []


@pytest.mark.parametrize(("include", "expected"), [("", ["image-hidden"]), ("_pics", [])])
def test_a_hidden_folder_counts_unless_it_is_included(
    blog: BlogFolder, include: str, expected: list[str]
) -> None:
    blog.write({"_config.yml": f"include: ['{include}']\n"})

    assert rules(blog, "![A net](/_pics/a.png)\n", {"_pics/a.png": png()}) == expected


def xmp(comment: str) -> bytes:
    """A PNG with an XMP packet, as macOS writes it."""
    packet = f"<exif:UserComment>{comment}</exif:UserComment>".encode()
    data = b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(packet)
    chunk = (
        struct.pack(">I", len(data))
        + b"iTXt"
        + data
        + struct.pack(">I", zlib.crc32(b"iTXt" + data))
    )
    plain = png()
    return plain[:33] + chunk + plain[33:]


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("Screenshot 2024-11-19 at 10.12.33.png", png(), True),
        ("Screen_Shot_2019.jpg", b"", True),
        ("Bildschirmfoto-2024.png", png(), True),
        ("CleanShot@2x.png", png(), True),
        ("loss.png", png({"Software": "gnome-screenshot"}), True),
        ("loss.png", png({"software": "Flameshot"}), True),
        ("loss.png", xmp("Screenshot"), True),
        ("loss.png", xmp("Holiday"), False),
        ("loss.png", png({"Software": "Matplotlib version3.9"}), False),
        ("loss.png", png({"Description": "A spectacle of light"}), False),
        ("loss.png", b"not a png", False),
        ("loss.png", png()[:40], False),
        ("screen.png", png(), False),
    ],
)
def test_a_screenshot_is_told_by_its_name_or_its_metadata(
    blog: BlogFolder, name: str, content: bytes, found: bool
) -> None:
    url = "/assets/" + name.replace(" ", "%20")

    assert (
        rules(blog, f"![The loss]({url})\n", {f"assets/{name}": content})
        == ["image-screenshot"] * found
    )


def test_a_screenshot_that_says_so_is_meant(blog: BlogFolder) -> None:
    files = {"assets/screenshot.png": png()}

    assert rules(blog, "![Screenshot of the settings](/assets/screenshot.png)\n", files) == []


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/assets/face-morphing/points.png", True),
        ("/assets/face_morphing/points.png", True),
        ("/assets/faces/points.png", False),
        ("/assets/diffusion/face.png", False),
        ("/assets/mosaic-stitching/a.png", True),
        ("/assets/diffusion-models/a.png", False),
        ("/assets/stock-photos/a.png", False),
        ("/assets/proj3/a.png", True),
        ("/assets/project-5/a.png", False),
        ("https://raw.githubusercontent.com/other/mosaics/main/a.png", True),
        ("https://github.com/other/mosaics/raw/main/a.png", True),
        ("https://raw.githubusercontent.com/me/notes/main/a.png", False),
        ("https://me.github.io/a.png", False),
        ("https://you.github.io/a.png", True),
        ("https://upload.wikimedia.org/a.png", False),
    ],
)
def test_an_image_of_another_project_is_found(blog: BlogFolder, address: str, found: bool) -> None:
    blog.write(
        {
            "_config.yml": "url: https://me.github.io\n",
            ".git/config": '[remote "origin"]\n\turl = git@github.com:me/notes.git\n',
            "_posts/2024-10-01-face-morphing.md": HEAD + "Morphs.\n",
            "_posts/2024-11-19-diffusion.md": HEAD.replace("A post", "Project 5: diffusion models")
            + f"![Some noise]({address})\n",
        }
    )

    assert ("image-foreign" in {f.rule for f in blog.check()}) == found


def test_the_odd_one_out_of_a_series_is_foreign(blog: BlogFolder) -> None:
    names = ("proj5/a", "proj5/b", "proj3/c")
    body = "".join(f"![Noise {name}](/assets/{name}.png)\n" for name in names)

    found = rules(blog, body, {f"assets/{name}.png": png() for name in names})
    assert found == ["image-foreign"]


def orphans(blog: BlogFolder, *names: str) -> list[str]:
    found = blog.check(*names, rules=["image-orphaned"])
    return [finding.path.name for finding in found]


def test_an_orphan_is_an_asset_that_no_file_names(blog: BlogFolder) -> None:
    shown = ("post", "page", "style", "data", "with space", "responsive")
    files = {f"assets/img/{name}.png": png() for name in (*shown, "lost", "favicon-32")}
    blog.write(files)
    blog.write(
        {
            "about.md": "---\n---\n![A page](/assets/img/page.png)\n",
            "assets/style.css": "body { background: url(img/style.png) }\n",
            "_data/team.yml": "photo: data.png\n",
            "assets/img/responsive-480.png": png(),
            "pictures-elsewhere/x.png": png(),
        }
    )
    blog.post("![One](/assets/img/post.png) ![Two](/assets/img/with%20space.png)\n"
              "{% include f.html path='assets/img/responsive.png' %}\n")  # fmt: skip

    assert orphans(blog) == ["lost.png"]


def test_one_post_alone_answers_for_its_own_folders_only(blog: BlogFolder) -> None:
    blog.write({f"assets/{n}.png": png() for n in ("x/a", "x/lost", "y/lost", "example/lost")})
    blog.post("![One](/assets/x/a.png)\n")
    blog.write({"_posts/2024-01-01-other.md": HEAD + "Text.\n"})

    assert orphans(blog, POST) == ["lost.png", "lost.png"]
    assert len(orphans(blog)) == 3


def test_a_blog_that_lists_its_files_by_itself_has_no_orphans(blog: BlogFolder) -> None:
    blog.write(
        {"assets/a.png": png(), "index.html": "{% for f in site.static_files %}{% endfor %}"}
    )
    blog.post("Text.\n")

    assert orphans(blog) == []
