import InfraAPI
import JSON
import ObjectStore
import ResourceAPI
import Testing

/// Server-side apply as structured-merge-diff does it, scenario by scenario.
@Suite struct ApplyTests {
    @Test(arguments: scalars + maps + sets + keyedLists + nested + updaters)
    func `scenario`(_ scenario: Scenario) async throws {
        let fixture = ApplyFixture()
        for step in scenario.steps { try await fixture.run(step) }
        let object = try await fixture.client.get(ApplyFixture.reference)
        var spec = object["spec"] ?? .null
        if spec["mode"] == "Auto" { spec["mode"] = nil }
        #expect(spec == (try json(scenario.spec)))
        var expected: [String: JSONValue] = [:]
        for (manager, fields) in scenario.owners { expected[manager] = try json(fields) }
        #expect(ApplyFixture.owners(object) == expected)
    }

    @Test func `an empty record that defaults fill can be applied again without a write`() async throws {
        let fixture = ApplyFixture()
        let first = try await fixture.apply("a", "{}")
        #expect(first["spec"] == ["mode": "Auto"])
        #expect(try await fixture.apply("a", "{}") == first)
        let shared = try await fixture.apply("b", "{}")
        #expect(try await fixture.apply("a", "{}") == shared)
    }

    @Test func `an empty record of another manager stays, defaults and all`() async throws {
        let fixture = ApplyFixture()
        _ = try await fixture.apply("a", #"{"part":{}}"#)
        let first = try await fixture.apply("b", "{}")
        #expect(first["spec"] == ["mode": "Auto", "part": ["limit": 7]])
        #expect(try await fixture.apply("b", "{}") == first)
    }

    private static let scalars = [
        Scenario(
            "an applier owns what it names", [.apply("a", #"{"name":"x","number":1}"#)],
            spec: #"{"name":"x","number":1}"#, owners: ["a": #"{"f:name":{},"f:number":{}}"#]),
        Scenario(
            "equal values are owned together",
            [.apply("a", #"{"number":1}"#), .apply("b", #"{"number":1}"#)],
            spec: #"{"number":1}"#, owners: ["a": #"{"f:number":{}}"#, "b": #"{"f:number":{}}"#]),
        Scenario(
            "another value is a conflict",
            [.apply("a", #"{"number":1}"#), .conflict("b", #"{"number":2}"#, ["a .spec.number"])],
            spec: #"{"number":1}"#, owners: ["a": #"{"f:number":{}}"#]),
        Scenario(
            "force takes the field",
            [.apply("a", #"{"number":1,"flag":true}"#), .force("b", #"{"number":2}"#)],
            spec: #"{"number":2,"flag":true}"#, owners: ["a": #"{"f:flag":{}}"#, "b": #"{"f:number":{}}"#]),
        Scenario(
            "a manager whose last field is taken goes",
            [.apply("a", #"{"number":1}"#), .force("b", #"{"number":2}"#)],
            spec: #"{"number":2}"#, owners: ["b": #"{"f:number":{}}"#]),
        Scenario(
            "a field that is named no more goes",
            [.apply("a", #"{"number":1,"name":"x"}"#), .apply("a", #"{"name":"x"}"#)],
            spec: #"{"name":"x"}"#, owners: ["a": #"{"f:name":{}}"#]),
        Scenario(
            "a field that another still owns stays",
            [
                .apply("a", #"{"number":1,"name":"x"}"#), .apply("b", #"{"number":1}"#),
                .apply("a", #"{"name":"x"}"#),
            ],
            spec: #"{"number":1,"name":"x"}"#, owners: ["a": #"{"f:name":{}}"#, "b": #"{"f:number":{}}"#]),
        Scenario(
            "the only owner changes its value",
            [.apply("a", #"{"number":1}"#), .apply("a", #"{"number":2}"#)],
            spec: #"{"number":2}"#, owners: ["a": #"{"f:number":{}}"#]),
        Scenario(
            "a co-owner's change is a conflict",
            [
                .apply("a", #"{"number":1}"#), .apply("b", #"{"number":1}"#),
                .conflict("a", #"{"number":3}"#, ["b .spec.number"]), .force("a", #"{"number":3}"#),
            ],
            spec: #"{"number":3}"#, owners: ["a": #"{"f:number":{}}"#]),
        Scenario(
            "several conflicts, by manager",
            [
                .apply("b", #"{"number":1,"name":"x"}"#), .apply("a", #"{"flag":true}"#),
                .conflict(
                    "c", #"{"number":2,"name":"y","flag":false}"#,
                    ["a .spec.flag", "b .spec.name", "b .spec.number"]),
            ],
            spec: #"{"number":1,"name":"x","flag":true}"#,
            owners: ["a": #"{"f:flag":{}}"#, "b": #"{"f:name":{},"f:number":{}}"#]),
        Scenario(
            "a default is nobody's, and comes back",
            [.apply("a", #"{"mode":"Manual","name":"x"}"#), .apply("a", #"{"name":"x"}"#)],
            spec: #"{"name":"x"}"#, owners: ["a": #"{"f:name":{}}"#]),
        Scenario(
            "null in a configuration says nothing",
            [.apply("a", #"{"number":1,"name":null}"#), .apply("b", #"{"number":null,"flag":true}"#)],
            spec: #"{"number":1,"flag":true}"#, owners: ["a": #"{"f:number":{}}"#, "b": #"{"f:flag":{}}"#]),
    ]

    private static let maps = [
        Scenario(
            "maps merge key by key",
            [.apply("a", #"{"labels":{"x":"1"}}"#), .apply("b", #"{"labels":{"y":"2"}}"#)],
            spec: #"{"labels":{"x":"1","y":"2"}}"#,
            owners: ["a": #"{"f:labels":{"f:x":{}}}"#, "b": #"{"f:labels":{"f:y":{}}}"#]),
        Scenario(
            "a key goes with its owner",
            [
                .apply("a", #"{"labels":{"x":"1","z":"3"}}"#), .apply("b", #"{"labels":{"y":"2"}}"#),
                .apply("a", #"{"labels":{"z":"3"}}"#),
            ],
            spec: #"{"labels":{"y":"2","z":"3"}}"#,
            owners: ["a": #"{"f:labels":{"f:z":{}}}"#, "b": #"{"f:labels":{"f:y":{}}}"#]),
        Scenario(
            "the last key takes the map along",
            [.apply("a", #"{"name":"n","labels":{"x":"1"}}"#), .apply("a", #"{"name":"n"}"#)],
            spec: #"{"name":"n"}"#, owners: ["a": #"{"f:name":{}}"#]),
        Scenario(
            "an empty map is owned itself",
            [.apply("a", #"{"labels":{}}"#)], spec: #"{"labels":{}}"#, owners: ["a": #"{"f:labels":{}}"#]),
        Scenario(
            "a map can be emptied and kept",
            [.apply("a", #"{"labels":{"x":"1"}}"#), .apply("a", #"{"labels":{}}"#)],
            spec: #"{"labels":{}}"#, owners: ["a": #"{"f:labels":{}}"#]),
        Scenario(
            "keys that the user chose are owned with what stands below",
            [.apply("a", #"{"groups":{"g":{"size":1}}}"#), .apply("b", #"{"groups":{"g":{"color":"red"}}}"#)],
            spec: #"{"groups":{"g":{"size":1,"color":"red"}}}"#,
            owners: [
                "a": #"{"f:groups":{"f:g":{".":{},"f:size":{}}}}"#, "b": #"{"f:groups":{"f:g":{".":{},"f:color":{}}}}"#,
            ]),
        Scenario(
            "a conflict inside a map",
            [
                .apply("a", #"{"groups":{"g":{"size":1}}}"#),
                .conflict("b", #"{"groups":{"g":{"size":2}}}"#, ["a .spec.groups.g.size"]),
            ],
            spec: #"{"groups":{"g":{"size":1}}}"#, owners: ["a": #"{"f:groups":{"f:g":{".":{},"f:size":{}}}}"#]),
        Scenario(
            "what has no schema is one leaf",
            [
                .apply("a", #"{"anything":{"x":[1,2]}}"#),
                .conflict("b", #"{"anything":{"y":1}}"#, ["a .spec.anything"]),
            ],
            spec: #"{"anything":{"x":[1,2]}}"#, owners: ["a": #"{"f:anything":{}}"#]),
    ]

    private static let sets = [
        Scenario(
            "sets merge, items of the live list first",
            [.apply("a", #"{"words":["a","c"]}"#), .apply("b", #"{"words":["b","c"]}"#)],
            spec: #"{"words":["a","b","c"]}"#,
            owners: [
                "a": #"{"f:words":{"v:\"a\"":{},"v:\"c\"":{}}}"#, "b": #"{"f:words":{"v:\"b\"":{},"v:\"c\"":{}}}"#,
            ]),
        Scenario(
            "an item goes with its last owner",
            [
                .apply("a", #"{"words":["a","c"]}"#), .apply("b", #"{"words":["b","c"]}"#),
                .apply("a", #"{"words":["d"]}"#),
            ],
            spec: #"{"words":["b","c","d"]}"#,
            owners: ["a": #"{"f:words":{"v:\"d\"":{}}}"#, "b": #"{"f:words":{"v:\"b\"":{},"v:\"c\"":{}}}"#]),
        Scenario(
            "the applied order rules the shared items",
            [.apply("a", #"{"words":["a","b","c"]}"#), .force("b", #"{"words":["c","a"]}"#)],
            spec: #"{"words":["b","c","a"]}"#,
            owners: [
                "a": #"{"f:words":{"v:\"a\"":{},"v:\"b\"":{},"v:\"c\"":{}}}"#,
                "b": #"{"f:words":{"v:\"a\"":{},"v:\"c\"":{}}}"#,
            ]),
        Scenario(
            "numbers are items too", [.apply("a", #"{"numbers":[3,1]}"#), .apply("a", #"{"numbers":[1,2]}"#)],
            spec: #"{"numbers":[1,2]}"#, owners: ["a": #"{"f:numbers":{"v:1":{},"v:2":{}}}"#]),
        Scenario(
            "an atomic list is replaced as a whole",
            [
                .apply("a", #"{"atomic":["a","b"]}"#), .conflict("b", #"{"atomic":["c"]}"#, ["a .spec.atomic"]),
                .force("b", #"{"atomic":["c"]}"#),
            ],
            spec: #"{"atomic":["c"]}"#, owners: ["b": #"{"f:atomic":{}}"#]),
    ]

    private static let keyedLists = [
        Scenario(
            "items merge by key",
            [
                .apply("a", #"{"items":[{"name":"x","value":1}]}"#),
                .apply("b", #"{"items":[{"name":"y","value":2},{"name":"x","tags":["t"]}]}"#),
            ],
            spec: #"{"items":[{"name":"y","value":2},{"name":"x","value":1,"tags":["t"]}]}"#,
            owners: [
                "a": #"{"f:items":{"k:{\"name\":\"x\"}":{".":{},"f:name":{},"f:value":{}}}}"#,
                "b":
                    #"{"f:items":{"k:{\"name\":\"x\"}":{".":{},"f:name":{},"f:tags":{"v:\"t\"":{}}},"k:{\"name\":\"y\"}":{".":{},"f:name":{},"f:value":{}}}}"#,
            ]),
        Scenario(
            "an item goes when its only owner leaves it out",
            [
                .apply("a", #"{"items":[{"name":"x","value":1},{"name":"y"}]}"#),
                .apply("a", #"{"items":[{"name":"y"}]}"#),
            ],
            spec: #"{"items":[{"name":"y"}]}"#,
            owners: ["a": #"{"f:items":{"k:{\"name\":\"y\"}":{".":{},"f:name":{}}}}"#]),
        Scenario(
            "of a shared item only the own fields go",
            [
                .apply("a", #"{"items":[{"name":"x","value":1}]}"#),
                .apply("b", #"{"items":[{"name":"x","tags":["t"]}]}"#), .apply("a", #"{}"#),
            ],
            spec: #"{"items":[{"name":"x","tags":["t"]}]}"#,
            owners: [
                "a": "{}", "b": #"{"f:items":{"k:{\"name\":\"x\"}":{".":{},"f:name":{},"f:tags":{"v:\"t\"":{}}}}}"#,
            ]),
        Scenario(
            "a conflict names the item by its key",
            [
                .apply("a", #"{"items":[{"name":"x","value":1}]}"#),
                .conflict("b", #"{"items":[{"name":"x","value":2}]}"#, ["a .spec.items[name=\"x\"].value"]),
            ],
            spec: #"{"items":[{"name":"x","value":1}]}"#,
            owners: ["a": #"{"f:items":{"k:{\"name\":\"x\"}":{".":{},"f:name":{},"f:value":{}}}}"#]),
        Scenario(
            "a key's default stands for a missing one",
            [
                .apply("a", #"{"ports":[{"port":53},{"port":53,"protocol":"UDP"}]}"#),
                .apply("b", #"{"ports":[{"port":53,"protocol":"TCP","host":5}]}"#),
            ],
            spec: #"{"ports":[{"port":53,"protocol":"TCP","host":5},{"port":53,"protocol":"UDP"}]}"#,
            owners: [
                "a":
                    #"{"f:ports":{"k:{\"port\":53,\"protocol\":\"TCP\"}":{".":{},"f:port":{}},"k:{\"port\":53,\"protocol\":\"UDP\"}":{".":{},"f:port":{},"f:protocol":{}}}}"#,
                "b":
                    #"{"f:ports":{"k:{\"port\":53,\"protocol\":\"TCP\"}":{".":{},"f:host":{},"f:port":{},"f:protocol":{}}}}"#,
            ]),
    ]

    private static let nested = [
        Scenario(
            "a record goes with its last field, defaults included",
            [.apply("a", #"{"name":"n","part":{"a":"1"}}"#), .apply("a", #"{"name":"n"}"#)],
            spec: #"{"name":"n"}"#, owners: ["a": #"{"f:name":{}}"#]),
        Scenario(
            "a record stays for another's field",
            [
                .apply("a", #"{"part":{"a":"1"}}"#), .apply("b", #"{"part":{"b":"2"}}"#), .apply("a", #"{}"#),
            ],
            spec: #"{"part":{"b":"2","limit":7}}"#, owners: ["a": "{}", "b": #"{"f:part":{"f:b":{}}}"#]),
        Scenario(
            "items inside items",
            [
                .apply("a", #"{"items":[{"name":"x","tags":["1","2"]}]}"#),
                .apply("b", #"{"items":[{"name":"x","tags":["3"]}]}"#),
                .apply("a", #"{"items":[{"name":"x","tags":["2"]}]}"#),
            ],
            spec: #"{"items":[{"name":"x","tags":["2","3"]}]}"#,
            owners: [
                "a": #"{"f:items":{"k:{\"name\":\"x\"}":{".":{},"f:name":{},"f:tags":{"v:\"2\"":{}}}}}"#,
                "b": #"{"f:items":{"k:{\"name\":\"x\"}":{".":{},"f:name":{},"f:tags":{"v:\"3\"":{}}}}}"#,
            ]),
    ]

    private static let updaters = [
        Scenario(
            "an updater owns what it changes",
            [.apply("a", #"{"number":1,"name":"x"}"#), .patch("u", #"{"number":2}"#)],
            spec: #"{"number":2,"name":"x"}"#, owners: ["a": #"{"f:name":{}}"#, "u": #"{"f:number":{}}"#]),
        Scenario(
            "an apply over an updater's value is a conflict",
            [
                .apply("a", #"{"number":1}"#), .patch("u", #"{"number":2}"#),
                .conflict("a", #"{"number":1}"#, ["u .spec.number"]), .force("a", #"{"number":1}"#),
            ],
            spec: #"{"number":1}"#, owners: ["a": #"{"f:number":{}}"#]),
        Scenario(
            "an updater that removes a field takes it from its owners",
            [.apply("a", #"{"number":1,"name":"x"}"#), .patch("u", #"{"number":null}"#)],
            spec: #"{"name":"x"}"#, owners: ["a": #"{"f:name":{}}"#]),
        Scenario(
            "a create owns all that it sets, defaults too",
            [.update("u", #"{"labels":{"x":"1"},"items":[{"name":"i"}]}"#)],
            spec: #"{"labels":{"x":"1"},"items":[{"name":"i"}]}"#,
            owners: [
                "u":
                    #"{".":{},"f:items":{".":{},"k:{\"name\":\"i\"}":{".":{},"f:name":{}}},"f:labels":{".":{},"f:x":{}},"f:mode":{}}"#
            ]),
        Scenario(
            "an applier leaves what an updater added",
            [
                .apply("a", #"{"labels":{"x":"1"}}"#), .patch("u", #"{"labels":{"y":"2"}}"#),
                .apply("a", #"{"name":"n"}"#),
            ],
            spec: #"{"name":"n","labels":{"y":"2"}}"#,
            owners: ["a": #"{"f:name":{}}"#, "u": #"{"f:labels":{"f:y":{}}}"#]),
        Scenario(
            "a replacing update owns only what differs",
            [.apply("a", #"{"number":1,"words":["a"]}"#), .update("u", #"{"number":1,"words":["a","b"]}"#)],
            spec: #"{"number":1,"words":["a","b"]}"#,
            owners: ["a": #"{"f:number":{},"f:words":{"v:\"a\"":{}}}"#, "u": #"{"f:words":{"v:\"b\"":{}}}"#]),
    ]
}
