"""The patterns of kramdown 2.4 with its GFM parser 1.1, the Markdown of GitHub Pages.

They follow that parser's own grammar, not CommonMark's. Each is tried at the cursor, as Ruby's
scanner does. Ruby's blank is ASCII only, hence ``S``; so are its digits and most word characters.
"""

import re

from reportgen.blog.words import words

S = r"[ \t\r\n\f\v]"
NS = r"[^ \t\r\n\f\v]"
W = r"[A-Za-z0-9_]"
OPT = r" {0,3}"
NAME = r"(?:(?:[^\W\d]|_)[-\w.]*:)?(?:[^\W\d]|_)[-\w.]*"
ID = rf"{W}[A-Za-z0-9_-]*"
ANY = r"(?:\\\}|[^\}]){1,2000}"
"""What an attribute list may hold; nobody writes more, and open braces must not cost n² steps."""

SPAN_ELEMENTS = words(
    "a abbr acronym b big bdo br button cite code del dfn em i img input ins kbd label mark option "
    "q rb rbc rp rt rtc ruby samp select small span strong sub sup tt u var"
)
BLOCK_ELEMENTS = words(
    "address article aside applet body blockquote caption col colgroup dd div dl dt fieldset "
    "figcaption footer form h1 h2 h3 h4 h5 h6 header hgroup hr html head iframe legend menu li "
    "main map nav ol optgroup p pre section summary table tbody td th thead tfoot tr ul"
)
VOID_ELEMENTS = words(
    "area base br col command embed hr img input keygen link meta param source track wbr"
)
BLOCK_CONTENT = words(
    "address applet article aside blockquote body dd details div dl fieldset figure figcaption "
    "footer form header hgroup iframe li main map menu nav noscript object section summary td"
)
SPAN_CONTENT = words(
    "a abbr acronym b bdo big button cite caption del dfn dt em h1 h2 h3 h4 h5 h6 i ins label "
    "legend optgroup p q rb rbc rp rt rtc ruby select small span strong sub sup th tt"
)
RAW_CONTENT = words("script style math option textarea pre code kbd samp var")
ELEMENTS = (
    SPAN_ELEMENTS | BLOCK_ELEMENTS | VOID_ELEMENTS | BLOCK_CONTENT | SPAN_CONTENT | RAW_CONTENT
)
"""The names that are HTML's, whatever their case; of other names the case counts."""

NOT_SPAN = rf"(?!(?:{'|'.join(sorted({*SPAN_ELEMENTS, 'script'}))})\b)"

# Blocks

