"""What mkdocs does beside its settings for the site of docs/: pages that are made of files elsewhere in the repository, links
that hold there as they do on GitHub, and lists as GitHub reads them."""

import pathlib
import re

import mermaidx
from mkdocs.structure.files import File

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Pages of the site that are files of the repository's root.
PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security-policy.md",
}
API = """# The HTTP interface

What every hub describes itself at `/openapi.yaml`.

<swagger-ui src="openapi.yaml"/>
"""
STYLE = """
.md-grid { max-width: 78rem; }
.md-typeset table:not([class]) { font-size: 0.7rem; }
.md-typeset table:not([class]) th { min-width: 0; }
.md-typeset td:first-child code { white-space: nowrap; }
img.diagram { background: white; padding: 0.6rem; border-radius: 0.2rem; }
"""

LINK = re.compile(r"(\]\()([^)#\s]*)(#[^)\s]*)?(\))")
FENCE = re.compile(r"^( *)(```|~~~)")
ITEM = re.compile(r"^( *)([-*]|\d+\.) ")
MERMAID = re.compile(r"^```mermaid\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
diagrams = {}


def on_files(files, config):
    for source, page in PAGES.items():
        text, pictures = with_diagrams((ROOT / source).read_text(), page)
        files.append(File.generated(config, page, content=text))
        for name, picture in pictures.items():
            files.append(File.generated(config, name, content=picture))
    files.append(File.generated(config, "api.md", content=API))
    files.append(File.generated(config, "site.css", content=STYLE))
    openapi = ROOT / "Sources/HubServer/Operating/openapi.yaml"
    files.append(File.generated(config, "openapi.yaml", content=openapi.read_text()))
    return files


def on_page_markdown(markdown, page, config, files):
    folder = "" if page.file.src_uri in PAGES.values() else "docs/"
    return in_four_spaces(with_links(markdown, folder, config["repo_url"]))


def with_diagrams(text, page):
    """The text with pictures in the place of its diagrams, so that a reader's browser loads nothing to draw them."""
    pictures = {}

    def picture(match):
        name = f"{page.removesuffix('.md')}-{len(pictures) + 1}.svg"
        pictures[name] = mermaidx.render(match[1]).svg()
        return f"![]({name}){{ .diagram }}\n"

    return MERMAID.sub(picture, text), pictures


def with_links(text, folder, repository):
    """The text with links that lead to pages of the site, and else into the repository, if anybody said where that is."""

    def link(match):
        path, anchor = match[2], match[3] or ""
        if not path or ":" in path or not (ROOT / folder / path).exists():
            return match[0]
        place = (ROOT / folder / path).resolve().relative_to(ROOT).as_posix()
        if place in PAGES:
            return f"]({PAGES[place]}{anchor})"
        if place.startswith("docs/"):
            return f"]({place.removeprefix('docs/')}{anchor})"
        return f"]({repository}/blob/main/{place}{anchor})" if repository else "]()"

    # A link that leads nowhere is only its text.
    return re.sub(r"\[([^\[\]]*)\]\(\)", r"\1", outside_code(text, lambda part: LINK.sub(link, part)))


def outside_code(text, change):
    lines, is_code = [], False
    for line in text.splitlines(keepends=True):
        fence = FENCE.match(line)
        lines.append(line if is_code or fence else change(line))
        is_code ^= bool(fence)
    return "".join(lines)


def in_four_spaces(text):
    """The text with what belongs to an element of a list in four spaces, as this Markdown wants it, in the place of two or three."""
    lines, widths, is_code = [], [], False
    for line in text.splitlines(keepends=True):
        indent = len(line) - len(line.lstrip(" "))
        if line.strip() and not is_code:
            while widths and indent < sum(widths):
                widths.pop()
        lines.append("    " * len(widths) + line[sum(widths) :] if line.strip() else line)
        if not is_code and (item := ITEM.match(line)):
            widths.append(len(item[2]) + 1)
        is_code ^= bool(FENCE.match(line))
    return "".join(lines)
