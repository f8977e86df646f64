"""`npm run backbones`: tries every backbone and writes the table of docs/training.md. `--only NAME` tries one."""

import argparse
import sys
import tempfile
import traceback
from importlib.metadata import version
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs/training.md"
BEGIN, END = "<!-- npm run backbones -->", "<!-- end -->"


def tried(name, folder):
    """The word of each check; what failed is told by its error."""
    from backbone_checks import CHECKS, Backbone

    words, backbone = {}, Backbone(name, folder)
    for check, of in CHECKS.items():
        try:
            words[check] = of(backbone)
        except Exception as error:
            traceback.print_exc()
            words[check] = f"fails: {type(error).__name__}"
        sys.stderr.write(f"{name}: {check}: {words[check]}\n")
    return words


def table(results):
    checks = list(next(iter(results.values())))
    rows = [["", *results], *([check, *(words[check] for words in results.values())] for check in checks)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines)


def main():
    import conftest  # noqa: F401  The settings of libraries that every test shares.
    from backbones import BACKBONES

    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=list(BACKBONES))
    only = parser.parse_args().only
    results = {}
    for name in [only] if only else BACKBONES:
        with tempfile.TemporaryDirectory() as folder:
            results[name] = tried(name, Path(folder) / "backbone")
    text = table(results)
    sys.stdout.write(f"{text}\n")
    if not only:
        before, _, rest = DOCS.read_text().partition(BEGIN)
        after = rest.partition(END)[2]
        libraries = ", ".join(f"{name} {version(name)}" for name in ("transformers", "trl", "peft"))
        DOCS.write_text(f"{before}{BEGIN}\n\nWith {libraries}:\n\n{text}\n\n{END}{after}")
    failed = any(word.startswith("fails") for words in results.values() for word in words.values())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
