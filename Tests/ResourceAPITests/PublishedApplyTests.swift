import InfraAPI
import JSON
import ObjectStore
import ResourceAPI
import SampleKinds
import Testing

/// The cases that structured-merge-diff publishes for several appliers and nested types, on the fields of `Thing`: its
/// lists of lists are `items` with `tags`, its maps of maps are `groups`, its struct is `part`.
@Suite struct PublishedApplyTests {
    @Test(arguments: appliers + withUpdaters + structs)
    func `published case`(_ scenario: Scenario) async throws {
        let fixture = ApplyFixture()
        for step in scenario.steps { try await fixture.run(step) }
        let object = try await fixture.client.get(ApplyFixture.reference)
        var spec = object["spec"] ?? .null
        if spec["mode"] == "Auto" { spec["mode"] = nil }
        #expect(spec == (try json(scenario.spec)))
        let owners = ApplyFixture.owners(object)
        for (manager, fields) in scenario.owners {
            #expect(owners[manager] == (try json(fields)), "\(manager)")
        }
        #expect(Set(owners.keys) == Set(scenario.owners.keys))
    }

    private static let appliers = [
        Scenario(
            "remove_one",
            [
                .apply("one", #"{"items":[{"name":"a"},{"name":"b"}]}"#), .apply("two", #"{"items":[{"name":"c"}]}"#),
                .apply("one", #"{"items":[{"name":"a"}]}"#),
            ],
            spec: #"{"items":[{"name":"a"},{"name":"c"}]}"#,
            owners: [
                "one": #"{"f:items":{"k:{\"name\":\"a\"}":{".":{},"f:name":{}}}}"#,
                "two": #"{"f:items":{"k:{\"name\":\"c\"}":{".":{},"f:name":{}}}}"#,
            ]),
        Scenario(
            "same_value_no_conflict",
            [
                .apply("one", #"{"items":[{"name":"a","value":0}]}"#),
                .apply("two", #"{"items":[{"name":"a","value":0}]}"#),
            ],
            spec: #"{"items":[{"name":"a","value":0}]}"#,
            owners: [
                "one": #"{"f:items":{"k:{\"name\":\"a\"}":{".":{},"f:name":{},"f:value":{}}}}"#,
                "two": #"{"f:items":{"k:{\"name\":\"a\"}":{".":{},"f:name":{},"f:value":{}}}}"#,
            ]),
        Scenario(
            "change_value_yes_conflict",
            [
                .apply("one", #"{"items":[{"name":"a","value":0}]}"#),
                .conflict("two", #"{"items":[{"name":"a","value":1}]}"#, [#"one .spec.items[name="a"].value"#]),
            ],
            spec: #"{"items":[{"name":"a","value":0}]}"#,
            owners: ["one": #"{"f:items":{"k:{\"name\":\"a\"}":{".":{},"f:name":{},"f:value":{}}}}"#]),
        Scenario(
            "remove_one_keep_one",
            [
                .apply("one", #"{"items":[{"name":"a"},{"name":"b"},{"name":"c"}]}"#),
                .apply("two", #"{"items":[{"name":"c"},{"name":"d"}]}"#), .apply("one", #"{"items":[{"name":"a"}]}"#),
            ],
            spec: #"{"items":[{"name":"a"},{"name":"c"},{"name":"d"}]}"#,
            owners: [
                "one": #"{"f:items":{"k:{\"name\":\"a\"}":{".":{},"f:name":{}}}}"#,
                "two":
                    #"{"f:items":{"k:{\"name\":\"c\"}":{".":{},"f:name":{}},"k:{\"name\":\"d\"}":{".":{},"f:name":{}}}}"#,
            ]),
        Scenario(
            "remove_one_keep_one_with_two_sub_items",
            [
                .apply("one", #"{"items":[{"name":"a"},{"name":"b","tags":["c"]}]}"#),
                .apply("two", #"{"items":[{"name":"b","tags":["d"]}]}"#), .apply("one", #"{"items":[{"name":"a"}]}"#),
            ],
            spec: #"{"items":[{"name":"a"},{"name":"b","tags":["d"]}]}"#,
            owners: [
                "one": #"{"f:items":{"k:{\"name\":\"a\"}":{".":{},"f:name":{}}}}"#,
                "two": #"{"f:items":{"k:{\"name\":\"b\"}":{".":{},"f:name":{},"f:tags":{"v:\"d\"":{}}}}}"#,
            ]),
        Scenario(
            "mapOfMaps_change_key_and_value",
            [
                .apply("one", #"{"groups":{"a":{"size":1,"color":"x"}}}"#),
                .apply("one", #"{"groups":{"b":{"size":2}}}"#),
            ],
            spec: #"{"groups":{"b":{"size":2}}}"#, owners: ["one": #"{"f:groups":{"f:b":{".":{},"f:size":{}}}}"#]),
        Scenario(
            "listOfLists_change_value",
            [
                .apply("one", #"{"items":[{"name":"a","tags":["b","c"]}]}"#),
                .apply("one", #"{"items":[{"name":"a","tags":["a","c"]}]}"#),
            ],
            spec: #"{"items":[{"name":"a","tags":["a","c"]}]}"#,
            owners: [
                "one": #"{"f:items":{"k:{\"name\":\"a\"}":{".":{},"f:name":{},"f:tags":{"v:\"a\"":{},"v:\"c\"":{}}}}}"#
            ]),
    ]

    private static let withUpdaters = [
        Scenario(
            "remove_one_keep_one_with_dangling_subitem",
            [
                .apply("one", #"{"items":[{"name":"a"},{"name":"b","tags":["c"]}]}"#),
                .apply("two", #"{"items":[{"name":"b","tags":["d"]}]}"#),
                .update("controller", #"{"items":[{"name":"a"},{"name":"b","tags":["c","d","e"]}]}"#),
                .apply("one", #"{"items":[{"name":"a"}]}"#),
            ],
            spec: #"{"items":[{"name":"a"},{"name":"b","tags":["d","e"]}]}"#,
            owners: [
                "one": #"{"f:items":{"k:{\"name\":\"a\"}":{".":{},"f:name":{}}}}"#,
                "two": #"{"f:items":{"k:{\"name\":\"b\"}":{".":{},"f:name":{},"f:tags":{"v:\"d\"":{}}}}}"#,
                "controller": #"{"f:items":{"k:{\"name\":\"b\"}":{"f:tags":{"v:\"e\"":{}}}}}"#,
            ]),
        Scenario(
            "remove_one_with_dangling_subitem_keep_one",
            [
                .apply("one", #"{"items":[{"name":"a"},{"name":"b","tags":["c"]}]}"#),
                .apply("two", #"{"items":[{"name":"a","tags":["b"]}]}"#),
                .update("controller", #"{"items":[{"name":"a","tags":["b"]},{"name":"b","tags":["c","d"]}]}"#),
                .apply("one", #"{"items":[{"name":"a"}]}"#),
            ],
            spec: #"{"items":[{"name":"a","tags":["b"]}]}"#,
            owners: [
                "one": #"{"f:items":{"k:{\"name\":\"a\"}":{".":{},"f:name":{}}}}"#,
                "two": #"{"f:items":{"k:{\"name\":\"a\"}":{".":{},"f:name":{},"f:tags":{"v:\"b\"":{}}}}}"#,
            ]),
        Scenario(
            "unset_scalar_shared_with_updater",
            [
                .update("updater", #"{"groups":{"g":{"size":1,"color":"x"}}}"#),
                .apply("applier", #"{"groups":{"g":{"size":1,"color":"x"}}}"#),
                .apply("applier", #"{"groups":{"g":{"size":1}}}"#),
            ],
            spec: #"{"groups":{"g":{"size":1,"color":"x"}}}"#,
            owners: [
                "updater":
                    #"{".":{},"f:groups":{".":{},"f:g":{".":{},"f:color":{},"f:size":{}}},"f:mode":{}}"#,
                "applier": #"{"f:groups":{"f:g":{".":{},"f:size":{}}}}"#,
            ]),
        Scenario(
            "updater_claims_field",
            [
                .apply("applier", #"{"part":{"a":"1","b":"2"}}"#), .patch("updater", #"{"part":{"b":"3"}}"#),
            ],
            spec: #"{"part":{"a":"1","b":"3","limit":7}}"#,
            owners: ["applier": #"{"f:part":{"f:a":{}}}"#, "updater": #"{"f:part":{"f:b":{}}}"#]),
    ]

    private static let structs = [
        Scenario(
            "struct_apply_remove_all", [.apply("one", #"{"part":{"a":"1","b":"2"}}"#), .apply("one", "{}")],
            spec: "{}", owners: ["one": "{}"]),
        Scenario(
            "struct_apply_update_remove_all",
            [
                .apply("one", #"{"part":{"a":"1"}}"#), .patch("controller", #"{"part":{"b":"2"}}"#),
                .apply("one", "{}"),
            ],
            spec: #"{"part":{"b":"2","limit":7}}"#,
            owners: ["one": "{}", "controller": #"{"f:part":{"f:b":{}}}"#]),
        Scenario(
            "struct_apply_update_dict_dangling",
            [
                .apply("one", #"{"part":{"a":"1"}}"#), .patch("controller", #"{"part":{"b":"2"}}"#),
                .apply("one", #"{"part":{}}"#),
            ],
            spec: #"{"part":{"b":"2","limit":7}}"#,
            owners: ["one": #"{"f:part":{}}"#, "controller": #"{"f:part":{"f:b":{}}}"#]),
        Scenario(
            "struct_apply_update_took_over",
            [
                .apply("one", #"{"part":{"a":"1"}}"#), .patch("controller", #"{"part":{"a":"2","b":"3"}}"#),
                .apply("one", "{}"),
            ],
            spec: #"{"part":{"a":"2","b":"3","limit":7}}"#,
            owners: ["one": "{}", "controller": #"{"f:part":{"f:a":{},"f:b":{}}}"#]),
    ]
}
