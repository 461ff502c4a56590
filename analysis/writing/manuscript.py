"""The manuscript: numbers fill a Markdown template; pandoc and Typst make PDF, Word and LaTeX.

A template is Markdown with Jinja: ``{{ }}`` prints a value, escaped for Markdown; ``{## ##}`` is a
comment. It may extend the shipped ``report.md.j2`` and override its blocks. ``[@key]`` cites;
``@fig:shares`` and ``@tbl:outlets`` refer to figures and tables, which a filter numbers. Whatever
is missing, a number, a figure, a table or a citation, stops the build in one line.
"""

import json
import os
import re
import subprocess
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import pypandoc
import typst
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from analysis.writing.wording import FILTERS, columns, escape_markdown
from framing.errors import BingkaiError
from framing.tables import write_text

FORMATS = ("pdf", "docx", "tex")
TEMPLATES = Path(__file__).parent / "templates"
REPORT = TEMPLATES / "report.md.j2"

_STEM = "paper"
# The time that files say they were made at: 1 January 1980, the first that a zip can hold.
_NO_TIME = 315_532_800
_READER = "markdown-smart"  # straight quotes and hyphens of a corpus stay as they are


def write_manuscript(
    numbers: Mapping[str, Any],
    folder: Path,
    *,
    template: Path | None = None,
    bibliography: Path | None = None,
    formats: Sequence[str] = FORMATS,
) -> list[Path]:
    """Write the manuscript of a results folder; all its files appear, or none.

    Parameters
    ----------
    numbers
        From `analysis.writing.numbers.collect_numbers`.
    folder
        The results folder; the template's figures are below it.
    template
        The shipped report if not given.
    bibliography
        A .bib file, read beside the shipped one and before it.
    formats
        Some of ``pdf``, ``docx`` and ``tex``.

    Returns
    -------
    list of Path
        ``numbers.json``, ``paper.md``, and what was asked for; with ``pdf`` also ``paper.typ``.

    Raises
    ------
    BingkaiError
        The template has a mistake or names a number, figure, table or citation that is not there.
    """
    _check_choices("format", formats, FORMATS)
    source = template or REPORT
    drawn = numbers.get("figures")
    if drawn is None:
        drawn = sorted(path.stem for path in (folder / "figures").glob("*.pdf"))
    text = fill_template(source, {**numbers, "figures": drawn})
    bibliographies = [TEMPLATES / "references.bib"]
    if bibliography is not None:
        bibliographies.insert(0, bibliography)
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".bingkai-") as name:
            work = Path(name)
            listing = json.dumps(numbers, allow_nan=False, indent=2, sort_keys=True)
            write_text(f"{listing}\n", work / "numbers.json")
            write_text(text, work / f"{_STEM}.md")
            convert = _Pandoc(source, folder, work, bibliographies)
            if "docx" in formats:
                convert("docx", "png", f"--reference-doc={TEMPLATES / 'reference.docx'}")
            if "tex" in formats:
                convert("tex", "pdf", f"--metadata-file={TEMPLATES / 'latex.yaml'}")
            if "pdf" in formats:
                convert("typ", "pdf", f"--template={TEMPLATES / 'preprint.typ'}")
                _typeset(source, folder, work)
            return [path.replace(folder / path.name) for path in sorted(work.iterdir())]
    except OSError as error:
        # The folder is often a temporary one, whose name would tell nothing.
        raise BingkaiError(f"{_STEM}.md: cannot write it ({error.strerror})") from None


