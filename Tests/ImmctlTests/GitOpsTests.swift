import Ambient
import InfraAPI
import JSON
import ResourceAPI
import Testing

@testable import ImmctlCommands

@Suite struct GitOpsTests {
    @Test func `status lists the sources with commit, subject, age and what they wait for`() async throws {
        let bench = try await Bench()
        #expect(await bench.run("gitops status").output == "no sources\n")
        try await bench.create(Sources.source())
        try await bench.create(
            Sources.source("shop") { source in
                source.status.pendingPrune = Sources.pending([Sources.entry("web"), Sources.entry("db")])
                var rejected = RejectedContent()
                (rejected.namespace, rejected.name, rejected.revision) = ("default", "web", "web-0123456789")
                source.status.rejected = [rejected]
                source.status.conditions = [Sources.condition("Ready", .false, "PruneWaiting", "2 objects wait")]
            })
        try await bench.create(Sources.source("paused") { $0.spec.suspend = true })
        let result = await bench.run("gitops status")
        #expect(result.status == .success)
        #expect(
            result.lines == [
                "NAME     READY   REASON         COMMIT         SUBJECT     AGE   OBJECTS   PENDING PRUNE   REJECTED",
                "fleet    True    Applied        a1a1a1a1a1a1   Change a1   60m   2",
                "paused   True    Suspended      a1a1a1a1a1a1   Change a1   60m   2",
                "shop     False   PruneWaiting   a1a1a1a1a1a1   Change a1   60m   2         2               web",
            ], "\(result.output)")
        let json = try await bench.run("gitops status -A -o json").json
        #expect(json["items"]?.arrayValue?.map(\.name) == ["fleet", "paused", "shop"])
    }

    @Test func `status of one source tells all of it, as describe does`() async throws {
        let bench = try await Bench()
        try await bench.create(
            Sources.source { source in
                source.status.pendingPrune = Sources.pending([Sources.entry("web")])
                var proposal = ImageProposal()
                (proposal.branch, proposal.commit) = ("imm/updates", Sources.older)
                proposal.images = ["registry/web:2@sha256:00"]
                source.status.proposal = proposal
            })
        for line in ["gitops status fleet", "gitops status gitsource/fleet", "describe gitsource fleet"] {
            let result = await bench.run(line)
            for text in [
                "branch main", "at most 25% in one sync", "\(Sources.commit) Change a1", "instanceset.imm.dev/web",
                "Waits for an approval", "2 objects are more than 25% of 2", "b2b2b2b2b2b2 on imm/updates",
                "registry/web:2@sha256:00", "fleet/web.yaml:3:5: unknown field",
            ] {
                #expect(result.output.contains(text), "\(line): \(text)")
            }
        }
        let json = try await bench.run("gitops status fleet -o json").json
        #expect(json[path: ["status", "lastAppliedCommit"]] == .string(Sources.commit))
        #expect(await bench.run("gitops status nothing").status == .failed)
        #expect(await bench.run("gitops status fleet -A").status == .usage)
        #expect(await bench.run("gitops status instanceset/web").status == .usage)
    }

    @Test func `history lists the last syncs, the newest first`() async throws {
        let bench = try await Bench()
        try await bench.create(Sources.source())
        let result = await bench.run("gitops history fleet")
        #expect(
            result.lines == [
                "AGE    COMMIT         OUTCOME   REASON            SUBJECT     MESSAGE",
                "60m    a1a1a1a1a1a1   Applied   Applied           Change a1   2 objects",
                "120m   b2b2b2b2b2b2   Refused   ManifestInvalid   Change b2   fleet/web.yaml:3:5: unknown field",
            ], "\(result.output)")
        let json = try await bench.run("gitops history fleet -o json").json
        #expect(json["history"]?.arrayValue?.map { $0["outcome"] } == ["Applied", "Refused"])
        try await bench.create(Sources.source("new") { $0.status = GitSourceStatus() })
        #expect(await bench.run("gitops history new").output == "gitsource.imm.dev/new has no history yet\n")
    }

    @Test func `suspend and resume set one field, and say when there is nothing to do`() async throws {
        let bench = try await Bench()
        try await bench.create(Sources.source())
        try await bench.create(Sources.source("shop"))
        let suspended = await bench.run("gitops suspend fleet shop")
        #expect(suspended.lines == ["gitsource.imm.dev/fleet suspended", "gitsource.imm.dev/shop suspended"])
        #expect(try await bench.get(GitSource.resourceType, "shop")["spec"]?["suspend"] == true)
        #expect(await bench.run("gitops suspend fleet").output == "gitsource.imm.dev/fleet is suspended already\n")
        let resumed = try await bench.run("gitops resume fleet -o json").json
        #expect(resumed["spec"]?["suspend"] == false && resumed["kind"] == "GitSource")
        #expect(await bench.run("gitops resume fleet").output == "gitsource.imm.dev/fleet is not suspended\n")
        #expect(await bench.run("gitops suspend").status == .usage)
        #expect(await bench.run("gitops resume nothing").status == .failed)
    }

    /// Answers the approval as a controller would.
    private func answer(_ bench: Bench, _ outcome: PruneApprovalStatus.Outcome) async throws {
        for _ in 0..<500 {
            guard var approval = try await bench.client.list(PruneApproval.self, in: "default").items.first else {
                try await Task.sleep(for: .milliseconds(10))
                continue
            }
            approval.status.outcome = outcome
            approval.status.message = outcome == .refused ? "it waits for other objects by now" : nil
            _ = try await bench.client.updateStatus(approval)
            return
        }
        Issue.record("nobody asked")
    }

    @Test func `approve shows what would be deleted, asks, and consents to exactly that`() async throws {
        let bench = try await Bench()
        let objects = [Sources.entry("web"), Sources.entry("db")]
        try await bench.create(Sources.source { $0.status.pendingPrune = Sources.pending(objects) })
        let arguments = ["gitops", "approve", "fleet", "--reason", "switched off"]
        let unasked = await bench.run(arguments)
        #expect(unasked.status == .usage && unasked.errors.contains("--yes"))
        bench.typed.withLock { $0 = "no" }
        #expect(await bench.run(arguments).status == .failed)
        #expect(try await bench.client.list(PruneApproval.self, in: "default").items.isEmpty)
        bench.typed.withLock { $0 = "yes" }
        async let result = bench.run(arguments)
        try await answer(bench, .accepted)
        let done = await result
        #expect(done.status == .success, "\(done.errors)")
        #expect(done.errors.contains("default     instanceset.imm.dev/web"))
        #expect(
            done.errors.contains("These 2 objects will be deleted, since commit a1a1a1a1a1a1 no longer holds them."))
        #expect(done.lines.prefix(2) == ["instanceset.imm.dev/web deleted", "instanceset.imm.dev/db deleted"])
        let approval = try #require(try await bench.client.list(PruneApproval.self, in: "default").items.first)
        #expect(approval.spec.objects == objects && approval.spec.commit == Sources.commit)
        #expect(approval.spec.reason == "switched off" && approval.name.hasPrefix("fleet-"))
    }

    @Test func `a refused approval is a failure, and without a pending prune there is nothing to approve`() async throws
    {
        let bench = try await Bench()
        try await bench.create(Sources.source())
        let nothing = await bench.run("gitops approve fleet --reason x --yes")
        #expect(nothing.status == .failed && nothing.errors.contains("waits for no approval"))
        try await bench.create(
            Sources.source("shop") { $0.status.pendingPrune = Sources.pending([Sources.entry("web")]) })
        async let result = bench.run("gitops approve shop --reason x --yes -o json")
        try await answer(bench, .refused)
        let done = await result
        #expect(done.status == .failed)
        #expect(try done.json[path: ["status", "message"]] == "it waits for other objects by now")
        #expect(await bench.run(["gitops", "approve", "shop", "--reason", " "]).status == .usage)
        #expect(await bench.run("gitops approve shop").status == .usage)
    }
}
