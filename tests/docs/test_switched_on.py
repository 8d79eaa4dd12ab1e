"""What docs/install.md says about completion, typed at bash."""

from typing import Any


def test_docs_install_completion(reader: Any) -> None:
    [switch_on] = reader.commands("docs/install.md", "Completion")
    told = reader.type("source .venv/bin/activate", switch_on, "complete -p ganshare")
    assert "_ganshare_completion ganshare" in told
