import ResourceAPI

/// In which form the client wants objects: chosen by Accept (Kubernetes API concepts, "Alternate representations").
enum Representation: Sendable, Hashable {
    case json
    /// `as=Table`, in `meta.k8s.io/v1` or `v1beta1`.
    case table(version: String)
    /// `as=PartialObjectMetadata` or its List.
    case partialMetadata(version: String)

    /// - Parameter accept: the header; nil or empty means plain JSON.
    /// - Throws: 406 when nothing in it can be served.
    init(accept: String?) throws(APIStatus) {
        guard let accept, !accept.trimmingSpaces.isEmpty else {
            self = .json
            return
        }
        for range in MediaRange.list(accept) where range.acceptsJSON {
            if let representation = Representation(range) {
                self = representation
                return
            }
        }
        throw .notAcceptable(accept)
    }

    private init?(_ range: MediaRange) {
        let version = range["v"] ?? "v1"
        let isMeta = (range["g"] ?? "meta.k8s.io") == "meta.k8s.io" && ["v1", "v1beta1"].contains(version)
        switch range["as"] {
        case nil: self = .json
        case "Table" where isMeta: self = .table(version: version)
        case "PartialObjectMetadata" where isMeta, "PartialObjectMetadataList" where isMeta:
            self = .partialMetadata(version: version)
        default: return nil
        }
    }
}
