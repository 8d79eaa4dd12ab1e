"""MkDocs hooks: the site carries along the files outside docs/ that pages link to.

A link such as `../NOTICE` works on a forge and in a checkout. On the site, the file is put under
`project/`; Markdown becomes a page. So no address of the repository need be known.
"""

import posixpath
import re
from collections.abc import Callable
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

__all__ = ["on_config", "on_files", "on_page_markdown", "on_post_page"]

OUTSIDE = "project"  # where files from outside docs/ are on the site
_LOADED = re.compile(
    r"""(?:\bsrc=|<link rel="?(?:stylesheet|preconnect)"? href=)["']?(https?:[^"' >]+)"""
)
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#|/)([^)#\s]+)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List each decision under Architecture; refuse none that is new."""
    folder = Path(config.docs_dir, "decisions")
    section = next(each["Architecture"] for each in config.nav if "Architecture" in each)
    at = next(n for n, each in enumerate(section) if "Decisions" in each)
    pages = [f"decisions/{path.name}" for path in sorted(folder.glob("[0-9]*.md"))]
    section[at] = {"Decisions": [section[at]["Decisions"], *pages]}
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Take in the files outside docs/ that pages link to, and those that these link to."""
    root = Path(config.docs_dir).parent
    waiting = [
        (f"docs/{file.src_uri}", Path(file.abs_src_path or ""))
        for file in files.documentation_pages()
    ]
    waiting += [(name, root / name) for name in ("CONTRIBUTING.md", "CHANGELOG.md")]
    while waiting:
        name, path = waiting.pop()
        if not name.startswith("docs/") and files.get_file_from_path(_on_site(name)) is None:
            files.append(File.generated(config, _on_site(name), abs_src_path=str(path)))
        if path.suffix == ".md":
            waiting += [
                (target, root / target)
                for target in map(_target_of(name), _LINK.findall(path.read_text("utf-8")))
                if not target.startswith("docs/")
                and (root / target).is_file()
                and files.get_file_from_path(_on_site(target)) is None
            ]
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links to files outside docs/, and from there, lead to where they are on the site."""
    here = page.file.src_uri
    outside = here.removeprefix(f"{OUTSIDE}/")
    name = f"docs/{here}" if outside == here else outside
    folder = posixpath.dirname(here) or "."

    def lead(match: "re.Match[str]") -> str:
        target = _on_site(_target_of(name)(match[1]))
        if files.get_file_from_path(target) is None:
            return match[1]
        return posixpath.relpath(target, folder)

    return _LINK.sub(lead, markdown)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Refuse a page that would load something from elsewhere: the site works without network."""
    if loaded := _LOADED.findall(output):
        raise PluginError(f"{page.file.src_uri} loads {', '.join(loaded)}")
    return output


def _target_of(name: str) -> Callable[[str], str]:
    """Make links of a file, by its name in the repository, into such names."""
    return lambda link: posixpath.normpath(posixpath.join(posixpath.dirname(name), link))


def _on_site(name: str) -> str:
    return name.removeprefix("docs/") if name.startswith("docs/") else f"{OUTSIDE}/{name}"
