"""All rules, by theme. Importing this fills the table."""

from reportgen.checks.rules import figures as figures
from reportgen.checks.rules import foreign as foreign
from reportgen.checks.rules import front as front
from reportgen.checks.rules import images as images
from reportgen.checks.rules import links as links
from reportgen.checks.rules import liquid as liquid
from reportgen.checks.rules import markdown as markdown
from reportgen.checks.rules import maths as maths
from reportgen.checks.rules import page as page
from reportgen.checks.rules import structure as structure
from reportgen.checks.rules.table import RULES as RULES
from reportgen.checks.rules.table import Rule as Rule
