"""Posts: Markdown templates become pages whose figures, numbers and captions come from the run.

A source is read (``source``), its template run (``environment``, ``functions``, ``claims``), what
it shows numbered (``draft``), and all of it settled (``body``) into Markdown that kramdown, the
parser of GitHub Pages, reads as its author meant it (``scan``, ``kramdown``, ``liquid``,
``maths``), and into the same page in HTML (``html``).
"""

from reportgen.posts.faults import check_posts as check_posts
from reportgen.posts.post import Asset as Asset
from reportgen.posts.post import Heading as Heading
from reportgen.posts.post import Post as Post
from reportgen.posts.render import render_posts as render_posts
from reportgen.posts.source import post_files as post_files
from reportgen.posts.uses import Uses as Uses
from reportgen.posts.uses import figures_of as figures_of