LINE = re.compile(r".*\n")
BLANK = re.compile(r"(?:[ \t\r\f\v]*\n)+")
TRAILING = re.compile(r"[ \t]*\n")
IAL_TEXT = rf"\{{:(?!:|/)({ANY})\}}{S}*?\n"
IAL = re.compile(OPT + IAL_TEXT)
END_OF_BLOCK = re.compile(rf"\^{S}*?\n")
HTML_STOP = rf"</{NOT_SPAN}{NAME}{S}*>"
HTML_BEGIN = rf"<{NOT_SPAN}{NAME}"
NOT_LAZY = rf"{IAL.pattern}|{END_OF_BLOCK.pattern}|{OPT}{HTML_STOP}|{OPT}{HTML_BEGIN}"
LAZY_END = re.compile(rf"[ \t\r\f\v]*\n|{NOT_LAZY}|\Z")
BOUNDARY = re.compile(rf"[ \t\r\f\v]*\n|{END_OF_BLOCK.pattern}|{IAL.pattern}|\Z")
INDENT = re.compile(r"\t| {4}")
CODE = re.compile(
    rf"(?:(?:[ \t\r\f\v]*\n)*(?:(?:\t| {{4}})[ \t]*{NS}.*\n)+"
    rf"(?:(?!{NOT_LAZY})[ \t]*{NS}.*\n)*)*"
)
FENCE = re.compile(
    rf" {{0,3}}((?P<mark>[~`]){{3,}}){S}*?(({NS}+?)(?:\?{NS}*)?)?{S}*?\n"
    rf"(.*?)^ {{0,3}}\1(?P=mark)*{S}*?\n",
    re.DOTALL | re.MULTILINE,
)
FENCE_START = re.compile(r" {0,3}[~`]{3,}")
FENCE_STOP = re.compile(r"^ {0,3}[~`]{3,}[ \t\r\f\v]*$", re.MULTILINE)
QUOTE = re.compile(rf"{OPT}> ?")
HEADING = re.compile(r"(#{1,6})[\t ]+(.*)\n")
HEADING_ID = re.compile(r"[\t ]\{#([^\W\d][-\w.:·]*|:[-\w.:·]*)\}\Z")
SETEXT = re.compile(rf"{OPT}([^ \t].*)\n([-=])[-=]*[ \t\r\f\v]*\n")
RULE = re.compile(rf"{OPT}(\*|-|_)[ \t]*\1[ \t]*\1(?:\1|[ \t])*\n")
BULLET = re.compile(rf"({OPT}[+*-])([\t| ].*?\n)")
NUMBER = re.compile(rf"({OPT}[0-9]+\.)([\t| ].*?\n)")
DEFINITION = re.compile(rf"({OPT}:)([\t| ].*?\n)")
LIST = re.compile(rf"{OPT}(?:[+*-]|[0-9]+\.)[\t| ].*?\n")
ITEM_IAL = re.compile(rf"{S}*\{{:(?!(?:{ID})?:|/)({ANY})\}}{S}*")
ITEM_IAL_ONLY = re.compile(rf"(?:{ITEM_IAL.pattern})?{S}*\n")
PARAGRAPH = re.compile(rf"{OPT}[^ \t].*?\n")
PARAGRAPH_END = re.compile(
    rf"{LAZY_END.pattern}|{LIST.pattern}|#{{1,6}}[\t ]+.*\n|{DEFINITION.pattern}|{QUOTE.pattern}"
    rf"|{FENCE_START.pattern}"
)
ORDINARY = re.compile(r"[^\s{^<+*\-\d#:>~`]")
"""A character with which a line begins that cannot end a paragraph."""
FOOTNOTE = re.compile(rf"{OPT}\[\^({ID})\]:{S}*?(.*?\n)")
LINK_DEFINITION = re.compile(
    rf"{OPT}\[([^\n\]]+)\]:[ \t]*(?:<(.*?)>|([^\n]*?{NS}[^\n]*?))"
    r"(?:(?:[ \t]*?\n|[ \t]+?)[ \t]*?([\"'])(.+?)\4)?[ \t]*?\n"
)
ABBREVIATION = re.compile(rf"{OPT}\*\[(.+?)\]:(.*?)\n")
BLOCK_MATHS = re.compile(rf"{OPT}(\\)?\$\$(.*?)\$\$({S}*?\n)?", re.DOTALL)
LABEL = r"(?:[ \t]*\{#(eq-[\w-]+)\})?"
DISPLAY = re.compile(rf"\$\$((?:\\.|[^$\\]|\$(?!\$))+?)\$\${LABEL}", re.DOTALL)
DOLLAR = re.compile(r"\$(?![\s$])((?:\\.|[^$\\])+?)(?<!\s)\$(?![\d$])", re.DOTALL)
LABELLED = re.compile(rf"{OPT}(?:{DISPLAY.pattern})", re.DOTALL)
EMPTY_LINE = re.compile(r"\n[ \t]*\n")
PIPE = re.compile(r"\||.*?[^\\\n]\|")
TABLE_LINE = re.compile(rf"(?:{PIPE.pattern}).*?\n")
TABLE_START = re.compile(rf"{OPT}(?={NS})(?:{PIPE.pattern}).*?\n")
TABLE_LEADING = re.compile(r"[ \t\r\n\f\v]*\|")
TABLE_RULE = re.compile(r"([+|: \t-]*?-[+|: \t-]*?)[ \t]*\n")
TABLE_ALIGN = re.compile(r"[ \t]?(:?)-+(:?)[ \t]?")
TABLE_FOOT = re.compile(r"[+|: \t=]*?=[+|: \t=]*?[ \t]*\n")
TABLE_ROW = re.compile(r"(.*?)[ \t]*\n")

