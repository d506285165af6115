public import JSON

/// A JSON patch (RFC 6902): kubectl sends one to take over the fields of client-side apply.
public struct JSONPatch: Sendable, Hashable {
    enum Operation: Sendable, Hashable {
        case add(JSONPointer, JSONValue)
        case remove(JSONPointer)
        case replace(JSONPointer, JSONValue)
        case move(from: JSONPointer, to: JSONPointer)
        case copy(from: JSONPointer, to: JSONPointer)
        case test(JSONPointer, JSONValue)
    }

    /// More operations are refused, as in Kubernetes.
    private static let maximumOperations = 10_000
    /// What all `copy` operations of a patch may add together, in bytes of JSON: copies of copies grow exponentially.
    private static let maximumCopiedBytes = 3 << 20

    let operations: [Operation]

    /// Throws status 400 for what is no JSON patch, 413 for one with too many operations.
    public init(json: JSONValue) throws(APIStatus) {
        guard let items = json.arrayValue else { throw .badRequest("a JSON patch must be an array of operations") }
        guard items.count <= JSONPatch.maximumOperations else {
            throw APIStatus(
                code: 413, reason: .requestEntityTooLarge,
                message: "The allowed maximum operations in a JSON patch is \(JSONPatch.maximumOperations), "
                    + "got \(items.count)")
        }
        var operations: [Operation] = []
        for (index, item) in items.enumerated() {
            guard let operation = JSONPatch.operation(item) else {
                throw .badRequest(
                    "operation \(index) of the JSON patch is invalid: \(item.encodedString().prefix(100)); it needs op, "
                        + "path, and value or from")
            }
            operations.append(operation)
        }
        self.operations = operations
    }

    private static func operation(_ json: JSONValue) -> Operation? {
        func pointer(_ name: String) -> JSONPointer? { json[name]?.stringValue.flatMap(JSONPointer.init) }
        guard let path = pointer("path") else { return nil }
        switch json["op"]?.stringValue {
        case "add": return json["value"].map { .add(path, $0) }
        case "remove": return .remove(path)
        case "replace": return json["value"].map { .replace(path, $0) }
        case "move": return pointer("from").map { .move(from: $0, to: path) }
        case "copy": return pointer("from").map { .copy(from: $0, to: path) }
        case "test": return json["value"].map { .test(path, $0) }
        default: return nil
        }
    }

    /// The patched value. Throws status 422 when an operation cannot be done or a test fails; then nothing is.
    public func applied(to value: JSONValue) throws(APIStatus) -> JSONValue {
        var result = value
        var copiedBytes = 0
        for operation in operations {
            switch operation {
            case .add(let path, let new): result = try path.adding(new, to: result)
            case .remove(let path): result = try path.removing(from: result)
            case .replace(let path, let new): result = try path.replacing(in: result, with: new)
            case .copy(let from, let to):
                let copied = try from.value(in: result)
                copiedBytes += copied.encoded().count
                guard copiedBytes <= JSONPatch.maximumCopiedBytes else {
                    throw from.failure("the copies are larger than \(JSONPatch.maximumCopiedBytes) bytes together")
                }
                result = try to.adding(copied, to: result)
            case .move(let from, let to):
                let moved = try from.value(in: result)
                result = try to.adding(moved, to: try from.removing(from: result))
            case .test(let path, let expected):
                guard try path.value(in: result) == expected else { throw path.failure("the test failed") }
            }
        }
        return result
    }
}
