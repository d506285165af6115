import InfraAPI
import JSON
import Testing

/// One wrong manifest: where in the sample what is put, and everything that validation says of it.
struct WrongValue: Sendable, CustomTestStringConvertible {
    let path: [String]
    let value: JSONValue?
    let errors: [String]

    init(_ path: String, _ value: JSONValue?, _ errors: String...) {
        self.path = path.split(separator: ".").map(String.init)
        self.value = value
        self.errors = errors
    }

    var testDescription: String { "\(path.joined(separator: ".")) = \(value?.encodedString() ?? "missing")" }
}

struct SchemaValidationTests {
    private static let template = "spec.template.spec"

    @Test(arguments: [
        WrongValue("spec.replicas", -1, "spec.replicas: Invalid value: -1: must be greater than or equal to 0"),
        WrongValue("spec.replicas", 10_001, "spec.replicas: Invalid value: 10001: must be less than or equal to 10000"),
        WrongValue(
            "spec.replicas", "three", "spec.replicas: Invalid value: \"three\": must be of type integer, not string"),
        WrongValue("spec.replicas", 1.5, "spec.replicas: Invalid value: 1.5: must be of type integer, not number"),
        WrongValue("spec.paused", "yes", "spec.paused: Invalid value: \"yes\": must be of type boolean, not string"),
        WrongValue("spec", .none, "spec: Required value"),
        WrongValue("spec", .some(.null), "spec: Required value"),
        WrongValue("spec", [], "spec: Invalid value: []: must be of type object, not array"),
        WrongValue("spec.template", .none, "spec.template: Required value"),
        WrongValue("spec.template.spec.image", .none, "spec.template.spec.image: Required value"),
        WrongValue("spec.template.spec.image", "", "spec.template.spec.image: Required value"),
        WrongValue(
            "spec.template.spec.image", "No Image",
            "spec.template.spec.image: Invalid value: \"No Image\": must be an image reference such as 'nginx:1.27',"
                + " 'registry:5000/app@sha256:…' or an image ID"),
        WrongValue(
            "spec.strategy.type", "Rolling",
            "spec.strategy.type: Unsupported value: \"Rolling\": supported values: \"RollingReplace\", \"Recreate\""),
        WrongValue(
            "spec.strategy.type", "recreate",
            "spec.strategy.type: Unsupported value: \"recreate\": supported values: \"RollingReplace\", \"Recreate\""
                + " (did you mean \"Recreate\"?)"),
        WrongValue(
            "spec.strategy.maxSurge", "a lot",
            "spec.strategy.maxSurge: Invalid value: \"a lot\": must be an integer, or must be a percentage from '0%' to"
                + " '100%'"),
        WrongValue(
            "spec.strategy.maxSurge", -1,
            "spec.strategy.maxSurge: Invalid value: -1: must be greater than or equal to 0"),
        WrongValue(
            "spec.strategy.maxSurge", true,
            "spec.strategy.maxSurge: Invalid value: true: must be of type integer or string, not boolean"),
        WrongValue(
            "spec.template.spec.env", [["name": "A"]],
            "spec.template.spec.env[0]: Required value: exactly one of \"value\", \"secretRef\" must be set"),
        WrongValue(
            "spec.template.spec.env", [["name": "A", "value": "1", "secretRef": ["name": "s", "key": "k"]]],
            "spec.template.spec.env[0]: Forbidden: only one of \"value\", \"secretRef\" may be set, not \"value\" and"
                + " \"secretRef\""),
        WrongValue(
            "spec.template.spec.env", [["name": "A", "value": "1"], ["name": "A", "value": "2"]],
            "spec.template.spec.env[1]: Duplicate value: {\"name\":\"A\"}"),
        WrongValue("spec.template.spec.env", [["value": "1"]], "spec.template.spec.env[0].name: Required value"),
        WrongValue(
            "spec.template.spec.env", [["name": "1A", "value": ""]],
            "spec.template.spec.env[0].name: Invalid value: \"1A\": must be letters, digits, '_', '-' and '.', not"
                + " starting with a digit (e.g. 'MY_NAME')"),
        WrongValue(
            "spec.template.spec.env", [["name": "A", "secretRef": ["name": "s"]]],
            "spec.template.spec.env[0].secretRef.key: Required value"),
        WrongValue(
            "spec.template.spec.files", [["path": "/a"]],
            "spec.template.spec.files[0]: Required value: exactly one of \"content\", \"secretRef\" must be set"),
        WrongValue(
            "spec.template.spec.files", [["path": "/a", "content": "", "mode": "0999"]],
            "spec.template.spec.files[0].mode: Invalid value: \"0999\": must be an integer, or must be permission bits"
                + " in octal (e.g. '0444')"),
        WrongValue(
            "spec.template.spec.files", [["path": "/a", "content": "", "mode": 512]],
            "spec.template.spec.files[0].mode: Invalid value: 512: must be less than or equal to 511"),
        WrongValue(
            "spec.template.spec.ports", [["name": "a", "containerPort": 0]],
            "spec.template.spec.ports[0].containerPort: Invalid value: 0: must be greater than or equal to 1"),
        WrongValue(
            "spec.template.spec.ports", [["name": "a", "containerPort": 65_536]],
            "spec.template.spec.ports[0].containerPort: Invalid value: 65536: must be less than or equal to 65535"),
        WrongValue(
            "spec.template.spec.writablePaths", ["/tmp", "/tmp"],
            "spec.template.spec.writablePaths[1]: Duplicate value: \"/tmp\""),
        WrongValue(
            "spec.template.spec.writablePaths", ["/"],
            "spec.template.spec.writablePaths[0]: Invalid value: \"/\": must be an absolute path below '/' without '.',"
                + " '..', empty segments or '/' at the end"),
        WrongValue(
            "spec.template.spec.readinessProbe", [:],
            "spec.template.spec.readinessProbe: Required value: exactly one of \"httpGet\", \"tcpSocket\", \"exec\" must"
                + " be set"),
        WrongValue(
            "spec.template.spec.readinessProbe", ["httpGet": ["port": 1], "tcpSocket": ["port": 1]],
            "spec.template.spec.readinessProbe: Forbidden: only one of \"httpGet\", \"tcpSocket\", \"exec\" may be set,"
                + " not \"httpGet\" and \"tcpSocket\""),
        WrongValue(
            "spec.template.spec.readinessProbe", ["exec": ["command": []]],
            "spec.template.spec.readinessProbe.exec.command: Required value: must have at least 1 item"),
        WrongValue(
            "spec.template.spec.readinessProbe", ["tcpSocket": ["port": 0]],
            "spec.template.spec.readinessProbe.tcpSocket.port: Invalid value: 0: must be greater than or equal to 1"),
        WrongValue(
            "spec.template.spec.resources", ["cpu": "much"],
            "spec.template.spec.resources.cpu: Invalid value: \"much\": must be a quantity such as \"500m\", \"1.5\" or"
                + " \"2Gi\""),
        WrongValue(
            "spec.template.spec.resources", ["cpu": 0],
            "spec.template.spec.resources.cpu: Invalid value: 0: must be greater than or equal to 1m"),
        WrongValue(
            "spec.template.spec.resources", ["memory": "2Ei"],
            "spec.template.spec.resources.memory: Invalid value: \"2Ei\": must be less than or equal to 1Ei"),
        WrongValue(
            "spec.template.spec.resources", ["memory": [:]],
            "spec.template.spec.resources.memory: Invalid value: {}: must be of type quantity, not object"),
        WrongValue(
            "spec.template.metadata", ["labels": ["-a": "b"]],
            "spec.template.metadata.labels: Invalid value: \"-a\": must be a qualified name: letters, digits, '-', '_'"
                + " and '.', at most 63 bytes, with an optional DNS prefix and '/' (e.g. 'example.com/my-name')"),
        WrongValue(
            "spec.template.metadata", ["labels": ["a": 1]],
            "spec.template.metadata.labels.a: Invalid value: 1: must be of type string, not integer"),
        WrongValue(
            "spec.provider", JSONValue.string(String(repeating: "a", count: 254)),
            "spec.provider: Too long: may not be more than 253 bytes"),
        WrongValue(
            "spec.volumeClaimTemplates",
            .array((0..<17).map { ["name": .string("c\($0)"), "spec": ["size": "1Gi"]] }),
            "spec.volumeClaimTemplates: Too many: 17: must have at most 16 items"),
        WrongValue(
            "spec.volumeClaimTemplates", [["name": "a", "spec": ["size": "0"]]],
            "spec.volumeClaimTemplates[0].spec.size: Invalid value: \"0\": must be greater than or equal to 1"),
        WrongValue(
            "spec.volumeClaimTemplates", [["name": "a", "spec": [:]]],
            "spec.volumeClaimTemplates[0].spec.size: Required value"),
        WrongValue(
            "spec.replica", 3, "spec.replica: unknown field \"spec.replica\" (did you mean \"replicas\"?)"),
        WrongValue(
            "spec.template.spec.colour", "red", "spec.template.spec.colour: unknown field \"spec.template.spec.colour\""
        ),
        WrongValue("sepc", [:], "sepc: unknown field \"sepc\" (did you mean \"spec\"?)"),
        WrongValue(
            "spec.template.metadata.label", [:],
            "spec.template.metadata.label: unknown field \"spec.template.metadata.label\" (did you mean \"labels\"?)"),
    ]) func `a wrong value is named with its path, its fault and what to do`(wrong: WrongValue) {
        var object = Samples.minimal.json
        object[path: wrong.path] = wrong.value
        #expect(InstanceSet.resourceType.schema.validate(object).map(\.description) == wrong.errors)
    }

