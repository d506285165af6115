import Ambient
import InfraAPI
import JSON
import ResourceAPI
import Testing

@testable import ImmctlCommands

@Suite struct PlanTests {
    private let replacement: JSONValue = [
        "set": "default/web",
        "steps": [
            [
                "slot": 0, "action": "Retire", "instance": "web-0-abcde", "reason": "NewRevision",
                "message": "image web:1 -> web:2",
            ],
            ["slot": 0, "action": "Launch", "instance": "web-0-fghij", "reason": "NewRevision", "message": ""],
            ["slot": 3, "action": "Launch", "reason": "ScaledUp", "message": "slot 3 is new"],
            ["slot": 4, "action": "Retire", "instance": "web-4-aaaaa", "reason": "ScaledDown", "message": ""],
            ["action": "CreateRevision", "reason": "TemplateChanged", "message": "web:2 is web@sha256:2"],
        ],
        "waits": [["slot": 1, "reason": "BudgetExhausted", "message": "1 of 1 unavailable"]], "messages": ["note"],
    ]

    @Test func `a plan is a plain list with reasons`() throws {
        let lines = PlanText.lines(try PlanReport(json: replacement), style: .plain)
        #expect(
            lines == [
                "default/web:",
                "  ~ slot 0: replace web-0-abcde by web-0-fghij: NewRevision: image web:1 -> web:2",
                "  + slot 3: launch: ScaledUp: slot 3 is new",
                "  - slot 4: retire web-4-aaaaa: ScaledDown",
                "  * set: create revision: TemplateChanged: web:2 is web@sha256:2",
                "  … slot 1: wait: BudgetExhausted: 1 of 1 unavailable",
                "  note",
                "Plan: 1 to create, 1 to replace, 1 to remove, 1 other, 1 waiting.",
            ])
    }

    @Test func `an occupant that leaves is paired with one that comes in, whichever is first`() throws {
        func step(_ slot: Int, _ action: String, _ name: String) -> JSONValue {
            ["slot": .int(Int64(slot)), "action": .string(action), "instance": .string(name), "reason": "NewRevision"]
        }
        let plan: JSONValue = [
            "set": "default/web",
            "steps": [
                step(0, "Create", "b"), step(0, "Destroy", "a"), step(1, "Destroy", "c"), step(1, "Destroy", "d"),
                step(1, "Create", "e"), step(2, "Attach", "f"),
            ], "waits": [], "messages": [],
        ]
        #expect(
            PlanText.entries(of: try PlanReport(json: plan)).map { "\($0.sign.rawValue) \($0.text)" } == [
                "~ slot 0: replace a by b: NewRevision", "- slot 1: destroy c: NewRevision",
                "~ slot 1: replace d by e: NewRevision", "* slot 2: attach f: NewRevision",
            ])
    }

    @Test func `the exit status tells changes, none, and errors apart`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        let none = await bench.run("plan iset/web")
        #expect(none.status == .success)
        #expect(none.output == "default/web: no changes to instances.\n")
        #expect(await bench.run("plan -f -", input: Manifest.web()).status.rawValue == 0)
        bench.plan.withLock { $0 = replacement }
        let changes = await bench.run("plan iset/web")
        #expect(changes.status.rawValue == 2)
        #expect(await bench.run("plan iset/nope").status.rawValue == 1)
        #expect(await bench.run("plan --no-such-flag").status.rawValue == 1)
        #expect(await bench.run("plan").status.rawValue == 1)
        #expect(await bench.run("plan provider/docker").status.rawValue == 1)
        #expect(await bench.run("plan -f -", input: Manifest.web(replicas: -1)).status.rawValue == 1)
    }

    @Test func `plan -f asks for the set as it would be, and changes nothing`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        bench.plan.withLock { $0 = replacement }
        let result = await bench.run("plan -f -", input: Manifest.web(image: "registry/web:2"))
        #expect(result.lines[0] == "~ instanceset.imm.dev/web: to be changed", "\(result.errors)")
        let asked = try #require(bench.planned.withLock { $0 }.last)
        #expect(asked[path: ["spec", "template", "spec", "image"]] == "registry/web:2")
        #expect(asked[path: ["spec", "progressDeadlineSeconds"]] == 600, "defaults are put in")
        #expect(asked[path: ["metadata", "managedFields"]] == nil, "the server refuses them in a body")
        let stored = try await bench.get(InstanceSet.resourceType, "web")
        #expect(stored[path: ["spec", "template", "spec", "image"]] == "registry/web:1")
        let json = try await bench.run("plan -o json iset/web").json
        #expect(json["set"] == "default/web" && json["steps"]?.arrayValue?.count == 5)
    }

    @Test func `a new set is a change though it has no step yet`() async throws {
        let bench = try await Bench()
        let result = await bench.run("plan -f -", input: Manifest.web())
        #expect(result.status == .changes)
        #expect(result.lines[0] == "+ instanceset.imm.dev/web: to be created")
        #expect(await bench.run("get iset -o name").output == "")
    }
}

