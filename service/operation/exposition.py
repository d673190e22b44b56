"""The counts of a service as Prometheus reads them."""

from collections.abc import Iterable, Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from service.operation.counts import BUCKETS, STATUSES, Counts
from service.operation.memory import files_kept, memory, processes
from service.site import Site

MEDIA = CONTENT_TYPE_LATEST


def exposition(counts: Counts, site: Site) -> bytes:
    """Every figure, summed over all workers."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(counts, site))
    return generate_latest(registry)


class _Figures(Collector):
    def __init__(self, counts: Counts, site: Site) -> None:
        self.counts, self.site = counts, site

    def collect(self) -> Iterable[Metric]:
        yield self._requests()
        yield self._durations()
        yield from self._plain()
        yield from self._processes()
        yield from self._dataset()

    def _requests(self) -> Metric:
        found = CounterMetricFamily(
            "safermap_requests", "Requests answered.", labels=("route", "status")
        )
        for route in self.counts.routes:
            for status in STATUSES:
                if number := self.counts.total("requests", route, status):
                    found.add_metric((route, status), number)
        return found

    def _durations(self) -> Metric:
        found = HistogramMetricFamily(
            "safermap_request_seconds",
            "From the head of a request to the end of its answer.",
            labels=("route",),
        )
        ends = [*map(str, BUCKETS), "+Inf"]
        for route in self.counts.routes:
            each = [self.counts.total("seconds", route, str(at)) for at in range(len(ends))]
            if any(each):
                summed = list(zip(ends, accumulate(each), strict=True))
                found.add_metric((route,), summed, self.counts.total("seconds", route, "sum"))
        return found

    def _plain(self) -> Iterator[Metric]:
        total = self.counts.total
        yield GaugeMetricFamily(
            "safermap_requests_in_flight", "Requests being answered.", total("in flight")
        )
        yield CounterMetricFamily("safermap_sent_bytes", "Bytes of answers.", total("bytes"))
        found = CounterMetricFamily(
            "safermap_kept_answers", "Answers looked for among those kept.", labels=("result",)
        )
        found.add_metric(("hit",), total("kept"))
        found.add_metric(("miss",), total("made"))
        yield found
        yield CounterMetricFamily(
            "safermap_late_answers", "Answers that took longer than they may.", total("late")
        )
        yield CounterMetricFamily(
            "safermap_refused_sign_ins", "Sign-ins that came to nothing.", total("refused")
        )

    def _processes(self) -> Iterator[Metric]:
        master, *workers = processes()
        yield GaugeMetricFamily("safermap_workers", "Workers that there are.", len(workers))
        found = GaugeMetricFamily(
            "safermap_memory_bytes",
            "Memory (PSS): pages shared by processes are divided among them.",
            labels=("process",),
        )
        found.add_metric(("master",), memory(master))
        found.add_metric(("workers",), sum(map(memory, workers)))
        yield found
        number, size = files_kept()
        yield GaugeMetricFamily("safermap_files", "Files for download on disk.", number)
        yield GaugeMetricFamily("safermap_files_bytes", "What they take.", size)

    def _dataset(self) -> Iterator[Metric]:
        dataset = self.site.dataset
        facts = {"id": dataset.id, "version": dataset.folder.name, "period": dataset.period.iso()}
        yield InfoMetricFamily("safermap_dataset", "What is served.", facts)
        if (built := self.site.built) is not None:
            words = "When the dataset was built, in seconds since 1970."
            yield GaugeMetricFamily("safermap_dataset_built_seconds", words, built.timestamp())
