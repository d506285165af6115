import Telemetry
import Testing

@Suite struct TextTests {
    @Test func `counters, gauges and histograms are written as Prometheus reads them`() {
        let registry = MetricRegistry()
        let requests = registry.counter("b_requests_total", "Requests.", labels: ["verb", "code"])
        requests.add(1, "get", "200")
        requests.add(2, "get", "200")
        requests.add(0.5, "create", "201")
        registry.gauge("a_depth", "Depth.", labels: [(name: "queue", value: "sets")]) { 7 }
        let durations = registry.histogram("c_seconds", "Times.", labels: ["verb"], buckets: [0.1, 1])
        durations.record(.milliseconds(50), "get")
        durations.record(.milliseconds(100), "get")
        durations.record(.seconds(3), "get")
        #expect(
            registry.text() == """
                # HELP a_depth Depth.
                # TYPE a_depth gauge
                a_depth{queue="sets"} 7
                # HELP b_requests_total Requests.
                # TYPE b_requests_total counter
                b_requests_total{verb="create",code="201"} 0.5
                b_requests_total{verb="get",code="200"} 3
                # HELP c_seconds Times.
                # TYPE c_seconds histogram
                c_seconds_bucket{verb="get",le="0.1"} 2
                c_seconds_bucket{verb="get",le="1"} 2
                c_seconds_bucket{verb="get",le="+Inf"} 3
                c_seconds_sum{verb="get"} 3.15
                c_seconds_count{verb="get"} 3

                """)
    }

    @Test func `what a label or a help text holds cannot break the format`() {
        let registry = MetricRegistry()
        registry.counter("x_total", "Two\nlines \\ and more.", labels: ["name"]).add(1, "a\"b\\c\nd")
        #expect(
            registry.text() == """
                # HELP x_total Two\\nlines \\\\ and more.
                # TYPE x_total counter
                x_total{name="a\\"b\\\\c\\nd"} 1

                """)
    }

    @Test func `a metric that is asked for twice is one`() {
        let registry = MetricRegistry()
        registry.counter("x_total", "X.").add()
        registry.counter("x_total", "X.").add()
        #expect(registry.text().hasSuffix("x_total 2\n"))
        registry.gauge("y", "Y.") { 1 }
        registry.gauge("y", "Y.") { 2 }
        #expect(registry.text().hasSuffix("y 2\n"))
    }

    @Test func `the number of series is bounded`() {
        let registry = MetricRegistry()
        let counter = registry.counter("x_total", "X.", labels: ["name"])
        for index in 0..<5000 { counter.add(1, "\(index)") }
        let lines = registry.text().split(separator: "\n")
        #expect(lines.count < 1100)
        #expect(lines.contains("x_total{name=\"other\"} 4000"))
    }

    @Test func `the measures have their names`() {
        let registry = MetricRegistry()
        let controller = ControllerMeasures(registry, controller: "sets")
        controller.watchQueue(depth: { 1 }, age: { 0.25 })
        controller.reconciled(.failed, in: .milliseconds(3))
        let provider = ProviderMeasures(registry)
        provider.called(provider: "docker", operation: "create", code: "ok", duration: .seconds(1))
        provider.handedOver(provider: "docker", gap: .milliseconds(900))
        StoreMeasures.watch(registry, version: { 12 }, commits: { 3 })
        let text = registry.text()
        for line in [
            #"imm_reconcile_total{controller="sets",outcome="failed"} 1"#,
            #"imm_workqueue_depth{controller="sets"} 1"#, #"imm_workqueue_age_seconds{controller="sets"} 0.25"#,
            #"imm_provider_calls_total{provider="docker",operation="create",code="ok"} 1"#,
            #"imm_handover_gap_seconds_bucket{provider="docker",le="0.75"} 0"#,
            #"imm_handover_gap_seconds_bucket{provider="docker",le="1"} 1"#, "imm_store_version 12",
            "imm_store_commits_total 3", "# TYPE imm_store_commits_total counter",
        ] { #expect(text.contains(line + "\n"), "\(line)") }
    }
}
