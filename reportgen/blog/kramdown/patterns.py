"""The patterns of kramdown 2.4 with its GFM parser 1.1, the Markdown of GitHub Pages.

They follow that parser's own grammar, because a check must know what the real one will do, not
what CommonMark would. Patterns are anchored by ``match(string, position)``.
"""

import re

from reportgen.blog.words import words

OPT = r" {0,3}"
NAME = r"(?:[^\W\d]|_)[-\w.]*(?::(?:[^\W\d]|_)[-\w.]*)?"
ATTRIBUTES = rf"(?:\s+{NAME}(?:\s*=\s*(?:\w+|\"[^\"]*\"|'[^']*'))?)*+"

SPAN_ELEMENTS = words(
    "a abbr acronym b big bdo br button cite code del dfn em i img input ins kbd label mark option "
    "q rb rbc rp rt rtc ruby samp select small span strong sub sup tt u var"
)
VOID_ELEMENTS = words(
    "area base br col command embed hr img input keygen link meta param source track wbr"
)
BLOCK_ELEMENTS = words(
    "address article aside applet body blockquote caption col colgroup dd div dl dt fieldset "
    "figcaption footer form h1 h2 h3 h4 h5 h6 header hgroup hr html head iframe legend menu li "
    "main map nav ol optgroup p pre section summary table tbody td th thead tfoot tr ul"
)
SPAN_CONTENT = words(
    "a abbr acronym b bdo big button cite caption del dfn dt em h1 h2 h3 h4 h5 h6 i ins label "
    "legend optgroup p q rb rbc rp rt rtc ruby select small span strong sub sup th tt"
)
PARSED_ELEMENTS = SPAN_CONTENT | words(
    "address applet article aside blockquote body dd details div dl fieldset figure figcaption "
    "footer form header hgroup iframe li main map menu nav noscript object section summary td"
)
NOT_SPAN = rf"(?!(?:{'|'.join(sorted({*SPAN_ELEMENTS, 'script'}))})\b)"

NOT_SPAN_TAG = re.compile(rf"{OPT}<(?={NOT_SPAN}{NAME})")
INSTRUCTION = re.compile(r"<\?.*?\?>", re.DOTALL)
TRAILING = re.compile(r"[ \t]*\n")
BLANK = re.compile(r"(?:[ \t\r\f\v]*\n)+")
TAG = re.compile(rf"<({NAME})\s*({ATTRIBUTES})\s*(/)?>", re.DOTALL)
CLOSING_TAG = re.compile(rf"</({NAME})\s*>")
COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
HTML_START = re.compile(rf"{OPT}<(?={NAME}|!--|/)")
RAW_START = re.compile(rf"<(?={NAME}|/|!--|\?)")

IAL = re.compile(rf"{OPT}\{{:(?!:|/)((?:\\\}}|[^\}}])+)\}}\s*?\n")
EXTENSION = re.compile(rf"{OPT}\{{:(?::(\w+)(?:\s[^}}]*?)?(/)?|/\w*)\}}\s*?\n")
ALD = re.compile(rf"{OPT}\{{:\w[\w-]*:(?:\\\}}|[^\}}])+\}}\s*?\n")
END_OF_BLOCK = re.compile(r"\^\s*?\n")
LAZY_END = re.compile(
    rf"[ \t]*\n|{IAL.pattern}|\^\s*?\n|{OPT}</{NOT_SPAN}{NAME}\s*>|{OPT}<{NOT_SPAN}{NAME}|\Z"
)
BOUNDARY = re.compile(rf"\s*?\n|\^\s*?\n|{IAL.pattern}|\Z")

