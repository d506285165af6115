import Ambient
import JSON
import QMP
import Testing

@Suite struct QMPClientTests {
    /// Answers each command with `{}` under its id, after `before`.
    private static func server(_ before: [String] = []) -> ScriptedServer {
        ScriptedServer { line in before + [answer(to: line)] }
    }

    static func answer(to line: String, _ result: String = "{}") -> String {
        let id = (try? JSONValue(parsing: line))?["id"]?.intValue ?? -1
        return #"{"return": \#(result), "id": \#(id)}"#
    }

    private func with(
        _ server: ScriptedServer, _ body: (QMPClient) async throws -> Void
    ) async throws {
        defer { server.stop() }
        let client = try await QMPClient.open(directory: server.directory, name: "qmp", time: SystemTime())
        defer { client.close() }
        try await body(client)
    }

    @Test func `the handshake tells the version and comes before any command`() async throws {
        let server = QMPClientTests.server()
        try await with(server) { client in
            #expect(client.version == "7.2.22")
            try await client.execute("query-status")
            let commands = server.requests.withLock { $0 }.compactMap {
                try? JSONValue(parsing: $0)["execute"]?.stringValue
            }
            #expect(commands == ["qmp_capabilities", "query-status"])
        }
    }

    @Test func `events between a command and its answer are kept, and each is taken once`() async throws {
        let event = #"{"event": "DEVICE_DELETED", "data": {"device": "disk-a"}, "timestamp": {"seconds": 1}}"#
        try await with(QMPClientTests.server([event])) { client in
            try await client.execute("device_del", ["id": "disk-a"])
            for _ in 0..<2 {
                let found = try await client.event(timeout: .seconds(5)) { $0.name == "DEVICE_DELETED" }
                #expect(found.data["device"] == "disk-a")
            }
            await #expect(throws: QMPError.self) {
                _ = try await client.event(timeout: .milliseconds(50)) { $0.name == "DEVICE_DELETED" }
            }
        }
    }

    @Test func `a refusal has QEMU's class and words`() async throws {
        let server = ScriptedServer { line in
            line.contains("capabilities")
                ? [QMPClientTests.answer(to: line)]
                : [#"{"id": 2, "error": {"class": "DeviceNotFound", "desc": "Device 'x' not found"}}"#]
        }
        try await with(server) { client in
            let error = await #expect(throws: QMPError.self) { try await client.execute("device_del", ["id": "x"]) }
            #expect(error?.kind == .refused(class: "DeviceNotFound"))
            #expect(error?.message.contains("Device 'x' not found") == true)
        }
    }

    @Test func `a server that says nothing is given up on`() async throws {
        let server = ScriptedServer(greeting: nil) { _ in [] }
        defer { server.stop() }
        let error = await #expect(throws: QMPError.self) {
            _ = try await QMPClient.open(
                directory: server.directory, name: "qmp", time: SystemTime(), timeout: .milliseconds(100))
        }
        #expect(error?.kind == .timedOut)
    }

    @Test func `what is no JSON is an error, and so is a socket that is not there`() async throws {
        let server = ScriptedServer(greeting: "hello") { _ in [] }
        defer { server.stop() }
        let error = await #expect(throws: QMPError.self) {
            _ = try await QMPClient.open(directory: server.directory, name: "qmp", time: SystemTime())
        }
        #expect(error?.kind == .malformed)
        let missing = await #expect(throws: QMPError.self) {
            _ = try await QMPClient.open(directory: server.directory, name: "none", time: SystemTime())
        }
        #expect(missing?.kind == .unreachable)
    }

    @Test func `a device that is gone is not deleted again`() async throws {
        let server = ScriptedServer { line in
            [QMPClientTests.answer(to: line, line.contains("qom-list") ? "[]" : "{}")]
        }
        try await with(server) { client in
            try await client.removeDevice("disk-a", timeout: .seconds(5))
            #expect(!server.requests.withLock { $0.contains { $0.contains("device_del") } })
        }
    }
}

@Suite struct QEMUOptionTests {
    @Test func `commas of values are doubled, so that no value adds an option`() {
        let option = QEMUOption("file").with("path", "/a,b/c,,d").with("append", true).with("n", 3)
        #expect(option.argument == "file,path=/a,,b/c,,,,d,append=on,n=3")
        #expect(QEMUOption().with("driver", "raw").argument == "driver=raw")
    }
}