# Attribute lists and extensions

ATTRIBUTE = re.compile(
    rf"(?:\A|(?<={S}))(?:(?P<key>{ID})=(?P<quote>[\"'])(?P<value>(?:\\\}}|\\(?P=quote)|[^\}}])*?)"
    rf"(?P=quote)|(?P<ref>{ID})"
    rf"|(?P<named>(?:#[A-Za-z][A-Za-z0-9_:-]*|\.[^ \t\r\n\f\v.#]+)+))(?={S}|\Z)"
)
NAMED = re.compile(r"#([A-Za-z][A-Za-z0-9_:-]*)|\.([^ \t\r\n\f\v.#]+)")
ALD = re.compile(rf"{OPT}\{{:({ID}):({ANY})\}}{S}*?\n")
EXTENSION = rf"\{{::({W}+)(?:{S}((?:{ANY}?)?)|)(/)?\}}|\{{:/({ID})?\}}"
BLOCK_EXTENSION = re.compile(rf"{OPT}(?:{EXTENSION}){S}*?\n")
SPAN_EXTENSION = re.compile(EXTENSION)
SPAN_IAL = re.compile(rf"\{{:({ANY})\}}")

# HTML

COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
INSTRUCTION = re.compile(r"<\?(.*?)\?>", re.DOTALL)
TAG = re.compile(
    rf"<((?>{NAME})){S}*((?>{S}+{NAME}(?:{S}*={S}*(?:\w+|\"[^\"]*\"|'[^']*'))?)*){S}*(/)?>"
)
HTML_ATTRIBUTE = re.compile(rf"{S}*({NAME})(?:{S}*={S}*(?:(\w+)|\"([^\"]*)\"|'([^']*)'))?")
CLOSING_TAG = re.compile(rf"</({NAME}){S}*>")
HTML_START = re.compile(rf"{OPT}<(?:{NAME}|!--|/)")
RAW_START = re.compile(rf"<(?:{NAME}|/|!--|\?)")
REFERENCE = re.compile(r"&(?:[A-Za-z0-9_:][-A-Za-z0-9_.:]*|#[0-9]+|#x[0-9a-fA-F]+);")

# Spans

ENTITY = re.compile(r"&(?:([A-Za-z0-9_:][-A-Za-z0-9_.:]*)|#([0-9]+)|#x([0-9a-fA-F]+));")
AUTOLINK = re.compile(r"<((mailto|https?|ftps?):.+?|[-\w.]+?@[-\w.]+?)>")
STRIKE = re.compile(rf"~~(?!{S}|~).*?[^ \t\r\n\f\v~]~~", re.DOTALL)
TYPOGRAPHY = re.compile(r"---|--|\.\.\.|\\<<|\\>>|<< | >>|<<|>>")
FOOTNOTE_MARK = re.compile(rf"\[\^({ID})\]")
LINE_BREAK = re.compile(r"(?:  |\\\\)(?=\n)")
MATHS = re.compile(r"\$\$(.*?)\$\$", re.DOTALL)
ESCAPE = re.compile(r"\\([\\.*_+`<>()\[\]{}#!:|\"'$=\-~])")
ALT_ESCAPE = re.compile(r"\\([\\.*_+`<>()\[\]{}#!:|\"'$=-])")
TICKS = re.compile("`+")
BRACKET = re.compile(r"\]|!?\[")
PARENTHESIS = re.compile(rf"(\()|(\))|{S}(?=['\"])")
LINK_ID = re.compile(rf"{S}*?\[([^\]]+)?\]")
LINK_TITLE = re.compile(rf"{S}*?([\"'])(.+?)\1{S}*?\)", re.DOTALL)
ANGLED = re.compile(r"\(<(.*?)>")
