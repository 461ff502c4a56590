"""``bingkai code``: code a sheet on a page in the browser."""

import argparse
from contextlib import suppress
from pathlib import Path

from analysis.commands.options import add_codebook
from analysis.console import check_distinct, say
from framing.errors import BingkaiError

HELP = "code a sheet on a page in the browser, on this machine only"
_ENDINGS = (".xlsx", ".csv", ".parquet")


def define(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument(
        "sheet", type=Path, help="what bingkai sample --sheet wrote, or the folder that it is in"
    )
    parser.add_argument("--coder", metavar="NAME", help="who codes (default: whom the sheet names)")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="where choices are kept (default: beside the sheet, such as sheet.ani.codes.jsonl)",
    )
    parser.add_argument("--language", choices=["en", "id"], default="id", help="(default: id)")
    parser.add_argument("--port", type=int, default=0, help="(default: a free one)")
    parser.add_argument("--no-browser", action="store_true", help="only say the address")
    add_codebook(parser)


def run(options: argparse.Namespace) -> None:
    """Run the command until Ctrl-C."""
    import webbrowser

    from analysis.coding.desk import Desk
    from analysis.coding.server import CodingServer
    from analysis.coding.sheet_files import read_sheet
    from framing.scheme import read_codebook

    path = find_sheet(options.sheet)
    check_distinct(path, options.codebook, options.output)
    codebook = read_codebook(options.codebook)
    sheet = read_sheet(path, codebook)
    named = set(sheet["coder"]) - {""} if "coder" in sheet.columns else set()
    coder = options.coder or (named.pop() if len(named) == 1 else "")
    if not coder or not coder.replace("-", "").replace("_", "").isalnum():
        raise BingkaiError("code: say who codes: --coder NAME, of letters, digits, - and _")
    kept = options.output or path.with_name(f"{path.stem}.{coder}.codes.jsonl")
    desk = Desk(sheet, codebook, kept, coder=coder, language=options.language)
    with desk.journal, CodingServer(desk, port=options.port) as server:
        say(f"code on {server.address} (Ctrl-C ends it; every choice is saved at once)")
        if not options.no_browser:
            webbrowser.open(server.address)
        with suppress(KeyboardInterrupt):  # how this command ends
            server.serve_forever(poll_interval=0.2)
        say(f"{kept}: {desk.count_coded()} of {len(sheet)} sentences coded by {coder}")


def find_sheet(path: Path) -> Path:
    """Return the sheet itself, or the only one in a folder.

    Raises
    ------
    BingkaiError
        The folder has no sheet or several.
    """
    if not path.is_dir():
        return path
    found = sorted(
        file for file in path.iterdir() if file.suffix.lower() in _ENDINGS and _is_sheet(file)
    )
    if len(found) != 1:
        listed = ", ".join(file.name for file in found) or "none"
        raise BingkaiError(f"{path}: which sheet? It has {listed}; give the file")
    return found[0]


def _is_sheet(path: Path) -> bool:
    """Tell whether it is to be coded on: samples and other tables are not."""
    from framing.tables import read_table

    if path.suffix.lower() == ".xlsx":
        return not path.name.startswith("~$")  # Excel's own mark of an open file
    columns = read_table(path).columns
    return "sentence_id" in columns and "before" in columns
