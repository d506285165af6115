import JSON
import Manifests
import ResourceAPI

/// The patch that a command line gives.
enum PatchText: Sendable, Hashable {
    case merge(JSONValue)
    case json(JSONPatch)

    private static let maximumBytes = 3 << 20

    /// - Parameter bytes: JSON, or YAML, as kubectl takes both.
    init(_ bytes: [UInt8], name: String, type: PatchType) throws(CommandFailure) {
        guard bytes.count <= PatchText.maximumBytes else {
            throw CommandFailure(.failed, "\(name) is larger than \(PatchText.maximumBytes) bytes")
        }
        let (value, diagnostics) = loadValue(name: name, bytes: bytes)
        guard let value else {
            throw CommandFailure(
                .failed, diagnostics.map(\.description).joined(separator: "\n"), hints: ["the patch is JSON or YAML"])
        }
        switch type {
        case .merge:
            guard value.objectValue != nil else {
                throw .usage(
                    "\(name): a merge patch is an object, such as {\"spec\":{\"replicas\":3}}",
                    hints: ["a list of operations is a JSON patch: --type json"])
            }
            self = .merge(value)
        case .json:
            do throws(APIStatus) {
                self = .json(try JSONPatch(json: value))
            } catch {
                throw .usage(
                    "\(name): \(error.message)",
                    hints: ["for example [{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":3}]"])
            }
        case .strategic:
            throw .usage(
                "strategic merge patches need Go types that imm's kinds do not have",
                hints: ["use --type merge or --type json"])
        }
    }

    /// What the patch makes of an object.
    func applied(to object: JSONValue) throws(APIStatus) -> JSONValue {
        switch self {
        case .merge(let patch): object.mergePatched(with: patch)
        case .json(let patch): try patch.applied(to: object)
        }
    }
}

enum PatchType: String, Sendable, Hashable, CaseIterable {
    case merge, json, strategic
}
