import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI
import Testing

@testable import ImmctlCommands

@Suite struct CommandStatusTests {
    static let statuses: [(APIStatus.Reason, Int32)] = [
        (.unreachable, 3), (.conflict, 4), (.alreadyExists, 4), (.expired, 4), (.gone, 4), (.notFound, 1),
        (.invalid, 1),
        (.forbidden, 1), (.unauthorized, 1), (.internalError, 1), (.timeout, 1),
    ]

    @Test(arguments: statuses)
    func `a failed request has its status`(reason: APIStatus.Reason, status: Int32) {
        #expect(CommandStatus(APIStatus(code: 0, reason: reason, message: "")).rawValue == status)
    }

    @Test(arguments: [
        "get iset", "describe iset/web", "apply -f -", "plan iset/web", "delete iset/web",
        "scale iset/web --replicas 1",
        "rollout status web", "rollout history web", "rollout undo web", "rollout restart web", "logs iset/web",
        "exec web-0 -- date",
        "events",
        "wait iset/web --for=delete",
    ])
    func `without a server every command ends with 3`(line: String) async throws {
        let bench = try await Bench()
        let result = await bench.run(line, input: Manifest.web(), client: UnreachableClient())
        #expect(result.status.rawValue == 3, "\(result.errors)")
        #expect(result.errors.hasPrefix("error: "))
        #expect(result.errors.contains("hint: "))
        #expect(result.output == "")
    }

    @Test(arguments: [
        "get", "get iset --bogus", "apply", "apply -f - extra", "delete", "scale iset/web", "rollout status",
        "wait iset/web", "get a/b/c", "frobnicate", "get iset -o xml", "completion tcsh", "exec web-0",
        "exec web-0 date", "exec web-0 --slot 1 -- date",
    ])
    func `wrong usage ends with 2`(line: String) async throws {
        let bench = try await Bench()
        let result = await bench.run(line)
        #expect(result.status.rawValue == 2)
        #expect(result.errors.hasPrefix("error: "), "\(result.errors)")
        #expect(result.output == "")
    }

    @Test func `the client's version is printed even without a server`() async throws {
        let bench = try await Bench()
        #expect(await bench.run("version --client").output == "Client Version: v\(Immctl.version)\n")
        #expect(await bench.run("version").lines[1] == "Server Version: v9.9.9")
        #expect(try await bench.run("version -o json").json["serverVersion"]?["gitVersion"] == "v9.9.9")
    }
}

@Suite struct HelpTests {
    static let leaves: [any ParsableCommand.Type] = commands(under: Immctl.self)

    private static func commands(under command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
        let configuration = command.configuration
        return [command] + configuration.subcommands.flatMap { commands(under: $0) }
    }

