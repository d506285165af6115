import Ambient
import Foundation
import InfraAPI
import Testing

@testable import Planning

/// Roll-outs that fail, as stories. `IMM_WRITE_GOLDEN=1` writes them.
@Suite struct GoldenVerdictTests {
    struct Story: Sendable, CustomTestStringConvertible {
        let name: String
        var isProven = true
        var replicas = 3
        var claims: [String] = []
        let play: @Sendable (inout Rehearsal) throws -> Void

        var testDescription: String { name }
    }

    static let stories = [
        Story(name: "failing-image") { story in
            story.failures["app:v2"] = .refused
            story.apply(image: "app:v2")
            try story.run()
        },
        Story(name: "rollback") { story in
            // One slot is taken over before the revision shows what it is.
            story.apply(image: "app:v2")
            try story.run { $0.images == ["app:v1", "app:v1", "app:v2"] }
            story.failures["app:v2"] = .diesLater(code: 1)
            try story.run()
        },
        Story(name: "rollback-with-volumes", replicas: 2, claims: ["data"]) { story in
            story.failures["app:v2"] = .dies(code: 1)
            story.apply(image: "app:v2")
            try story.run()
        },
        Story(name: "failing-with-no-proven", isProven: false, replicas: 2, claims: ["data"]) { story in
            story.failures["app:v2"] = .dies(code: 1)
            story.apply(image: "app:v2")
            try story.run(for: .seconds(6))
        },
        Story(name: "rollback-target-fails", replicas: 2, claims: ["data"]) { story in
            story.failures["app:v2"] = .dies(code: 1)
            story.failures["app:v1"] = .dies(code: 2)
            story.apply(image: "app:v2")
            try story.run(for: .seconds(6))
        },
        Story(name: "scale-after-rollback", replicas: 2) { story in
            story.failures["app:v2"] = .dies(code: 1)
            story.apply(image: "app:v2")
            try story.run()
            story.apply("scales to 3") { $0.spec.replicas = 3 }
            try story.run()
        },
        Story(name: "retry", replicas: 2) { story in
            story.failures["app:v2"] = .dies(code: 1)
            story.apply(image: "app:v2")
            try story.run()
            story.failures = [:]
            story.apply("says retry") { $0.metadata.annotations["imm.dev/retry"] = "1" }
            try story.run()
        },
        Story(name: "newest-wins-during-rollback", replicas: 2, claims: ["data"]) { story in
            story.failures["app:v2"] = .dies(code: 1)
            story.apply(image: "app:v2")
            try story.run { $0.revision("app:v2")?.status.verdict == .rejected }
            story.apply(image: "app:v3")
            try story.run()
        },
    ]

    @Test(arguments: stories) func `the story is the one that was agreed`(story: Story) throws {
        let set = Fixture.set(replicas: story.replicas, claims: story.claims)
        var rehearsal = Rehearsal(story.isProven ? Fixture.settled(set) : Fixture.observation(set))
        if !story.isProven { try rehearsal.run { $0.status.conditions["Ready"]?.status == .true } }
        try story.play(&rehearsal)
        let text = (rehearsal.lines + rehearsal.ending).joined(separator: "\n") + "\n"
        let file = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("Golden/\(story.name).txt")
        if ProcessInfo.processInfo.environment["IMM_WRITE_GOLDEN"] != nil {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }
}
