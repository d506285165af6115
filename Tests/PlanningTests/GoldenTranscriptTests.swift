import Ambient
import Foundation
import InfraAPI
import Testing

@testable import Planning

/// Whole roll-outs as stories: a change of behaviour shows in review as a change of the text. `IMM_WRITE_GOLDEN=1` writes them.
@Suite struct GoldenTranscriptTests {
    struct Story: Sendable, CustomTestStringConvertible {
        let name: String
        let replicas: Int
        let claims: [String]
        let change: @Sendable (inout InstanceSet) -> Void

        var testDescription: String { name }
    }

    static let stories = [
        Story(name: "rollout", replicas: 3, claims: []) { $0.spec.template.spec.image = "app:v2" },
        Story(name: "rollout-with-volumes", replicas: 2, claims: ["data"]) { $0.spec.template.spec.image = "app:v2" },
        Story(name: "scale-down-with-volumes", replicas: 3, claims: ["data"]) { $0.spec.replicas = 1 },
        Story(name: "recreate", replicas: 2, claims: []) {
            $0.spec.strategy.type = .recreate
            $0.spec.template.spec.image = "app:v2"
        },
        Story(name: "delete-with-volumes", replicas: 2, claims: ["data"]) {
            $0.metadata.deletionTimestamp = Fixture.now
        },
    ]

    @Test(arguments: stories) func `the story is the one that was agreed`(story: Story) throws {
        let text = try tell(story)
        let file = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("Golden/\(story.name).txt")
        if ProcessInfo.processInfo.environment["IMM_WRITE_GOLDEN"] != nil {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }

    private func tell(_ story: Story) throws -> String {
        var observation = Fixture.settled(Fixture.set(replicas: story.replicas, claims: story.claims))
        story.change(&observation.set)
        observation.set.metadata.generation += 1
        observation.templateHash = Fixture.templateHash(observation.set)
        observation.resolution = .succeeded(Fixture.resolved(observation.set, observation.templateHash))
        var world = ImaginedWorld(observation)
        var lines: [String] = []
        var round = 0
        while !world.observation.set.metadata.finalizers.isEmpty, let plan = world.advance() {
            round += 1
            try #require(round < 1000, "no fixed point")
            try Laws.check(world.observation)
            if plan.steps.isEmpty { continue }
            lines.append("plan \(round)")
            for planned in plan.steps {
                let place = planned.slot.map { "slot \($0)" } ?? "set"
                lines.append("  \(place): \(planned.step.name)  [\(planned.reason.rawValue)] \(planned.message)")
            }
            for wait in plan.waits {
                lines.append("  \(wait.slot.map { "slot \($0)" } ?? "set") waits: \(wait.reason.rawValue)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
