import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct SelectorTests {
    private static let labels = ["app": "web", "tier": "front", "count": "5", "empty": "", "imm.dev/role": "x"]

    @Test(arguments: [
        ("", true), ("app=web", true), ("app==web", true), ("app=db", false), ("app!=web", false), ("app!=db", true),
        ("missing!=x", true), ("missing=x", false), ("app", true), ("missing", false), ("!missing", true),
        ("!app", false), ("app in (web, db)", true), ("app in (db)", false), ("app notin (db)", true),
        ("app notin (web,db)", false), ("missing notin (a)", true), ("missing in (a)", false),
        ("app=web,tier=front", true), ("app=web,tier=back", false), ("app = web , tier in(front)", true),
        ("empty=", true), ("empty=,app=web", true), ("empty in (,a)", true), ("app in ()", false),
        ("count>4", true), ("count>5", false), ("count<6", true), ("missing<6", false), ("app>1", false),
        ("imm.dev/role=x", true), ("imm.dev/role", true), ("in=x", false), ("!in", true),
        ("app=web,\r\ntier\r\nin (front)\r\n", true),
    ])
    func `label selectors select as Kubernetes does`(_ text: String, _ expected: Bool) throws {
        let selector = try LabelSelector(parsing: text)
        #expect(selector.matches { SelectorTests.labels[$0] } == expected)
    }

    @Test(arguments: [
        "app web", "=web", "app=web,", ",", "app in web", "app in (web", "app=(x)", "-x=y", "app=a b", "app=wéb",
        "a/b/c",
        "count>x", "!", "!app=web", "app in (a;b)",
    ])
    func `what is no label selector is a bad request that shows it`(_ text: String) throws {
        let status = try #require(throws: APIStatus.self) { try LabelSelector(parsing: text) }
        #expect(status.code == 400)
        #expect(status.message.hasPrefix("unable to parse requirement: "))
        #expect(status.message.contains("\"\(text)\""))
    }

    private static let event: JSONValue = [
        "metadata": ["name": "e1", "namespace": "default"], "reason": "Started", "type": "Normal",
        "involvedObject": ["kind": "InstanceSet", "name": "web", "uid": "u-1"],
    ]

    @Test(arguments: [
        ("metadata.name=e1", true), ("metadata.name==e1", true), ("metadata.name!=e1", false),
        ("involvedObject.name=web,involvedObject.uid=u-1", true),
        ("involvedObject.name=web,involvedObject.uid=u-2", false), ("regarding.kind=InstanceSet", true),
        ("reason!=Killed,type=Normal", true), ("involvedObject.fieldPath=", true), ("reason=a\\,b", false),
        ("metadata.namespace=default", true),
    ])
    func `field selectors select by the fields of the kind`(_ text: String, _ expected: Bool) throws {
        let selector = try FieldSelector(parsing: text, for: Event.resourceType)
        #expect(selector.matches(SelectorTests.event) == expected)
    }

    @Test func `a combining mark after a separator does not hide it`() throws {
        let selector = try FieldSelector(parsing: "reason=\u{301}a,type!=\u{301}b\\,\u{301}", for: Event.resourceType)
        #expect(selector.matches(["reason": "\u{301}a", "type": "Normal"]))
        #expect(!selector.matches(["reason": "\u{301}a", "type": "\u{301}b,\u{301}"]))
        #expect(
            !selector.matches(["reason": "\u{341}a", "type": "Normal"]), "what only looks the same is another value")
        #expect(throws: APIStatus.self) { try FieldSelector(parsing: "reason=a=\u{301}b", for: Event.resourceType) }
    }

    @Test func `numbers are selected by their digits`() throws {
        let selector = try FieldSelector(parsing: "spec.slot=3", for: Instance.resourceType)
        #expect(selector.matches(["spec": ["slot": 3]]))
        #expect(!selector.matches(["spec": ["slot": 4]]))
    }

    @Test func `a field that cannot be selected by is refused with those that can`() throws {
        let status = try #require(throws: APIStatus.self) {
            try FieldSelector(parsing: "spec.replicas=3", for: InstanceSet.resourceType)
        }
        #expect(status.code == 400)
        #expect(status.message.hasPrefix("field label not supported: spec.replicas"))
        #expect(status.message.contains("metadata.name"))
        for text in ["metadata.name", "=x", "metadata.name=a=b", "metadata.name=a\\b"] {
            #expect(throws: APIStatus.self) { try FieldSelector(parsing: text, for: InstanceSet.resourceType) }
        }
        #expect(throws: APIStatus.self) {
            try FieldSelector(parsing: "metadata.namespace=x", for: Namespace.resourceType)
        }
    }
}
