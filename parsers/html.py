"""HTML bodies: the text that a person would see in them, and a version that is safe to look at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

import nh3
from selectolax.lexbor import LexborHTMLParser

from parsers.quotation.attribution import confidence
from parsers.quotation.scan import THRESHOLD

_UNSEEN = "script style head title template noscript xmp iframe noembed noframes object svg math".split()
_TOKEN = re.compile(r"<!--.*?-->|<![^>]*>|<(/?)([A-Za-z][^\s/>]*)([^>]*)>|[^<]+|<", re.DOTALL)
_ATTRIBUTE = re.compile(r'([^\s"=/]+)(?:="([^"]*)")?')
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|(?:font-size|max-height)\s*:\s*0(?:px|pt|em|"
    r"%)?\s*(?:;|!|$)|"
    r"opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)",
    re.IGNORECASE,
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_PARAGRAPH = frozenset("p h1 h2 h3 h4 h5 h6 ul ol dl blockquote table pre".split())
_BLOCK = _PARAGRAPH | frozenset(
    "div li dt dd tr section article header footer nav aside main form fieldset address center figure "
    "figcaption hr body caption".split()
)
_BLANKS = re.compile(r"[ \t\r\n\f]+")

_REST_IS_QUOTED = re.compile(
    r'\bid="(?:[^"]*_)?(?:divRplyFwdMsg|appendonsend|replySplit|ms-outlook-mobile-body-separator-line)"|'
    r'\bclass="[^"]*\bOutlookMessageHeader\b',
    re.IGNORECASE,
)
"""Separators by which clients mark that everything below is quoted."""

_CITED = re.compile(
    r'type="cite"|'
    r'class="[^"]*\b(?:gmail_quote_container|moz-cite|cite|yahoo_quoted|protonmail_quote|tutanota_quote|'
    r"history-quote-wrapper|zmail_extra|ntes_mail_quote|mail-quote)\b|"
    r'id="[^"]*\b(?:reply139content|origbody|isReplyContent|isForwardContent|OLK_SRC_BODY_SECTION|'
    r"mail-editor-reference-message-container|mailcontent-quote)\b|"
    r"border-left(?:-width)?\s*:\s*(?!0|none|medium)",
    re.IGNORECASE,
)
"""Containers in which clients put what they quote."""


def safe_html(html: str) -> str:
    """The body for viewing: no scripts, forms or styles, and no remote content that would tell the sender of it."""
    tags = nh3.ALLOWED_TAGS - {"img"}
    return nh3.clean(html, tags=tags, url_schemes={"http", "https", "mailto"}, link_rel="noopener noreferrer nofollow")


def rendered(html: str) -> str:
    """The text of an HTML body in paragraphs, lists and rows; hidden text is dropped, links keep their address.

    What the client marked as quoted begins with `> `, as in a plain mail.
    """
    tree = LexborHTMLParser(html)
    tree.strip_tags(_UNSEEN)
    page = _Page()
    for close, tag, attributes, text in _tokens(tree.html or ""):
        if text is not None:
            page.write(text)
        elif close:
            page.leave(tag)
        else:
            page.enter(tag, attributes)
    return page.finished()


def _tokens(markup: str) -> list[tuple[bool, str, str, str | None]]:
    """The well-formed markup that the parser wrote, as tags and texts. It escapes `<` and `>` everywhere else."""
    found: list[tuple[bool, str, str, str | None]] = []
    for match in _TOKEN.finditer(markup):
        tag = match[2]
        if tag is not None:
            found.append((bool(match[1]), tag, match[3], None))
        elif not match[0].startswith("<!"):
            found.append((False, "", "", match[0]))
    return found


@dataclass(slots=True)
class _Page:
    """The text written so far, line by line, and where in the tree the writing stands."""

    lines: list[str] = field(default_factory=list)
    current: list[str] = field(default_factory=list)
    open: list[tuple[str, bool, bool]] = field(default_factory=list)
    hidden: int = 0
    quotes: int = 0
    pre: int = 0
    links: list[tuple[str, int]] = field(default_factory=list)
    lists: list[int] = field(default_factory=list)
    cells: int = 0
    margin: str = ""

    def enter(self, tag: str, attributes: str) -> None:
        if tag == "br":
            if not self.hidden:
                self.break_line()
            return
        hides = bool(attributes) and ("hidden" in attributes or "style" in attributes) and _hides(attributes)
        if tag in _BLOCK:
            self.block(tag)
        if attributes and not self.hidden and _REST_IS_QUOTED.search(attributes):
            self.open_quote()
            self.quotes += 1
        if tag in _VOID:
            return
        cites = tag in ("blockquote", "div", "table") and self.cites(tag, attributes)
        self.open.append((tag, hides, cites))
        self.hidden += hides
        if cites:
            self.open_quote()
        self.quotes += cites
        self.start(tag, attributes)

    def open_quote(self) -> None:
        """Begins an outermost quotation with an empty marked line: one marked line alone is a person's arrow."""
        self.end_line()
        if not self.quotes and not self.hidden:
            self.lines.append(">")

    def cites(self, tag: str, attributes: str) -> bool:
        """Whether this element holds a quotation: it says so, or it is indented right below an attribution."""
        if not attributes:
            return tag == "blockquote"
        if _CITED.search(attributes):
            return tag == "blockquote" or "border-left" not in attributes
        above = next((line for line in reversed(self.lines[-3:]) if line.strip("> ")), "")
        return tag == "blockquote" and confidence(above.strip(), before_quote=True) >= THRESHOLD

    def start(self, tag: str, attributes: str) -> None:
        if tag == "pre":
            self.pre += 1
        elif tag in ("ul", "ol"):
            self.lists.append(0 if tag == "ol" else -1)
        elif tag == "li" and not self.hidden:
            self.bullet()
        elif tag in ("td", "th") and not self.hidden:
            if self.cells and self.current and not self.current[-1].isspace():
                self.current.append("\t")
            self.cells += 1
        elif tag == "tr":
            self.cells = 0
        elif tag == "a":
            self.links.append((_attribute(attributes, "href"), len(self.current)))

    def leave(self, tag: str) -> None:
        while self.open:
            name, hides, cites = self.open.pop()
            if name == "a":
                self.link()
            if name in _BLOCK:
                self.block(name)
            self.hidden -= hides
            self.quotes -= cites
            if name == "pre":
                self.pre -= 1
            elif name in ("ul", "ol") and self.lists:
                self.lists.pop()
            if name == tag:
                return

    def write(self, raw: str) -> None:
        if self.hidden:
            return
        text = unescape(raw) if "&" in raw else raw
        if self.pre:
            first, *rest = text.split("\n")
            self.current.append(first)
            for line in rest:
                self.break_line()
                self.current.append(line)
            return
        text = _BLANKS.sub(" ", text)
        if text[:1] == " " and (not self.current or self.current[-1][-1:] in (" ", "\t")):
            text = text[1:]
        if text:
            self.current.append(text)

    def block(self, tag: str) -> None:
        if self.hidden:
            return
        self.end_line()
        if tag in _PARAGRAPH and self.lines and self.lines[-1].strip("> "):
            self.lines.append("> " * self.quotes if self.quotes else "")

    def bullet(self) -> None:
        self.margin = "  " * max(0, len(self.lists) - 1)
        if self.lists and self.lists[-1] >= 0:
            self.lists[-1] += 1
            self.current.append(f"{self.lists[-1]}. ")
        else:
            self.current.append("- ")

    def link(self) -> None:
        """Names a link's address after its text, unless the text says it already."""
        href, start = self.links.pop() if self.links else ("", 0)
        shown = "".join(self.current[start:]).strip()
        if not self.hidden and shown and href.startswith(("http://", "https://")):
            bare = href.split("://", 1)[1].rstrip("/")
            if bare not in shown and "@" not in shown:
                self.current.append(f" <{href}>")

    def end_line(self) -> None:
        """Ends the line if something stands in it."""
        if "".join(self.current).strip():
            self.break_line()
        self.current.clear()

    def break_line(self) -> None:
        """Ends the line, even an empty one."""
        text = "".join(self.current)
        text = text.rstrip() if self.pre else self.margin + text.strip(" \t\n")
        self.margin = ""
        self.lines.append("> " * self.quotes + text if self.quotes else text)
        self.current.clear()

    def finished(self) -> str:
        self.end_line()
        return "\n".join(self.lines)


def _hides(attributes: str) -> bool:
    if re.search(r'(?:^|\s)hidden(?:=""|="hidden")?(?=\s|$|/)', attributes):
        return True
    return _HIDDEN.search(_attribute(attributes, "style")) is not None


def _attribute(attributes: str, name: str) -> str:
    for key, value in _ATTRIBUTE.findall(attributes):
        if key.lower() == name:
            return unescape(value).strip()
    return ""
