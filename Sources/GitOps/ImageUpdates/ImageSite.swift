import GitClient
import ImageRegistry
import InfraAPI
import JSON
import Manifests

/// Where a manifest names the image of a set.
struct ImageSite: Sendable {
    static let path = FieldPath([.field("spec"), .field("template"), .field("spec"), .field("image")])

    let file: String
    /// Which of the file's documents.
    let document: Int
    /// `namespace/name` as written.
    let set: String
    /// As written.
    let image: ImageReference
    let text: String
    let position: Position
    let diagnosticPlace: String

    /// Every set in a file of manifests; nil when it cannot be read as one.
    static func sites(in file: GitFile) -> [ImageSite]? {
        let (documents, diagnostics) = loadManifests([.text(name: file.path, bytes: file.bytes)])
        guard diagnostics.isEmpty else { return nil }
        return documents.enumerated().compactMap { index, document in
            let value = document.value
            guard value["kind"]?.stringValue == InstanceSet.resourceType.kind,
                value["apiVersion"]?.stringValue == InstanceSet.resourceType.apiVersion,
                let text = value[path: ["spec", "template", "spec", "image"]]?.stringValue,
                let image = ImageReference(text), !image.repository.isEmpty,
                let position = document.valuePosition(of: path)
            else { return nil }
            let name = value[path: ["metadata", "name"]]?.stringValue ?? ""
            let namespace = value[path: ["metadata", "namespace"]]?.stringValue
            let place = document.position(of: path)
            return ImageSite(
                file: file.path, document: index, set: namespace.map { "\($0)/\(name)" } ?? name, image: image,
                text: text, position: position, diagnosticPlace: "\(file.path):\(place.line):\(place.column)")
        }
    }

    /// Whether it names this repository, perhaps by another of its names (`nginx`, `docker.io/library/nginx`).
    func isOf(_ repository: String) -> Bool {
        RepositoryAddress(image.repository) == RepositoryAddress(repository)
    }
}
