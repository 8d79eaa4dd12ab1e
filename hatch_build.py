"""Build hook: links of the README lead to the repository, whose address is known when it is built.

`GANSHARE_REPOSITORY`, such as https://github.com/OWNER/ganshare, is that address; see
docs/releasing.md. Without it, the metadata has no addresses, and links stay as they are.
"""

import os
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_IMAGE = re.compile(r"(!\[[^\]]*\]\()(?!https?:)")
_LINK = re.compile(r"((?<!!)\[[^\]]*\]\()(?!https?:|#)")


class RepositoryHook(MetadataHookInterface):
    """Gives the long description and the project's addresses."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in what pyproject.toml calls dynamic."""
        text = Path(self.root, "README.md").read_text("utf-8")
        address = os.environ.get("GANSHARE_REPOSITORY", "").rstrip("/")
        if address:
            version = f"v{metadata['version']}"
            text = _IMAGE.sub(rf"\1{address}/raw/{version}/", text)
            text = _LINK.sub(rf"\1{address}/blob/{version}/", text)
            metadata["urls"] = {
                "Source": address,
                "Documentation": f"{address}/blob/{version}/docs/index.md",
                "Changelog": f"{address}/blob/{version}/CHANGELOG.md",
                "Issues": f"{address}/issues",
            }
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
