"""Checks of posts and of built sites.

``check_paths`` holds a table of small rules against generated posts and against any hand-written
Jekyll post; ``check_site`` follows every address in a built site. Nothing here needs a project,
Ruby or a browser: ``kramdown`` is a scanner that knows what the parser of GitHub Pages will do.
"""

from reportgen.checks.built import check_site as check_site
from reportgen.checks.finding import Finding as Finding
from reportgen.checks.rules import RULES as RULES
from reportgen.checks.runner import check_paths as check_paths
from reportgen.checks.templates import check_templates as check_templates
