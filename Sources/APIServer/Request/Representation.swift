import RequestSyntax
import ResourceAPI

/// In which form the client wants objects: chosen by Accept (Kubernetes API concepts, "Alternate representations").
enum Representation: Sendable, Hashable {
    case json
    /// `as=Table` of `meta.k8s.io/v1`.
    case table
    /// `as=PartialObjectMetadata` of `meta.k8s.io/v1`, or its List.
    case partialMetadata

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
        let isMeta = (range["g"] ?? "meta.k8s.io") == "meta.k8s.io" && (range["v"] ?? "v1") == "v1"
        switch range["as"] {
        case nil: self = .json
        case "Table" where isMeta: self = .table
        case "PartialObjectMetadata" where isMeta, "PartialObjectMetadataList" where isMeta:
            self = .partialMetadata
        default: return nil
        }
    }
}
