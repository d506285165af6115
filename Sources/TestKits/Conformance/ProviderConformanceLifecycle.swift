internal import ProviderInterface

extension ProviderConformance {
    static var lifecycleChecks: [Check] {
        [
            Check(name: "the identity is there and stays the same") { bench in
                let first = try await bench.provider.describe(recordedIdentity: nil).identity
                try bench.expect(!first.isEmpty, "the identity is empty")
                for recorded in [nil, first] {
                    let again = try await bench.provider.describe(recordedIdentity: recorded).identity
                    try bench.expectEqual(again, first, "the identity, asked again")
                }
                try bench.expectEqual(try await bench.provider.observe().identity, first, "the observation's identity")
            },
            Check(name: "a created instance is observed as it was made, and does not run") { bench in
                let creation = bench.creation(bench.subject.lasting, epoch: 7)
                let made = try await bench.provider.create(creation)
                try bench.expectEqual(made.state, .created, "the state after create")
                try bench.expect(!made.providerID.isEmpty, "the engine's id is empty")
                let seen = try await bench.provider.observe().instances.filter { $0.uid == creation.handle.uid }
                try bench.expectEqual(seen, [made], "the observation")
                try bench.expectEqual(made.epoch, 7, "the epoch")
                try bench.expectEqual(made.set, bench.set, "the set")
                try bench.expectEqual(made.slot, 4, "the slot")
                try bench.expectEqual(made.revision, "set-0123456789", "the revision")
                try bench.expectEqual(made.startedAt, nil, "the start time")
            },
            Check(name: "creating again returns the one that is there") { bench in
                let creation = bench.creation(bench.subject.lasting)
                let first = try await bench.provider.create(creation)
                try bench.expectEqual(try await bench.provider.create(creation), first, "the second create's instance")
            },
            Check(name: "creating at the same time makes one instance") { bench in
                let creation = bench.creation(bench.subject.lasting)
                let provider = bench.provider
                let ids = try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<4 { group.addTask { try await provider.create(creation).providerID } }
                    return try await group.reduce(into: Set<String>()) { $0.insert($1) }
                }
                try bench.expectEqual(ids.count, 1, "the number of instances")
            },
            Check(name: "starting runs it, and starting again changes nothing") { bench in
                let creation = bench.creation(bench.subject.lasting)
                let handle = bench.handle(try await bench.provider.create(creation), of: creation)
                let started = try await bench.provider.start(handle)
                try bench.expectEqual(started.state, .running, "the state after start")
                try bench.expect(started.startedAt != nil, "there is no start time")
                try bench.expectEqual(try await bench.provider.start(handle), started, "the second start's instance")
                let seen = try await bench.provider.observe().instances.first { $0.uid == creation.handle.uid }
                try bench.expectEqual(seen?.state, .running, "the observed state")
            },
            Check(name: "one that exited keeps its code, and is never started again") { bench in
                let handle = try await bench.running(bench.creation(bench.subject.exiting))
                let ended = try await bench.exited(handle)
                try bench.expectEqual(ended.state, .exited(code: 3), "the state after the exit")
                try await bench.expectError(.alreadyExited, from: "a second start") {
                    _ = try await bench.provider.start(handle)
                }
                try bench.expectEqual(try await bench.provider.read(handle).instance, ended, "the instance afterwards")
            },
            Check(name: "one that was stopped is never started again") { bench in
                let handle = try await bench.running(bench.creation(bench.subject.lasting))
                try await bench.provider.stop(handle, grace: .seconds(5))
                guard case .exited? = try await bench.provider.read(handle).instance?.state else {
                    throw ProviderConformanceFailure(check: "", message: "it is not exited after stop returned")
                }
                try await bench.provider.stop(handle, grace: .seconds(5))
                try await bench.expectError(.alreadyExited, from: "a start after stop") {
                    _ = try await bench.provider.start(handle)
                }
            },
            Check(name: "a refused start is evidence against the revision") { bench in
                guard let template = bench.subject.refused else { return }
                try await bench.expectError(.startRefused, from: "create and start") {
                    _ = try await bench.running(bench.creation(template))
                }
            },
            Check(name: "destroying removes it from every view, running or not, and again is fine") { bench in
                for starts in [false, true] {
                    let creation = bench.creation(bench.subject.lasting)
                    let handle = bench.handle(try await bench.provider.create(creation), of: creation)
                    if starts { _ = try await bench.provider.start(handle) }
                    try await bench.provider.destroy(handle)
                    let identity = try await bench.provider.observe().identity
                    let read = try await bench.provider.read(handle)
                    try bench.expectEqual(
                        read, ConfirmingRead(identity: identity, instance: nil), "the confirming read")
                    let seen = try await bench.provider.observe().instances.filter { $0.uid == handle.uid }
                    try bench.expectEqual(seen, [], "the observation")
                    try await bench.provider.destroy(handle)
                    try await bench.provider.stop(handle, grace: .zero)
                }
            },
            Check(name: "what was never made is read as absent, and cannot be started") { bench in
                let handle = bench.creation(bench.subject.lasting).handle
                try bench.expectEqual(try await bench.provider.read(handle).instance, nil, "the confirming read")
                try await bench.expectError(.notFound, from: "a start") { _ = try await bench.provider.start(handle) }
                try await bench.provider.stop(handle, grace: .zero)
                try await bench.provider.destroy(handle)
            },
            Check(name: "after a crash an instance is found by its name") { bench in
                let creation = bench.creation(bench.subject.lasting)
                let made = try await bench.provider.create(creation)
                let nameless = creation.handle
                try bench.expectEqual(try await bench.provider.read(nameless).instance, made, "the confirming read")
                try bench.expectEqual(try await bench.provider.start(nameless).providerID, made.providerID, "the id")
                try await bench.provider.stop(nameless, grace: .seconds(5))
                try await bench.provider.destroy(nameless)
                try bench.expectEqual(try await bench.provider.read(nameless).instance, nil, "the read after destroy")
            },
        ]
    }
}