def fill_template(template: Path, numbers: Mapping[str, Any]) -> str:
    """Fill a template with numbers and return Markdown.

    Raises
    ------
    BingkaiError
        The template cannot be read, has a mistake, or prints a number that is missing or empty.
    """
    try:
        source = template.read_text(encoding="utf-8")
    except OSError as error:
        raise BingkaiError(f"{template}: cannot read the template ({error.strerror})") from None
    except UnicodeDecodeError:
        raise BingkaiError(f"{template}: the template is not UTF-8; save it as UTF-8") from None
    # The sandbox, because a template may come from somebody else.
    environment = ImmutableSandboxedEnvironment(
        autoescape=True,
        # Pandoc writes {#fig:name}; comments are {## ... ##}.
        comment_start_string="{##",
        comment_end_string="##}",
        finalize=_print_value,
        keep_trailing_newline=True,
        loader=jinja2.FileSystemLoader([TEMPLATES, template.parent]),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(FILTERS)
    environment.globals["columns"] = columns
    try:
        text = environment.from_string(source).render(numbers)
    except jinja2.TemplateSyntaxError as error:
        where = error.filename or template
        raise BingkaiError(f"{where}: line {error.lineno}: {error.message}") from None
    except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        where, line = _find_line(error, template)
        raise BingkaiError(f"{where}: line {line}: {error}") from None
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _print_value(value: object) -> object:
    """Escape what a template prints; refuse to print a number that is empty."""
    if value is None:
        raise ValueError("this number is empty: the data cannot carry it; ask `is not none` first")
    if isinstance(value, Markup | jinja2.Undefined):
        return value
    return escape_markdown(value)


def _find_line(error: BaseException, template: Path) -> tuple[Path, int]:
    """Return the template and line that an error came from."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == "<template>":
            return template, frame.lineno or 0
        if frame.filename.endswith(".j2"):
            return Path(frame.filename), frame.lineno or 0
    return template, 0


def _check_choices(what: str, chosen: Sequence[str], allowed: Sequence[str]) -> None:
    for choice in chosen:
        if choice not in allowed:
            raise BingkaiError(f"{what} {choice!r} is unknown; use {', '.join(allowed)}")


class _Pandoc:
    """Converts the filled Markdown, with everything but the format settled."""

    def __init__(
        self,
        template: Path,
        folder: Path,
        work: Path,
        bibliographies: Sequence[Path],
    ) -> None:
        self.template = template
        self.folder = folder
        self.work = work
        self.arguments = [
            pypandoc.get_pandoc_path(),
            f"{_STEM}.md",
            f"--from={_READER}",
            "--standalone",
            f"--data-dir={TEMPLATES}",  # not the user's own
            "--columns=200",  # else wide tables are squeezed
            f"--resource-path={folder.resolve()}",
            f"--lua-filter={TEMPLATES / 'numbering.lua'}",
            "--citeproc",
            "--fail-if-warnings",
            "--metadata=lang:en",
            "--metadata=link-citations:true",
            *(f"--bibliography={path.resolve()}" for path in bibliographies),
        ]

    def __call__(self, ending: str, image_ending: str, *options: str) -> None:
        name = f"{_STEM}.{ending}"
        run = subprocess.run(
            [*self.arguments, f"--output={name}", f"--default-image-extension={image_ending}",
             *options],
            cwd=self.work,
            env={**os.environ, "SOURCE_DATE_EPOCH": str(_NO_TIME)},
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
        )  # fmt: skip
        if run.returncode:
            raise BingkaiError(f"{self.template}: {_explain(run.stderr, self.folder)}")


def _explain(stderr: str, folder: Path) -> str:
    """Return, in one line, what pandoc complained about; files are named as in `folder`."""
    stderr = stderr.replace(f"{folder.resolve()}/", "")
    citations = re.findall(r"Citeproc: citation (\S+) not found", stderr)
    if citations:
        missing = ", ".join(dict.fromkeys(citations))
        return f"not in the bibliography: {missing}; add the entry or mend the key"
    warnings = re.findall(
        r"\[WARNING\] (?:Scripting warning at .* column \d+: )?(.*(?:\n  .*)*)", stderr
    )
    lines = [" ".join(line.split()) for line in warnings or stderr.splitlines() if line.strip()]
    return lines[0] if lines else "pandoc failed without a word"


def _typeset(template: Path, folder: Path, work: Path) -> None:
    """Make the PDF; as bytes, the source stands in `folder`, where its figures are."""
    try:
        # The stubs want root to be bytes where the input is.
        pdf: bytes = typst.compile(  # type: ignore[call-overload]
            (work / f"{_STEM}.typ").read_bytes(),
            format="pdf",
            root=str(folder),
            ignore_system_fonts=True,
            timestamp=_NO_TIME,
        )
    except typst.TypstError as error:
        raise BingkaiError(f"{template}: cannot typeset it: {error.message}") from None
    (work / f"{_STEM}.pdf").write_bytes(pdf)