@Suite struct DescribeTests {
    @Test func `a set shows strategy, revisions, slots, volumes, conditions and events`() async throws {
        let bench = try await Bench()
        try await Fleet.make(on: bench)
        try await bench.create(Fleet.instance(slot: 0, "aaaaa", revision: 3))
        try await bench.create(Fleet.instance(slot: 1, "bbbbb", revision: 1))
        try await bench.create(EventsTests.event("web", "Replaced", minutesAgo: 5))
        let result = await bench.run("describe iset/web")
        #expect(result.status == .success, "\(result.errors)")
        for part in [
            "Name:", "Strategy:", "RollingReplace", "Revisions:", "Slots:", "web-0-aaaaa", "3 (web-3333333333)",
            "<empty>", "Conditions:", "Starting", "Events:", "Replaced", "3 desired | 3 present | 1 updated",
        ] {
            #expect(result.output.contains(part), "\(part) is missing from\n\(result.output)")
        }
        let json = try await bench.run("describe iset/web -o json").json
        #expect(json["related"]?.arrayValue?.count == 5)
        #expect(json["events"]?.arrayValue?.count == 1)
    }

    @Test(arguments: ["text", "json", "yaml"])
    func `nothing of a secret is shown but its size`(format: String) async throws {
        let bench = try await Bench()
        try await bench.create([
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "token", "namespace": "default"],
            "data": ["password": "aHVudGVyMg=="],
        ])
        let result = await bench.run("describe secret/token -o \(format)")
        #expect(result.status == .success, "\(result.errors)")
        #expect(!result.output.contains("aHVudGVyMg"), "\(result.output)")
        #expect(!result.output.contains("hunter2"))
        #expect(result.output.contains("7 bytes"), "\(result.output)")
        #expect(await bench.run("get secret token -o yaml").output.contains("aHVudGVyMg=="))
    }

    @Test(arguments: ["ns/default", "provider/docker", "irev/web-1111111111", "iinst/web-0-aaaaa", "ivol/data-web-0"])
    func `every kind has a description`(object: String) async throws {
        let bench = try await Bench()
        try await Fleet.make(on: bench)
        try await bench.create(Fleet.instance(slot: 0, "aaaaa", revision: 3))
        var volume = Volume()
        volume.metadata.name = "data-web-0"
        volume.metadata.namespace = "default"
        volume.spec.provider = "docker"
        volume.status.epoch = 4
        try await bench.create(volume)
        let result = await bench.run("describe \(object)")
        #expect(result.status == .success, "\(result.errors)")
        #expect(result.lines[0].hasPrefix("Name:"), "\(result.output)")
    }

    @Test func `control characters of an object do not reach the terminal`() {
        #expect("a\u{1B}[2Jb\nc\u{9B}d".singleLine == "a[2Jb cd")
    }
}

@Suite struct EventsTests {
    static func event(_ name: String, _ reason: String, minutesAgo: Int, type: String = "Normal") -> JSONValue {
        let time = TestTime.now - .seconds(60 * minutesAgo)
        return [
            "apiVersion": "v1", "kind": "Event",
            "metadata": ["name": .string("\(name).\(reason.lowercased())"), "namespace": "default"],
            "involvedObject": ["kind": "InstanceSet", "name": .string(name), "namespace": "default"],
            "reason": .string(reason), "message": "because", "type": .string(type), "count": 3,
            "firstTimestamp": .string(time.rfc3339Seconds), "lastTimestamp": .string(time.rfc3339Seconds),
        ]
    }

    @Test func `events are sorted by time, and chosen by object and type`() async throws {
        let bench = try await Bench()
        try await bench.create(EventsTests.event("web", "Second", minutesAgo: 5))
        try await bench.create(EventsTests.event("web", "First", minutesAgo: 90, type: "Warning"))
        try await bench.create(EventsTests.event("db", "Other", minutesAgo: 1))
        let all = await bench.run("events")
        #expect(all.lines.map { $0.contains("First") } == [false, true, false, false], "\(all.output)")
        #expect(
            all.lines[1].hasPrefix("90m         Warning   First    instanceset/web   because (x3)"), "\(all.output)")
        let one = await bench.run("events --for iset/web")
        #expect(one.lines.count == 3)
        #expect(await bench.run("events --types Warning").lines.count == 2)
        #expect(try await bench.run("events --for iset/web -o json").json["items"]?.arrayValue?.count == 2)
        #expect(await bench.run("events --for iset/nope").errors == "No events found.\n")
    }
}

@Suite struct LogsTests {
    @Test func `a set stands for the newest occupant of a slot`() async throws {
        let bench = try await Bench()
        try await Fleet.make(on: bench)
        try await bench.create(Fleet.instance(slot: 0, "aaaaa", revision: 1))
        try await bench.create(Fleet.instance(slot: 2, "ccccc", revision: 3))
        bench.log.withLock { $0 = Array("hällo\n".utf8) }
        let result = await bench.run("logs iset/web --tail 5")
        #expect(result.output == "hällo\n")
        #expect(result.errors == "Using slot 0 of 2; choose another with --slot.\n")
        _ = await bench.run("logs iset/web --slot 2 -f")
        _ = await bench.run("logs web-0-aaaaa")
        #expect(
            bench.logRequests.withLock { $0 } == [
                "web-0-aaaaa follow=false tail=5", "web-2-ccccc follow=true tail=-1",
                "web-0-aaaaa follow=false tail=-1",
            ])
        #expect(await bench.run("logs iset/web --slot 7").errors.contains("slots: 0, 2"))
        #expect(await bench.run("logs provider/docker").status == .usage)
        #expect(await bench.run("logs web-0-aaaaa --slot 1").status == .usage)
    }

    @Test func `a character that is cut by a chunk is put together again`() {
        var text = UTF8Chunks()
        let bytes = Array("a€😀é".utf8)
        var result = ""
        for byte in bytes { result += text.append([byte]) }
        #expect(result + text.finish() == "a€😀é")
        #expect(text.append([0xE2, 0x82]) == "")
        #expect(text.finish() == "\u{FFFD}")
    }
}