    @Test func `every command has an example that it can read itself`() throws {
        #expect(HelpTests.leaves.count >= 42, "commands are found")
        for command in HelpTests.leaves {
            let discussion = command.configuration.discussion
            let examples = discussion.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
                .filter { $0.contains("immctl ") && !$0.contains("|") && !$0.hasPrefix("immctl finds") }
            #expect(!examples.isEmpty, "\(command) has no example")
            for example in examples {
                let words = Array((CommandWords.split(String(example)) ?? []).prefix { $0 != ">" }.dropFirst())
                #expect(throws: Never.self, "\(example)") {
                    _ = try Immctl.parseAsRoot(BooleanArguments.normalized(words))
                }
            }
        }
    }

    @Test func `help goes to the output, with status 0`() async throws {
        let bench = try await Bench()
        for line in ["--help", "help", "get --help", "help rollout undo", "rollout", ""] {
            let result = await bench.run(line)
            #expect(result.status == .success, "\(line)")
            #expect(result.output.contains("USAGE: immctl"), "\(line)")
            #expect(result.errors == "")
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `every shell has a completion script`(shell: String) async throws {
        let bench = try await Bench()
        let result = await bench.run("completion \(shell)")
        #expect(result.status == .success)
        #expect(result.output.contains("__complete"))
    }

    @Test func `api-resources lists what get understands`() async throws {
        let bench = try await Bench()
        let names = await bench.run("api-resources -o name").lines
        #expect(names.contains("instancesets.imm.dev"))
        for name in names { #expect(ResourceTypes.find(word: name) != nil, "\(name)") }
        #expect(await bench.run("api-resources").lines.count == names.count + 1)
    }
}

@Suite struct ServerAddressTests {
    private func address(
        server: String? = nil, socket: String? = nil, _ environment: [String: String] = [:], userID: UInt32 = 1000
    ) throws -> String {
        try ServerAddress.resolve(
            server: server, socket: socket, environment: Environment(environment, userID: userID)
        ).description
    }

    @Test func `flags come before variables, and the socket last`() throws {
        let all = ["IMM_SERVER": "http://variable", "IMM_SOCKET": "/variable", "XDG_RUNTIME_DIR": "/run/user/1000"]
        #expect(try address(server: "https://flag", all) == "https://flag")
        #expect(try address(socket: "/flag", all) == "unix:///flag")
        #expect(try address(all) == "http://variable")
        #expect(try address(["IMM_SOCKET": "/variable", "IMM_SERVER": ""]) == "unix:///variable")
        #expect(try address(["XDG_RUNTIME_DIR": "/run/user/1000"]) == "unix:///run/user/1000/imm/imm.sock")
        #expect(try address(["XDG_RUNTIME_DIR": "/run/user/0"], userID: 0) == "unix:///run/imm/imm.sock")
        #expect(try address(server: "unix:///a/b") == "unix:///a/b")
    }

    @Test func `what cannot be an address is said`() {
        #expect(throws: CommandFailure.self) { try address(server: "example.com") }
        #expect(throws: CommandFailure.self) { try address(server: "http://a", socket: "/b") }
        let failure = #expect(throws: CommandFailure.self) { try address() }
        #expect(failure?.status == .noServer)
    }
}

@Suite struct OptionTests {
    @Test(arguments: [("30s", 30), ("5m", 300), ("1h30m", 5400), ("90", 90), ("0", 0), ("1500ms", 2)])
    func `durations are read`(text: String, seconds: Int) {
        #expect(DurationArgument(argument: text)?.seconds == seconds)
    }

    @Test(arguments: ["", "s", "5x", "-3s", "1h30", "99999999999999999999s", "5 m"])
    func `what is no duration is refused`(text: String) {
        #expect(DurationArgument(argument: text) == nil)
    }

    @Test(arguments: [
        ("delete --wait iset/web", "delete --wait=true iset/web"), ("delete --wait=false a", "delete --wait=false a"),
        ("delete --wait false a", "delete --wait false a"), ("get --watch=true iset", "get --watch iset"),
        ("get --watch=false iset", "get iset"), ("rollout status --watch web", "rollout status --watch=true web"),
        ("rollout status --watch=false web", "rollout status --watch=false web"),
        ("apply --force-conflicts=true -f x", "apply --force-conflicts -f x"),
        ("get -- --watch=true", "get -- --watch=true"),
    ])
    func `booleans may be written as kubectl has them`(line: String, expected: String) {
        let words = line.split(separator: " ").map(String.init)
        #expect(BooleanArguments.normalized(words).joined(separator: " ") == expected)
    }

    @Test func `colours need a terminal and no NO_COLOR`() {
        #expect(TextStyle(isTerminal: true, noColor: nil, term: "xterm") == .ansi)
        #expect(TextStyle(isTerminal: true, noColor: "", term: "xterm") == .ansi)
        #expect(TextStyle(isTerminal: true, noColor: "1", term: "xterm") == .plain)
        #expect(TextStyle(isTerminal: false, noColor: nil, term: "xterm") == .plain)
        #expect(TextStyle(isTerminal: true, noColor: nil, term: "dumb") == .plain)
    }

    @Test func `columns are aligned, and lines have no white space at their ends`() {
        var table = TextTable("Name", "Age")
        table.rows = [["a", "5s"], ["longer", ""]]
        #expect(table.lines() == ["NAME     AGE", "a        5s", "longer"])
    }
}
