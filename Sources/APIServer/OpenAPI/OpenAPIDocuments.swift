import InfraAPI
import JSON
import OpenAPI

/// The documents under `/openapi/v3`, encoded once: they depend on nothing but the program.
struct OpenAPIDocuments: Sendable {
    struct Document: Sendable {
        let bytes: [UInt8]
        /// Of the bytes: changes with them, so that clients may keep what they have.
        let hash: String

        init(_ json: JSONValue) {
            bytes = json.encoded()
            hash = ContentHash.hexadecimal(of: bytes)
        }
    }

    /// `GET /openapi/v3`: where each document is, with its hash.
    let index: Document
    private let documents: [String: Document]

    /// - Parameter viewed: kinds of the core group that are shown and not stored.
    init(groups: [ServedGroup], viewed: [ResourceType], immVersion: String) {
        var documents: [String: Document] = [:]
        var paths = JSONObject()
        for group in groups {
            for version in group.versions {
                let path = group.name.isEmpty ? "api/\(version.name)" : "apis/\(group.name)/\(version.name)"
                let document = Document(
                    OpenAPIDocument.json(
                        of: version, viewed: group.name.isEmpty ? viewed : [], at: path, immVersion: immVersion))
                documents[path] = document
                paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(document.hash)")]
            }
        }
        self.documents = documents
        index = Document(["paths": .object(paths)])
    }

    /// - Parameter path: `api/v1`, `apis/GROUP/VERSION`.
    subscript(_ path: String) -> Document? { documents[path] }
}