    @Test func `all errors come at once, in the order of the schema, unknown fields last`() {
        var object = Samples.minimal.json
        object["spec"]?["zzz"] = 1
        object["spec"]?["aaa"] = 1
        object["spec"]?["minReadySeconds"] = -1
        object["spec"]?["replicas"] = -1
        object["spec"]?["template"]?["spec"]?["image"] = ""
        object["metadata"]?["name"] = "Not A Name"
        let places = InstanceSet.resourceType.schema.validate(object).map(\.path.description)
        #expect(
            places == [
                "metadata.name", "spec.replicas", "spec.minReadySeconds", "spec.template.spec.image", "spec.aaa",
                "spec.zzz",
            ])
    }

    @Test func `unknown fields are ignored when they are asked to be`() {
        var object = Samples.minimal.json
        object["spec"]?["replica"] = 3
        let schema = InstanceSet.resourceType.schema
        #expect(schema.validate(object, mode: .ignore).isEmpty)
        #expect(schema.validate(object, mode: .warn).map(\.reason) == [.unknownField])
        #expect(InstanceSet.resourceType.validate(object, mode: .warn).map(\.reason) == [.unknownField])
    }

    @Test func `a message never shows a secret, and cuts long values`() {
        let schema = Secret.resourceType.schema
        let broken = schema.validate(["metadata": ["name": "s"], "data": ["k": "hunter2!"], "stringData": ["n": 42]])
        #expect(
            broken.map(\.description) == [
                "data.k: Invalid value: (not shown): must be base64 (RFC 4648, with padding)",
                "stringData.n: Invalid value: (not shown): must be of type string, not integer",
            ])
        let long = JSONValue.string(String(repeating: "X", count: 200))
        let message = schema.validate(["metadata": ["name": long]]).first?.message ?? ""
        #expect(message.utf8.count < 300)
        #expect(message.contains("…"))
    }

    @Test(arguments: AnyKind.all) func `everything in a schema is bounded and described`(kind: AnyKind) {
        var problems: [String] = []
        func walk(_ schema: Schema, _ path: String) {
            if schema.description.isEmpty, !path.hasSuffix("[]") { problems.append("\(path): no description") }
            switch schema.type {
            case .object(let type):
                for property in type.properties { walk(property.schema, "\(path).\(property.name)") }
            case .map(let map):
                if !(1...10_000).contains(map.maxProperties) { problems.append("\(path): maxProperties") }
                walk(map.values, path + "[]")
            case .list(let list):
                if !(1...10_000).contains(list.maxItems) { problems.append("\(path): maxItems") }
                for key in list.mapKeys where list.items.property(key)?.isRequired != true {
                    problems.append("\(path): key \(key) is not required")
                }
                walk(list.items, path + "[]")
            case .string(let string):
                if !(1...1_500_000).contains(string.maxLength) { problems.append("\(path): maxLength") }
            default: break
            }
        }
        walk(kind.type.schema, kind.type.kind)
        #expect(problems.isEmpty)
    }
}
