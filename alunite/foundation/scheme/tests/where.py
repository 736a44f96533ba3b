"""Where the packs of these tests lie."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[4]
SHIPPED = PROJECT / "schemes" / (PROJECT / "schemes" / "default").read_text(encoding="utf-8").strip()
TEA = Path(__file__).parent / "packs" / "tea"
PACKS = (SHIPPED, TEA)
