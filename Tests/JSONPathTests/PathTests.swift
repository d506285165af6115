import JSON
import JSONPath
import Testing

/// The object of the page "JSONPath Support" in Kubernetes' reference.
let documented: JSONValue = [
    "kind": "List",
    "items": [
        [
            "kind": "None",
            "metadata": ["name": "127.0.0.1", "labels": ["kubernetes.io/hostname": "127.0.0.1"]],
            "status": [
                "capacity": ["cpu": "4"], "addresses": [["type": "LegacyHostIP", "address": "127.0.0.1"]],
            ],
        ],
        [
            "kind": "None", "metadata": ["name": "127.0.0.2"],
            "status": [
                "capacity": ["cpu": "8"],
                "addresses": [
                    ["type": "LegacyHostIP", "address": "127.0.0.2"], ["type": "another", "address": "127.0.0.3"],
                ],
            ],
        ],
    ],
    "users": [
        ["name": "myself", "user": [:]],
        ["name": "e2e", "user": ["username": "admin", "password": "secret"]],
    ],
]

let fleet: JSONValue = [
    "spec": ["replicas": 3, "paused": false, "ratio": 1.5, "note": .null, "ports": [80, 443, 8080, 9090]],
    "status": [
        "conditions": [
            ["type": "Ready", "status": "True", "weight": 2], ["type": "Stalled", "status": "False", "weight": 5],
        ]
    ],
    "metadata": ["name": "web", "labels": ["app": "web", "imm.dev/set": "default/web", "it's": "odd"]],
]

