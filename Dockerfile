# medicord-ocr with Tesseract (Khmer, English, French) and poppler, run as an ordinary user.
#
#   docker build -t medicord-ocr .
#   docker run --rm --network none -v "$PWD:/data:ro" medicord-ocr extract /data/report.jpg
#
# docker-compose.yml runs the service from it, with a worker and Redis.
#
# BASE is any Debian 12 root, also one that debootstrap made.
ARG BASE=debian:12-slim

FROM ${BASE} AS build
# Debian's stable packages change for security alone; a pinned version would be gone from the mirrors.
# hadolint ignore=DL3008
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY src src
ENV MEDICORD_MODELS=/opt/medicord-ocr/models
# The model is made private to who makes it, and read by another user here. pip and setuptools have
# no work at run time.
RUN python3 -m venv /opt/medicord-ocr \
    && /opt/medicord-ocr/bin/pip install --no-cache-dir ".[serve,queue]" \
    && /opt/medicord-ocr/bin/medicord-ocr models install khmer \
    && chmod -R a+rX /opt/medicord-ocr/models \
    && /opt/medicord-ocr/bin/pip uninstall --yes setuptools pip \
    && find /opt/medicord-ocr -name __pycache__ -type d -prune -exec rm -rf {} +
# The Python packages of the image, in CycloneDX, by a tool that does not stay in it.
RUN python3 -m venv tools && mkdir -p /opt/medicord-ocr/share \
    && tools/bin/pip install --no-cache-dir "cyclonedx-bom>=7,<8" \
    && tools/bin/cyclonedx-py environment --output-reproducible --output-format JSON \
        --output-file /opt/medicord-ocr/share/sbom.cdx.json /opt/medicord-ocr

FROM ${BASE}
# hadolint ignore=DL3008
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        poppler-utils \
        python3 \
        tesseract-ocr tesseract-ocr-eng tesseract-ocr-fra tesseract-ocr-khm tesseract-ocr-osd \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --uid 10001 ocr \
    && install -d -o ocr -m 0700 /var/lib/medicord-ocr/uploads
COPY --from=build /opt/medicord-ocr /opt/medicord-ocr
# One thread in each process: the pages of a batch are what runs at the same time.
ENV PATH=/opt/medicord-ocr/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    MEDICORD_MODELS=/opt/medicord-ocr/models \
    OMP_THREAD_LIMIT=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TESSDATA_PREFIX=/usr/share/tesseract-ocr/5/tessdata
# Of `serve`; other commands end before it is asked.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD \
    ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/ready', timeout=4)"]
USER 10001
WORKDIR /home/ocr
ENTRYPOINT ["medicord-ocr"]
CMD ["--help"]
