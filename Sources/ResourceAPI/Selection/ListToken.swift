import Ambient
import InfraAPI
import JSON
import ObjectStore

/// The `continue` token of a list, opaque to clients: base64 of where the next page starts, and in which snapshot.
enum ListToken {
    static func encode(_ continuation: StoreContinuation) -> String {
        let token: JSONValue = [
            "v": "1", "rv": .string(continuation.version.description), "ns": .string(continuation.after.namespace),
            "name": .string(continuation.after.name),
        ]
        return Base64URL.encode(token.encoded())
    }

    /// Throws status 400 for what is no token of this resource.
    static func decode(_ text: String, resource: String) throws(APIStatus) -> StoreContinuation {
        guard let bytes = Base64URL.decode(text), let token = try? JSONValue(parsing: bytes), token["v"] == "1",
            let version = token["rv"]?.stringValue.flatMap({ StoreVersion($0) }),
            let namespace = token["ns"]?.stringValue, let name = token["name"]?.stringValue
        else { throw .badRequest("continue key is not valid: pass the token that the list returned, unchanged") }
        return StoreContinuation(
            version: version, after: ObjectKey(resource: resource, namespace: namespace, name: name))
    }
}

/// Base64 with the alphabet for URLs, without padding (RFC 4648, section 5).
private enum Base64URL {
    static func encode(_ bytes: [UInt8]) -> String {
        Base64.encode(bytes).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func decode(_ text: String) -> [UInt8]? {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        return Base64.decode(text.replacing("-", with: "+").replacing("_", with: "/") + padding)
    }
}
