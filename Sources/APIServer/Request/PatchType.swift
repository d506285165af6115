import InfraAPI
import ResourceAPI

/// The patches that we read, by their media types.
enum PatchType: String, Sendable, CaseIterable {
    /// RFC 6902
    case json = "application/json-patch+json"
    /// RFC 7386
    case merge = "application/merge-patch+json"
    /// For Kubernetes' own kinds alone: custom resources have none there either.
    case strategic = "application/strategic-merge-patch+json"
    /// Server-side apply.
    case apply = "application/apply-patch+yaml"

    /// What a kind can be patched with.
    static func all(for type: ResourceType, _ subresource: Subresource?) -> [PatchType] {
        var all: [PatchType] = [.json, .merge]
        if type.group != InstanceSet.resourceType.group { all.append(.strategic) }
        return all + [.apply]
    }

    /// - Throws: 415 that says what can be sent.
    init(mediaType: String, _ type: ResourceType, _ subresource: Subresource?) throws(APIStatus) {
        let supported = PatchType.all(for: type, subresource)
        if let known = PatchType(rawValue: mediaType), supported.contains(known) {
            self = known
            return
        }
        let list = supported.map(\.rawValue).joined(separator: ", ")
        guard mediaType == PatchType.strategic.rawValue else {
            throw .unsupportedMediaType("the patch type \(mediaType) is not supported here: send one of \(list)")
        }
        throw .unsupportedMediaType(
            "strategic merge patches (\(mediaType)) are not supported for \(type.qualifiedName): use kubectl patch "
                + "--type=merge (supported: \(list))")
    }
}
