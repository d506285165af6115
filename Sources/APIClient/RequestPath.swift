import InfraAPI
import ResourceAPI

/// The path of a resource request with its query, percent-encoded.
struct RequestPath: Sendable {
    private var text: String
    private var hasQuery = false

    /// A collection; `namespace` nil or empty for all namespaces and for cluster-scoped kinds.
    init(_ type: ResourceType, in namespace: String?) {
        text = type.group.isEmpty ? "/api/\(type.version)" : "/apis/\(type.group)/\(type.version)"
        if let namespace, !namespace.isEmpty, type.namespaced { text += "/namespaces/\(namespace.percentEncoded)" }
        text += "/\(type.plural)"
    }

    init(_ reference: ObjectReference, subresource: String? = nil) {
        self.init(reference.type, in: reference.namespace)
        text += "/\(reference.name.percentEncoded)"
        if let subresource { text += "/\(subresource)" }
    }

    /// Adds a parameter; nil adds none.
    mutating func add(_ name: String, _ value: String?) {
        guard let value else { return }
        text += "\(hasQuery ? "&" : "?")\(name)=\(value.percentEncoded)"
        hasQuery = true
    }

    mutating func add(_ name: String, _ flag: Bool) {
        if flag { add(name, "true") }
    }

    mutating func add(_ options: WriteOptions) {
        add("fieldManager", options.fieldManager)
        add("force", options.force)
        add("dryRun", options.dryRun ? "All" : nil)
        add("fieldValidation", options.fieldValidation.rawValue)
    }

    var string: String { text }
}

extension String {
    /// All but the unreserved characters of RFC 3986 as `%XX`.
    var percentEncoded: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
