"""The Celery application that queued work goes through; what is queued is registered by others.

Workers run threads, and each thread has its work done by a process that can be killed
(``batch.child``): Celery's own children may start no processes, and its time limits lose a task.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from medicord_ocr.errors import MissingDependency

if TYPE_CHECKING:
    from celery import Celery

#: Seconds after which Redis gives a task of a worker that is gone to another. No page takes longer
#: (PAGE_TIMEOUT_SECONDS is 3600 at most). A document of many pages may: whoever is given it then
#: has nothing to do, since it is taken (``server.store``).
VISIBILITY = 3600
#: Seconds after which results that nobody fetched are forgotten.
RESULTS_EXPIRE = 3600


def make_app(broker: str, backend: str | None = None) -> Celery:
    """The application for one broker.

    Args:
        broker: such as ``redis://host:6379/0``.
        backend: where results are kept, None where no task has any.

    Raises:
        MissingDependency: Celery is not installed.
    """
    try:
        from celery import Celery
    except ModuleNotFoundError as error:
        raise MissingDependency(
            "Celery is not installed", hint="pip install 'medicord-ocr[queue]'"
        ) from error

    app = Celery("medicord_ocr", broker=broker, backend=backend, set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        result_serializer="json",
        result_expires=RESULTS_EXPIRE,
        # A task stays in the queue's books until it is done, and a worker holds no others back.
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        broker_transport_options={"visibility_timeout": VISIBILITY},
        broker_connection_retry_on_startup=True,
        worker_pool="threads",
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
    )
    return app