@Suite struct PathTests {
    /// Each row of the reference's table, with the result that it promises; objects print as JSON, as kubectl has it since 1.19.
    @Test(arguments: [
        ("the {.kind}", "the List"),
        ("the {@.kind}", "the List"),
        ("the {['kind']}", "the List"),
        ("{..name}", "127.0.0.1 127.0.0.2 myself e2e"),
        ("{.items[*].metadata.name}", "127.0.0.1 127.0.0.2"),
        ("{.users[0].name}", "myself"),
        ("{.items[*]['metadata.name', 'status.capacity']}", #"127.0.0.1 127.0.0.2 {"cpu":"4"} {"cpu":"8"}"#),
        (#"{.users[?(@.name=="e2e")].user.password}"#, "secret"),
        (
            "{range .items[*]}[{.metadata.name}, {.status.capacity}] {end}",
            #"[127.0.0.1, {"cpu":"4"}] [127.0.0.2, {"cpu":"8"}] "#
        ),
        (
            #"{range .items[*]}{.metadata.name}{'\t'}{end}"#, "127.0.0.1\t127.0.0.2\t"
        ),
        (#"{.items[0].metadata.labels.kubernetes\.io/hostname}"#, "127.0.0.1"),
        (#"{.items[?(@.metadata.labels.kubernetes\.io/hostname=="127.0.0.1")].kind}"#, "None"),
        (#"{.items[*].status.addresses[?(@.type=="another")].address}"#, "127.0.0.3"),
        ("{$.kind}", "List"),
    ]) func `the reference's examples give the reference's results`(template: String, expected: String) throws {
        #expect(try JSONPathTemplate(template).text(for: documented) == expected)
    }

    @Test(arguments: [
        ("{.spec.replicas}", "3"), ("{.spec.ratio}", "1.5"), ("{.spec.paused}", "false"), ("{.spec.note}", "null"),
        ("{.spec.missing}", ""), ("{.spec.missing.deeper[3]}", ""), ("{.spec.note.deeper}", ""),
        ("{.spec.ports[1]}", "443"), ("{.spec.ports[-1]}", "9090"), ("{.spec.ports[1:3]}", "443 8080"),
        ("{.spec.ports[:2]}", "80 443"), ("{.spec.ports[2:]}", "8080 9090"), ("{.spec.ports[::2]}", "80 8080"),
        ("{.spec.ports[-2:]}", "8080 9090"), ("{.spec.ports[:-1]}", "80 443 8080"), ("{.spec.ports[0,2]}", "80 8080"),
        ("{.spec.ports[1:1]}", ""), ("{.spec.ports}", "[80,443,8080,9090]"),
        ("{.metadata.labels.*}", "web default/web odd"),
        (#"{.metadata.labels['imm\.dev/set']}"#, "default/web"), (#"{.metadata.labels.it\'s}"#, "odd"),
        ("{ .metadata.name }", "web"), ("{.metadata..app}", "web"), ("{..conditions[0].type}", "Ready"),
        ("{.status.conditions[?(@.weight>2)].type}", "Stalled"),
        ("{.status.conditions[?(@.weight>=2)].type}", "Ready Stalled"),
        ("{.status.conditions[?(@.weight<3)].type}", "Ready"),
        ("{.status.conditions[?( @.weight <= 2 )].type}", "Ready"),
        ("{.status.conditions[?(@.type!='Ready')].type}", "Stalled"),
        ("{.status.conditions[?(@.weight)].status}", "True False"),
        ("{.status.conditions[?(@.nothing)].status}", ""), ("{.status.conditions[?(@.nothing==1)].status}", ""),
        ("{.status.conditions[?(@.weight==2.0)].type}", "Ready"),
        ("{.status.conditions[?(@.type==@.type)].weight}", "2 5"),
        (#"{.status.conditions[?(@.type=="Rea)dy")].weight}"#, ""), (#"{"a\"b\\cé"}{'\'x'}"#, #"a"b\cé'x"#),
        ("plain } text", "plain } text"), ("", ""), ("{'{'}", "{"), ("{.spec.ports[?(@==443)]}", "443"),
        (
            "{range .status.conditions[*]}{.type}:{range .missing[*]}x{end}{.weight};{end}done",
            "Ready:2;Stalled:5;done"
        ),
        ("{range .spec.ports[*]}{@},{end}", "80,443,8080,9090,"),
        ("{range .spec.ports[1:]}{.}{' '}{end}", "443 8080 9090 "),
    ]) func `every step does what it says`(template: String, expected: String) throws {
        #expect(try JSONPathTemplate(template).text(for: fleet) == expected)
    }

    @Test func `the value itself can be printed`() throws {
        for template in ["{}", "{.}", "{@}", "{$}"] {
            #expect(try JSONPathTemplate(template).text(for: fleet) == fleet.encodedString(), "\(template)")
        }
    }

    @Test(arguments: [
        "{.metadata.name}", "{metadata.name}", ".metadata.name", "metadata.name", "['metadata'].name",
        "@.metadata.name",
    ])
    func `a path may leave out braces and the first dot`(path: String) throws {
        #expect(try JSONPathExpression(path).values(in: fleet) == ["web"])
    }

    @Test(arguments: [
        ("{.a", 4, "is not closed"), ("{.a[}", 4, "no number"), ("{.a[1}", 6, "unexpected"), ("{.a[1", 4, "no \"]\""),
        ("{.a[x]}", 4, "no number"), ("{.a['x]}", 6, "closing quote"), ("{.a['']}", 6, "empty"),
        ("{a.b}", 2, "begins with"),
        ("{.a.}", 5, "name is missing"), ("{....a}", 4, "without a dot"), ("{range .a[*]}x", 1, "no {end}"),
        ("{end}", 1, "without {range}"),
        ("{.a b}", 5, "unexpected"), ("{\"x}", 2, "closing quote"), ("{\"\\q\"}", 4, "no escape"),
        ("{'\\u12'}", 4, "four hexadecimal"),
        ("{.a[?(@.b=~'x')]}", 10, "no regular expressions"), ("{.a[?(@.b==1 && @.c==2)]}", 14, "unexpected"),
        ("{.a[?(@.b==)]}", 12, "to compare with"), ("{.a[?(@.b==1]}", 13, "unexpected"),
        ("{.a[?(@.b", 10, "is not closed"),
        ("{.a[0:1:0]}", 10, "1 or more"), ("{.a[99999999999]}", 5, "no index"), ("{.a\\", 4, "escapes nothing"),
        ("{.a[?.b]}", 4, "[?(…)]"),
    ]) func `what is not of the dialect is refused with its place`(template: String, character: Int, words: String)
        throws
    {
        let error = try #require(throws: JSONPathError.self) { try JSONPathTemplate(template) }
        #expect(error.code == .syntax)
        #expect(error.offset == character - 1 && error.message.contains(words), "\(error)")
    }

    @Test(arguments: [
        ("{.spec.ports[9]}", "index 9, length 4"), ("{.spec.ports[-5]}", "index -5, length 4"),
        ("{.spec.ports[2:9]}", "index 8, length 4"),
        ("{.spec.ports[3:1]}", "greater than ending index"), ("{.metadata[0]}", "is not a list"),
        ("{.metadata.name[*]}", "is not a list"),
        ("{.metadata[?(@.a)]}", "is not a list"), ("{.spec.ports[?(@==\"x\")]}", "compares two strings"),
        ("{.status.conditions[?(@.*==1)].type}", "leads to 3"),
    ]) func `what does not fit the value is refused`(template: String, words: String) throws {
        let error = try #require(throws: JSONPathError.self) { try JSONPathTemplate(template).text(for: fleet) }
        #expect(error.code == .mismatch && error.offset == nil && error.message.contains(words), "\(error)")
    }
}
