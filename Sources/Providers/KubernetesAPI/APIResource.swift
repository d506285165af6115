/// A resource of a Kubernetes API: its group, version, plural name and scope.
public struct APIResource: Sendable, Hashable {
    /// Empty for the core group.
    public let group: String
    public let version: String
    public let plural: String
    public let isNamespaced: Bool

    public init(group: String = "", version: String = "v1", _ plural: String, isNamespaced: Bool = true) {
        (self.group, self.version, self.plural, self.isNamespaced) = (group, version, plural, isNamespaced)
    }

    public static let pods = APIResource("pods")
    public static let persistentVolumeClaims = APIResource("persistentvolumeclaims")
    public static let secrets = APIResource("secrets")
    public static let namespaces = APIResource("namespaces", isNamespaced: false)
    public static let nodes = APIResource("nodes", isNamespaced: false)
    public static let volumeAttachments = APIResource(
        group: "storage.k8s.io", "volumeattachments", isNamespaced: false)
    public static let storageClasses = APIResource(group: "storage.k8s.io", "storageclasses", isNamespaced: false)
    public static let podDisruptionBudgets = APIResource(group: "policy", "poddisruptionbudgets")

    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// The path of the collection; `namespace` nil: of all namespaces.
    func path(in namespace: String?) -> String {
        var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        if isNamespaced, let namespace { path += "/namespaces/\(namespace.percentEncoded)" }
        return path + "/\(plural)"
    }
}

/// One object of a Kubernetes API.
public struct APIReference: Sendable, Hashable, CustomStringConvertible {
    public let resource: APIResource
    /// nil for cluster-scoped objects.
    public let namespace: String?
    public let name: String

    public init(_ resource: APIResource, namespace: String? = nil, name: String) {
        (self.resource, self.namespace, self.name) = (resource, namespace, name)
    }

    func path(_ subresource: String? = nil) -> String {
        resource.path(in: namespace) + "/\(name.percentEncoded)" + (subresource.map { "/\($0)" } ?? "")
    }

    public var description: String { "\(resource.plural) " + (namespace.map { "\($0)/" } ?? "") + name }
}

extension String {
    /// All but the unreserved characters of RFC 3986 as `%XX`.
    var percentEncoded: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count)
        for byte in utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
