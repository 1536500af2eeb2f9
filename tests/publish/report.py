"""A small report with a Jekyll site of its own."""

REPORT = """
from reportgen import Curve, artifact, figure


@artifact
def series(*, steps=5):
    return {"x": [float(i * i) for i in range(steps)], "last": float((steps - 1) ** 2)}


@figure("A.1", caption="Squares of {series.steps} numbers.")
def squares(series):
    return Curve({"x": series["x"]}, x="number", y="square")
"""
POST = """
---
title: Squares
date: 2024-11-19 10:00:00 +0000
---

The last square in <%= ref("A.1") %> is <%= series.last %>.

<%= figure("A.1") %>
"""
SITE = {
    "site/_config.yml": 'title: Notes\nbaseurl: "/notes"\nurl: "https://ada.github.io"\n',
    "site/_layouts/default.html": """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>{{ page.title }}</title></head>
        <body>{{ content }}</body></html>
        """,
    "site/_layouts/post.html": """
        ---
        layout: default
        ---
        <h1>{{ page.title }}</h1>
        {{ content }}
        """,
    "site/index.html": """
        ---
        layout: default
        title: Notes
        ---
        {% for post in site.posts %}<a href="{{ site.baseurl }}{{ post.url }}">{{ post.title }}</a>
        {% endfor %}
        """,
    ".gitignore": ".reportgen/\n/site/_posts/\n/site/_preview/\n/site/assets/figures/\n",
}

FILES = {
    "experiments/report.py": REPORT,
    "templates/posts/2024-11-19-squares.md": POST,
    **SITE,
}
