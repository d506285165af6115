internal import Ambient
internal import ProviderInterface

extension ProviderConformance {
    static var toolChecks: [Check] {
        [
            Check(name: "an instance's life is told as events, in order") { bench in
                let events = try await bench.provider.events()
                let creation = bench.creation(bench.subject.exiting)
                let handle = try await bench.running(creation)
                _ = try await bench.exited(handle)
                try await bench.provider.destroy(handle)
                var told: [ProviderEvent] = []
                while told.last?.kind != .destroyed, let event = try await events.next() {
                    if event.uid == handle.uid, event.kind != .changed { told.append(event) }
                }
                events.cancel()
                try bench.expectEqual(told.map(\.kind), [.created, .started, .exited, .destroyed], "the events")
                try bench.expectEqual(told.first { $0.kind == .exited }?.exitCode, 3, "the exit code")
                try bench.expect(told.allSatisfy { $0.providerID == handle.providerID }, "an event has another id")
            },
            Check(name: "cancelling an event stream ends it") { bench in
                let events = try await bench.provider.events()
                events.cancel()
                while try await events.next() != nil {}
            },
            Check(name: "a command's exit code and output come back, the output bounded") { bench in
                guard bench.subject.runsCommands else { return }
                let handle = try await bench.running(bench.creation(bench.subject.lasting))
                func run(_ command: String) async throws -> ExecResult {
                    try await bench.provider.execute(
                        handle, command: ["/bin/sh", "-c", command], timeout: .seconds(20))
                }
                // The two outputs reach us by ways of their own, in no order.
                let small = try await run("echo 1; echo 2 >&2; exit 7")
                try bench.expectEqual(small.exitCode, 7, "the exit code")
                try bench.expectEqual(small.output.sorted(), Array("\n\n12".utf8), "the output, sorted")
                let large = try await run("yes 0123456789 | head -n 100000")
                try bench.expectEqual(large.exitCode, 0, "the exit code after much output")
                try bench.expect((1...(16 << 10)).contains(large.output.count), "\(large.output.count) bytes came back")
                try await bench.expectError(.unknownOutcome, from: "a command beyond its time-out") {
                    _ = try await bench.provider.execute(
                        handle, command: ["/bin/sh", "-c", "sleep 5"], timeout: .milliseconds(200))
                }
            },
            Check(name: "an instance learns who it is from its environment") { bench in
                guard bench.subject.runsCommands else { return }
                let handle = try await bench.running(bench.creation(bench.subject.lasting, epoch: 9))
                let result = try await bench.provider.execute(
                    handle,
                    command: [
                        "/bin/sh", "-c", "echo $IMM_SET $IMM_SLOT $IMM_INSTANCE $IMM_REVISION $IMM_EPOCH",
                    ], timeout: .seconds(10))
                try bench.expectEqual(
                    String(decoding: result.output, as: UTF8.self), "\(bench.set) 4 set-4-abcde set-0123456789 9\n",
                    "the environment")
            },
            Check(name: "logs hold what it wrote, and following them ends with it") { bench in
                guard bench.subject.runsCommands else { return }
                let handle = try await bench.running(bench.creation(bench.subject.exiting))
                var options = LogOptions()
                options.follow = true
                let followed = try await text(try await bench.provider.logs(handle, options))
                try bench.expectEqual(followed, "hello\n", "the followed logs")
                options = LogOptions()
                options.tail = 0
                let none = try await text(try await bench.provider.logs(handle, options))
                try bench.expectEqual(none, "", "the last 0 lines")
                options = LogOptions()
                options.timestamps = true
                let stamped = try await text(try await bench.provider.logs(handle, options))
                try bench.expect(
                    stamped.hasSuffix(" hello\n") && stamped.hasPrefix("20"), "a line with its time is '\(stamped)'")
                options.since = bench.subject.surroundings.time.now + Duration.seconds(3600)
                let later = try await text(try await bench.provider.logs(handle, options))
                try bench.expectEqual(later, "", "the logs of an hour from now on")
            },
        ]
    }

    private static func text(_ stream: LogStream) async throws -> String {
        var bytes: [UInt8] = []
        while let chunk = try await stream.next() { bytes += chunk }
        stream.cancel()
        return String(decoding: bytes, as: UTF8.self)
    }
}
