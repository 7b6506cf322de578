"""The commands and their options. What they do is in the modules beside, imported when they run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from medicord_ocr import __version__
from medicord_ocr.cli.formats import Format

if TYPE_CHECKING:
    from medicord_ocr.settings import Settings

# Plain help: rich would cost a third of the time that --help may take.
app = typer.Typer(
    name="medicord-ocr",
    help="Structured JSON from scans, photos and PDFs of Cambodian medical documents "
    "(Khmer, English, French), on this machine alone.",
    epilog="Settings are read from the environment or .env: TESSERACT_CMD, TESSDATA_PREFIX, "
    "DEFAULT_LANGUAGES, OCR_CONFIDENCE_THRESHOLD, CLI_MAX_FILE_SIZE_MB, MAX_PAGES, MAX_PIXELS, "
    "LOG_LEVEL.\n\n"
    "Exit codes: 0 ok, 1 internal fault, 2 usage or settings, 3 something is not installed, "
    "4 unreadable or unsupported input, 5 encrypted input, 6 over a limit, 7 output not writable, "
    "8 engine crashed, 9 some inputs failed, 10 below a threshold of evaluate.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Say more, on standard error.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but errors.")]
Languages = Annotated[
    str | None,
    typer.Option(
        "--lang",
        "-l",
        metavar="LANGS",
        help="Languages, such as khm+eng+fra; else DEFAULT_LANGUAGES.",
    ),
]
Engine = Annotated[
    str, typer.Option(metavar="auto|tesseract", help="The OCR engine; auto chooses by line.")
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "-j", "--jobs", min=1, help="Documents read at a time; else as many as there are cores."
    ),
]


def _version(asked: bool) -> None:
    if asked:
        print(f"medicord-ocr {__version__}")
        raise typer.Exit


def _flag(stage: str, what: str) -> Any:
    """An option with three answers: always, never, or (not given) as the page needs it."""
    return typer.Option(f"--{stage}/--no-{stage}", help=what, show_default=False)


Stage = bool | None


@app.command(no_args_is_help=True)
def extract(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH", help="Files; folders, searched through; - for standard input."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="Write here instead of stdout; only you can read it.",
        ),
    ] = None,
    format: Annotated[
        Format | None,
        typer.Option(
            "-f",
            "--format",
            help="json: the document; jsonl: a record a line, also of what failed; text: what "
            "was read; csv: a row for each document and each result in it, with an apostrophe "
            "before what a spreadsheet would take for a formula.",
            show_default="json, or jsonl for several",
        ),
    ] = None,
    lang: Languages = None,
    pages: Annotated[
        str | None,
        typer.Option("-p", "--pages", metavar="LIST", help="Only these pages, such as 1-3,5."),
    ] = None,
    engine: Engine = "auto",
    jobs: Jobs = None,
    password_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The first line is the password of encrypted PDFs."),
    ] = None,
    password: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="The password itself; others on this machine can see it with ps, so prefer the "
            "file, or wait to be asked for it.",
        ),
    ] = None,
    orientation: Annotated[Stage, _flag("orientation", "Turn pages upright.")] = None,
    perspective: Annotated[Stage, _flag("perspective", "Straighten photographed pages.")] = None,
    shading: Annotated[Stage, _flag("shading", "Divide out shadows.")] = None,
    deskew: Annotated[Stage, _flag("deskew", "Straighten slanted lines.")] = None,
    denoise: Annotated[Stage, _flag("denoise", "Filter out noise.")] = None,
    clahe: Annotated[Stage, _flag("clahe", "Raise local contrast.")] = None,
    threshold: Annotated[
        Stage,
        _flag("threshold", "Reduce to black and white."),
    ] = None,
    debug_dir: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write a picture of each step here; they show patient data."
        ),
    ] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Read documents: one as JSON, several as a JSONL record each.

    The steps that clean a picture, from --orientation to --threshold, run where a page needs
    them; naming one runs it always, its --no- form never. Several inputs, or a folder, give
    records, and exit code 9 when some could not be read.

    \b
    medicord-ocr extract scan.jpg
    medicord-ocr extract report.pdf --pages 1-3 --lang khm+eng+fra -o report.json
    medicord-ocr extract archive/ --format csv -o archive.csv
    """
    from medicord_ocr.cli import extract as command

    settings = _settings(quiet=quiet, verbose=verbose)
    stages = {
        "orientation": orientation,
        "perspective": perspective,
        "shading": shading,
        "deskew": deskew,
        "denoise": denoise,
        "clahe": clahe,
        "threshold": threshold,
    }
    options = command.run_options(
        settings,
        languages=lang,
        pages=pages,
        engine=engine,
        password=password,
        password_file=password_file,
        stages=stages,
    )
    request = command.Request(paths, options, format, output, debug_dir, jobs)
    raise typer.Exit(command.run(request))


@app.command(no_args_is_help=True)
def evaluate(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="Documents, each with NAME.json beside it.")
    ],
    minimum: Annotated[
        list[str] | None,
        typer.Option("--min", metavar="METRIC=X", help="Fail (exit code 10) under X; repeatable."),
    ] = None,
    maximum: Annotated[
        list[str] | None,
        typer.Option("--max", metavar="METRIC=X", help="Fail (exit code 10) over X; repeatable."),
    ] = None,
    format: Annotated[
        Literal["table", "json"], typer.Option("-f", "--format", help="Of standard output.")
    ] = "table",
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Also write the whole report here."),
    ] = None,
    lang: Languages = None,
    engine: Engine = "auto",
    jobs: Jobs = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="So many documents, spread over the folder.")
    ] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Measure accuracy against ground truth.

    Metrics are labs.row_recall, labs.value, rx.medication, header.report_date,
    silent_error_rate and so on, as the table names them; METRIC.low and METRIC.high are the
    bounds of the 95 % interval. The report quotes the values that were wrong.
    """
    from medicord_ocr.cli import evaluate as command
    from medicord_ocr.cli.extract import run_options

    options = run_options(_settings(quiet=quiet, verbose=verbose), languages=lang, engine=engine)
    request = command.Request(
        directory, options, minimum or (), maximum or (), format, json_file, jobs, limit
    )
    raise typer.Exit(command.run(request))


@app.command()
def schema(
    of: Annotated[Literal["document", "record"], typer.Argument(help="What it describes.")] = (
        "document"
    ),
) -> None:
    """Print the JSON Schema of the document, or of the record of several."""
    from medicord_ocr.cli.formats import schema_json
    from medicord_ocr.cli.output import open_output

    with open_output(None) as output:
        output.write(schema_json(of))


@app.command()
def doctor(
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    verbose: Verbose = False,
) -> None:
    """Show what is installed, what is missing, and the command that installs it."""
    from medicord_ocr.cli import doctor as command

    raise typer.Exit(command.run(_settings(quiet=False, verbose=verbose), json=json))


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Version.")
    ] = False,
) -> None:
    """Nothing of its own: options before the command."""


def _settings(*, quiet: bool, verbose: bool) -> Settings:
    """The settings, with the log at the level that they or the flags name."""
    from medicord_ocr.cli import messages

    asked = "DEBUG" if verbose else "ERROR" if quiet else None
    messages.set_level(asked or "WARNING")
    from medicord_ocr.settings import load_settings

    settings = load_settings()
    messages.set_level(asked or settings.log_level)
    return settings