INDENTED = re.compile(r"(?:\t| {4})")
INDENTED_CODE = re.compile(
    rf"(?:(?:[ \t]*\n)*+(?:(?:\t| {{4}})[ \t]*\S.*\n)+(?:(?!{LAZY_END.pattern}).+\n)*)*"
)
FENCE_START = re.compile(r" {0,3}(?:~|`){3,}")
FENCE = re.compile(
    r" {0,3}((?P<mark>[~`])(?P=mark){2,})[ \t]*(\S*)[ \t]*\n"
    r"((?:.*\n)*?) {0,3}\1(?P=mark)*[ \t]*\n"
)
QUOTE = re.compile(rf"{OPT}> ?")
HEADING = re.compile(r"(#{1,6})[\t ]+(.*)\n")
HEADING_ID = re.compile(r"[\t ]\{#([^\W\d][-\w.:]*)\}\Z")
SETEXT = re.compile(rf"{OPT}([^ \t].*)\n([-=])[-=]*[ \t\r\f\v]*\n")
RULE = re.compile(rf"{OPT}(\*|-|_)[ \t]*\1[ \t]*\1(?:\1|[ \t])*\n")
BULLET = re.compile(rf"({OPT}[+*-])([\t| ].*\n)")
NUMBER = re.compile(rf"({OPT}\d+\.)([\t| ].*\n)")
DEFINITION = re.compile(rf"({OPT}:)([\t| ].*\n)")
LIST = re.compile(rf"{OPT}(?:[+*-]|\d+\.)[\t| ].*\n")
ITEM_IAL = re.compile(r"\s*\{:(?!:|/)((?:\\\}|[^\}])+)\}\s*")
FOOTNOTE = re.compile(rf"{OPT}\[\^(\w[\w-]*)\]:[ \t]*(.*\n)")
LINK_DEFINITION = re.compile(
    rf"{OPT}\[([^\n\]]+)\]:[ \t]*(?:<(.*?)>|(\S+))"
    r"(?:(?:[ \t]*\n|[ \t]+)[ \t]*([\"'])(.+?)\4)?[ \t]*\n"
)
ABBREVIATION = re.compile(rf"{OPT}\*\[(.+?)\]:.*\n")
BLOCK_MATHS = re.compile(rf"{OPT}(\\)?\$\$(.*?)\$\$(\s*?\n)?", re.DOTALL)
LINE = re.compile(r".*\n")
PIPE = re.compile(r"\||.*?[^\\\n]\|")
TABLE_LINE = re.compile(r"(?:\||.*?[^\\\n]\|).*\n")
TABLE_START = re.compile(rf"{OPT}(?=\S)(?:\||.*?[^\\\n]\|).*\n")
TABLE_RULE = re.compile(r"[+|: \t-]*-[+|: \t-]*\n")
ENDS = "|".join(p.pattern for p in (LAZY_END, LIST, HEADING, DEFINITION, QUOTE, FENCE_START))
PARAGRAPH_END = re.compile(rf"\n(?=[\s{{^<+*\-\d#:>~`]|\Z)(?={ENDS})")

ESCAPE = re.compile(r"\\([\\.*_+`<>()\[\]{}#!:|\"'$=\-~])")
ENTITY = re.compile(r"&(?:[A-Za-z][\w:.-]*|#\d+|#x[0-9a-fA-F]+);")
AUTOLINK = re.compile(r"<((?:mailto|https?|ftps?):[^\n>]+|[-\w.]+@[-\w.]+)>")
STRIKE = re.compile(r"~~(?!\s|~).*?[^\s~]~~", re.DOTALL)
TYPOGRAPHY = re.compile(r"---?|\.\.\.|\\?<<|\\?>>")
FOOTNOTE_MARK = re.compile(r"\[\^(\w[\w-]*)\]")
SPAN_IAL = re.compile(r"\{:((?:\\\}|[^\}])+)\}")
LINE_BREAK = re.compile(r"(?:  |\\\\)(?=\n)")
SPAN_MATHS = re.compile(r"\$\$(.*?)\$\$", re.DOTALL)
QUOTE_MARK = re.compile(r"[\"']")
