import BenchKit
import Foundation

/// How long a commit takes to its first replaced instance, what 200 idle sources cost, and whether looking at repositories in
/// which nothing changes leaves anything behind.
struct GitOpsBenchmark {
    let settings: Settings
    private let sources = 200

    func run(_ report: Report) throws {
        try measureDelivery(report)
        try measureIdle(report)
    }

    private func start(_ name: String) throws -> ImmDaemon {
        let daemon = try ImmDaemon(
            binary: settings.binaries + "/immd", directory: settings.directory + "/" + name,
            engineSocket: settings.engineSocket)
        _ = try daemon.waitForAnswer()
        let connection = try daemon.connection()
        try daemon.apply(
            "RoleBinding", "rolebindings", "all",
            ["subject": ["kind": "Group", "name": "system:authenticated"], "role": "edit"], over: connection)
        return daemon
    }

    // MARK: a commit

    private func measureDelivery(_ report: Report) throws {
        let repository = try BenchRepository(settings.directory + "/delivery-git")
        defer { repository.stop() }
        let daemon = try start("delivery")
        defer { daemon.stop() }
        let connection = try daemon.connection()
        let token = "known to both"
        _ = try connection.send(
            "POST", "/api/v1/namespaces/default/secrets",
            try JSONText.write([
                "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "hook"], "stringData": ["token": token],
            ]))
        try repository.commit(["fleet/web.yaml": try set("web", image: Workload.images[0], replicas: 3)])
        try daemon.apply(
            "GitSource", "gitsources", "fleet",
            [
                "url": repository.url, "path": "fleet", "ref": ["branch": "main"], "intervalSeconds": 86_400,
                "webhook": ["type": "GitLab", "secretRef": ["name": "hook"]] as [String: Any],
            ], over: connection)
        func updated() throws -> (revision: String, count: Int, ready: Int) {
            let status = try daemon.status("instancesets", "web", over: connection)
            return (
                status["updateRevision"] as? String ?? "", status["updatedReplicas"] as? Int ?? 0,
                status["readyReplicas"] as? Int ?? 0
            )
        }
        try Clock.wait(for: "the first commit", seconds: 60) { try updated().ready == 3 }
        var times: [Double] = []
        for round in 1...max(settings.rounds, 3) {
            let before = try updated().revision
            try repository.commit([
                "fleet/web.yaml": try set("web", image: Workload.images[round % 2], replicas: 3, step: round)
            ])
            let start = Clock.now
            let answer = try connection.send(
                "POST", "/hooks/default/fleet", #"{"object_kind":"push","ref":"refs/heads/main"}"#,
                headers: [
                    "X-Gitlab-Token": token, "X-Gitlab-Event": "Push Hook", "Idempotency-Key": "round-\(round)",
                ])
            guard answer.status == 202, answer.text.contains("Accepted") else { throw BenchmarkFailure("webhook: \(answer.status) \(answer.text)") }
            try Clock.wait(for: "a replaced instance", seconds: 60, every: 0.005) {
                let now = try updated()
                return now.revision != before && now.count >= 1 && now.ready >= 1
            }
            times.append(Clock.now - start)
            try Clock.wait(for: "the rest", seconds: 60) { try updated().count == 3 && updated().ready == 3 }
        }
        report.line("commit with a webhook to the first replaced instance", times.median, atMost: 2, " s", all: times)
        // The source first: it would have the set back.
        try daemon.delete("gitsources", "fleet", over: connection)
        try daemon.delete("instancesets", "web", over: connection)
    }

    // MARK: sources in which nothing changes, each with a repository of its own, since those of one are asked for once

    private func measureIdle(_ report: Report) throws {
        let repository = try BenchRepository(settings.directory + "/idle-git")
        defer { repository.stop() }
        let daemon = try start("gitops-idle")
        defer { daemon.stop() }
        let connection = try daemon.connection()
        try repository.commit(
            Dictionary(
                uniqueKeysWithValues: try (0..<sources).map {
                    ("d\($0)/set.yaml", try set("idle-\($0)", image: Workload.images[0], replicas: 0))
                }))
        func follow(every seconds: Int) throws {
            for number in 0..<sources {
                try daemon.apply(
                    "GitSource", "gitsources", "source-\(number)",
                    [
                        "url": try repository.alias("r\(number)"), "path": "d\(number)", "intervalSeconds": seconds,
                    ], over: connection)
            }
        }
        func ready() throws -> Int {
            let list = JSONText.object(
                try connection.send("GET", "/apis/imm.dev/v1alpha1/namespaces/default/gitsources").body)
            return (list["items"] as? [[String: Any]] ?? []).filter { source in
                let conditions = (source["status"] as? [String: Any])?["conditions"] as? [[String: Any]] ?? []
                return conditions.contains { $0["type"] as? String == "Ready" && $0["status"] as? String == "True" }
            }.count
        }
        try follow(every: 60)
        try Clock.wait(for: "\(sources) ready sources", seconds: 300, every: 1) { try ready() == sources }
        Clock.sleep(seconds: 20)
        var shares: [Double] = []
        for _ in 0..<2 {
            let (start, used) = (Clock.now, try daemon.cpuSeconds(withChildren: true))
            Clock.sleep(seconds: 60)
            shares.append((try daemon.cpuSeconds(withChildren: true) - used) / (Clock.now - start) * 100)
        }
        let mean = shares.reduce(0, +) / Double(shares.count)
        report.line(
            "\(sources) sources polled every minute, git included", mean, atMost: 5, " % of a core", all: shares)

        try follow(every: 5)
        Clock.sleep(seconds: 10)
        func version() throws -> Int {
            let list = JSONText.object(
                try connection.send("GET", "/apis/imm.dev/v1alpha1/namespaces/default/gitsources").body)
            return Int((list["metadata"] as? [String: Any])?["resourceVersion"] as? String ?? "") ?? 0
        }
        let (bytes, writes) = (daemon.storedBytes(), try version())
        let polls = 10_000
        Clock.sleep(seconds: Double(polls) * 5 / Double(sources))
        report.line(
            "growth of mirrors and store in \(polls) syncs without change",
            Double(daemon.storedBytes() - bytes) / Double(1 << 20), atMost: 1, " MiB")
        report.note("versions of the store written meanwhile, by all of immd: \(try version() - writes)")
    }

    private func set(_ name: String, image: String, replicas: Int, step: Int = 0) throws -> String {
        try JSONText.write([
            "apiVersion": "imm.dev/v1alpha1", "kind": "InstanceSet", "metadata": ["name": name],
            "spec": [
                "replicas": replicas,
                "template": [
                    "spec": [
                        "image": image, "command": Workload.command, "network": "none",
                        "terminationGracePeriodSeconds": 1, "env": [["name": "STEP", "value": "\(step)"]],
                    ] as [String: Any]
                ],
            ] as [String: Any],
        ])
    }
}
