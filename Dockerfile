# medicord-ocr with Tesseract (Khmer, English, French) and poppler, run as an ordinary user.
#
#   docker build -t medicord-ocr .
#   docker run --rm --network none -v "$PWD:/data:ro" medicord-ocr extract /data/report.jpg
#
# BASE is any Debian 12 root, also one that debootstrap made.
ARG BASE=debian:12-slim

FROM ${BASE} AS build
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
    && /opt/medicord-ocr/bin/pip install --no-cache-dir . \
    && /opt/medicord-ocr/bin/medicord-ocr models install khmer \
    && chmod -R a+rX /opt/medicord-ocr/models \
    && /opt/medicord-ocr/bin/pip uninstall --yes setuptools pip \
    && find /opt/medicord-ocr -name __pycache__ -type d -prune -exec rm -rf {} +

FROM ${BASE}
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        poppler-utils \
        python3 \
        tesseract-ocr tesseract-ocr-eng tesseract-ocr-fra tesseract-ocr-khm tesseract-ocr-osd \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --uid 10001 ocr
COPY --from=build /opt/medicord-ocr /opt/medicord-ocr
# One thread in each process: the pages of a batch are what runs at the same time.
ENV PATH=/opt/medicord-ocr/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    MEDICORD_MODELS=/opt/medicord-ocr/models \
    OMP_THREAD_LIMIT=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TESSDATA_PREFIX=/usr/share/tesseract-ocr/5/tessdata
USER ocr
WORKDIR /home/ocr
ENTRYPOINT ["medicord-ocr"]
CMD ["--help"]
