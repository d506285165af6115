import Ambient
import JSON

/// One entry of `metadata.managedFields`: which fields a manager owns, and by which kind of request.
struct FieldManager: Sendable, Hashable {
    enum Operation: String, Sendable, Hashable {
        case apply = "Apply"
        case update = "Update"
    }

    /// What tells managers apart. An applier is the same whatever version it applies with.
    struct Identity: Sendable, Hashable {
        let name: String
        let operation: Operation
        let apiVersion: String
        let subresource: String

        static func == (left: Identity, right: Identity) -> Bool {
            left.name == right.name && left.operation == right.operation && left.subresource == right.subresource
                && (left.operation == .apply || left.apiVersion == right.apiVersion)
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(name)
            hasher.combine(operation)
            hasher.combine(subresource)
        }

        /// As Kubernetes names a manager in a conflict.
        var printed: String {
            var text = JSONValue.string(name).encodedString()
            if !subresource.isEmpty { text += " with subresource \"\(subresource)\"" }
            return operation == .update ? "\(text) using \(apiVersion)" : text
        }
    }

    let identity: Identity
    let fields: FieldSet
    /// RFC 3339, as it stands on the wire.
    let time: String?
    /// The entry on the wire, where it was read from there.
    private let source: JSONValue?

    /// nil when `json` is no entry that can be read.
    ///
    /// - Parameter isOurs: whether we wrote it ourselves.
    init?(json: JSONValue, isOurs: Bool) {
        guard let operation = json["operation"]?.stringValue.flatMap(Operation.init(rawValue:)),
            let apiVersion = json["apiVersion"]?.stringValue, !apiVersion.isEmpty,
            json["fieldsType"]?.stringValue == "FieldsV1",
            let fields = FieldSet(fieldsV1: json["fieldsV1"] ?? .object(JSONObject()), isOurs: isOurs)
        else { return nil }
        identity = Identity(
            name: json["manager"]?.stringValue ?? "", operation: operation, apiVersion: apiVersion,
            subresource: json["subresource"]?.stringValue ?? "")
        self.fields = fields
        time = json["time"]?.stringValue
        source = isOurs ? json : nil
    }

    init(_ identity: Identity, fields: FieldSet, time: String?) {
        self.identity = identity
        self.fields = fields
        self.time = time
        source = nil
    }

    /// The same manager with other fields, at the same time.
    func with(_ fields: FieldSet) -> FieldManager { FieldManager(identity, fields: fields, time: time) }

    var json: JSONValue {
        if let source { return source }
        var entry = JSONObject([
            ("apiVersion", .string(identity.apiVersion)), ("fieldsType", "FieldsV1"), ("fieldsV1", fields.fieldsV1),
            ("manager", .string(identity.name)), ("operation", .string(identity.operation.rawValue)),
        ])
        if !identity.subresource.isEmpty { entry["subresource"] = .string(identity.subresource) }
        if let time { entry["time"] = .string(time) }
        return .object(entry)
    }
}
