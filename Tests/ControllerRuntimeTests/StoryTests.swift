import Ambient
import Foundation
import InfraAPI
import Logging
import Simulation
import Testing

/// Whole stories of the real controllers at a simulated provider, as text: a change of behaviour shows in review as a change
/// of the story. `IMM_WRITE_GOLDEN=1` writes them.
@Suite struct StoryTests {
    struct Story: Sendable, CustomTestStringConvertible {
        let name: String
        let tell: @Sendable (SimulatedCluster) async throws -> Void

        var testDescription: String { name }
    }

    static let stories = [
        Story(name: "rollout") { cluster in
            try await cluster.begin(web())
            try await cluster.replace(by: web("app:2"))
        },
        Story(name: "rollout with volumes") { cluster in
            try await cluster.begin(db())
            try await cluster.replace(by: db("app:2"))
        },
        Story(name: "failing image") { cluster in
            try await cluster.begin(web())
            try await cluster.apply(web("app:crashing"))
            try await cluster.time.sleep(for: .seconds(60))
        },
        Story(name: "rollback") { cluster in
            try await cluster.begin(db())
            try await cluster.apply(db("app:crashing"))
            try await cluster.time.sleep(for: .seconds(60))
            try await cluster.replace(by: db("app:1"))
        },
        Story(name: "provider lost and back") { cluster in
            try await cluster.begin(db())
            try await cluster.apply(db("app:2"))
            try await cluster.time.sleep(for: .milliseconds(1500))
            cluster.provider.setReachable(false)
            try await cluster.time.sleep(for: .seconds(30))
            cluster.provider.setReachable(true)
            try await cluster.wait(for: .seconds(600), "all run app:2") { $0.allRun("app:2", 2) }
        },
        Story(name: "scale-down") { cluster in
            try await cluster.begin(db())
            var smaller = db()
            smaller.spec.replicas = 1
            try await cluster.replace(by: smaller)
        },
    ]

    @Test(arguments: stories) func `the story is the one that was agreed`(story: Story) throws {
        var options = ClusterOptions()
        options.logLevel = .info
        let report = SimulatedCluster.run(story.name, seed: 1, options) { cluster in
            for (reference, image) in SimulatedImage.ofLives { cluster.engine.register(reference, image) }
            try await story.tell(cluster)
        }
        #expect(report.problems.isEmpty, "\(report)")
        let text = StoryText.tell(report.transcript)
        let file = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("Stories/\(story.name.replacing(" ", with: "-")).txt")
        if ProcessInfo.processInfo.environment["IMM_WRITE_GOLDEN"] != nil {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }

    private static func web(_ image: String = "app:1") -> InstanceSet {
        LifeScript.SetShape(name: "web", claims: 0).set(replicas: 3, image: image)
    }

    private static func db(_ image: String = "app:1") -> InstanceSet {
        LifeScript.SetShape(name: "db", claims: 1).set(replicas: 2, image: image)
    }
}

extension SimulatedCluster {
    /// Applies a set and waits until it is settled and its revision proven.
    fileprivate func begin(_ set: InstanceSet) async throws {
        try await replace(by: set)
        try await time.sleep(for: .seconds(60))
    }

    fileprivate func replace(by set: InstanceSet) async throws {
        let (image, replicas) = (set.spec.template.spec.image, set.spec.replicas)
        try await apply(set)
        try await wait(for: .seconds(600), "all run \(image)") { $0.allRun(image, replicas) }
    }
}

extension World {
    fileprivate func allRun(_ image: String, _ replicas: Int) -> Bool {
        let digest = SimulatedImage.ofLives.first { $0.0 == image }?.1.digest
        let running = engine.sortedInstances.filter { $0.image.digest == digest && $0.passesProbes(at: uptime) }
        return running.count == replicas && instances.count == replicas
            && sets.values.allSatisfy { $0.status.availableReplicas == replicas }
    }
}

/// Makes a story of a transcript: what the user did, which steps were taken and why, without what differs from run to run for
/// no reason of its own (times, names).
enum StoryText {
    static func tell(_ transcript: String) -> String {
        var names: [String: String] = [:]
        let lines = transcript.split(separator: "\n").compactMap { line -> String? in
            guard let text = line.split(separator: " ", maxSplits: 1).last.map(String.init), isTold(text) else {
                return nil
            }
            return renamed(shortened(text), &names)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func isTold(_ text: String) -> Bool {
        ["info step", "user ", "engine: ", "provider: ", "scenario: ", "controller ", "registry: "].contains {
            text.hasPrefix($0)
        }
    }

    /// `info step reason=Died step=… why=…` becomes `step  [Died] why`.
    private static func shortened(_ text: String) -> String {
        guard text.hasPrefix("info step"), let reason = text.firstRange(of: "reason="),
            let step = text.firstRange(of: " step="), let why = text.firstRange(of: " why=")
        else { return text }
        return "  \(text[step.upperBound..<why.lowerBound])  "
            + "[\(text[reason.upperBound...].prefix { $0 != " " })] \(text[why.upperBound...])"
    }

    /// Random suffixes of names and hashes of revisions are numbered as they come.
    private static func renamed(_ text: String, _ names: inout [String: String]) -> String {
        var result = text
        for match in text.matches(of: /\b(web|db)-(\d+)-([a-z0-9]{5})\b/) {
            let name = String(match.0)
            let place = "\(match.1)-\(match.2)"
            if names[name] == nil {
                let count = names.keys.count { $0.hasPrefix("\(place)-") }
                names[name] = "\(place)-#\(count + 1)"
            }
            result = result.replacing(name, with: names[name] ?? name)
        }
        for match in text.matches(of: /\b(web|db)-([0-9a-f]{10})\b/) {
            let name = String(match.0)
            if names[name] == nil { names[name] = "\(match.1)-revision-\(names.keys.count { $0.count > 10 } + 1)" }
            result = result.replacing(name, with: names[name] ?? name)
        }
        result = result.replacing(/\d+ ms/, with: "<time>")
        result = result.replacing(/sha256:(.)\1{63}/) { "sha256:\($0.1)" }
        return result.replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, with: "<time>")
    }
}
