internal import Ambient
internal import InfraAPI
internal import JSON
internal import ProviderInterface

/// What an instance is given besides its image: the contents of its files, and the variables that come from Secrets. All of it is
/// in one immutable Secret, which its Pod owns.
struct InstanceContents {
    let creation: InstanceCreation
    let names: ObjectNames

    static func fileKey(_ index: Int) -> String { "file-\(index)" }
    static func environmentKey(_ index: Int) -> String { "env-\(index)" }

    private var template: InstanceTemplateSpec { creation.template.spec }

    var isEmpty: Bool { template.files.isEmpty && !template.env.contains { $0.secretRef != nil } }

    var name: String { names.contents(instanceUID: creation.handle.uid) }

    /// - Parameter pod: its owner.
    func secret(ownedBy pod: Pod) throws(ProviderError) -> JSONValue {
        let labels = [
            ObjectLabels.installation: names.installationID, ObjectLabels.uid: creation.handle.uid,
            ObjectLabels.set: SetName(creation.set).name,
        ]
        let owner: JSONValue = [
            "apiVersion": "v1", "kind": "Pod", "name": .string(pod.name), "uid": .string(pod.uid),
        ]
        return [
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque", "immutable": true,
            "metadata": [
                "name": .string(name), "namespace": .string(pod.namespace), "labels": JSONValue(labels),
                "ownerReferences": [owner],
            ],
            "data": JSONValue(try data()),
        ]
    }

    private func data() throws(ProviderError) -> [String: String] {
        var data: [String: String] = [:]
        for (index, file) in template.files.enumerated() {
            let bytes = if let reference = file.secretRef { try secret(reference) } else { text(file.content) }
            data[InstanceContents.fileKey(index)] = Base64.encode(bytes)
        }
        for (index, variable) in template.env.enumerated() {
            guard let reference = variable.secretRef else { continue }
            let bytes = try secret(reference)
            guard let value = String(validating: bytes, as: UTF8.self), !value.utf8.contains(0) else {
                throw ProviderError(
                    .startRefused,
                    "the value of variable \(variable.name) is not text without zero bytes; mount it as a file instead")
            }
            data[InstanceContents.environmentKey(index)] = Base64.encode(bytes)
        }
        return data
    }

    private func text(_ text: String?) -> [UInt8] { Array((text ?? "").utf8) }

    private func secret(_ reference: SecretReference) throws(ProviderError) -> [UInt8] {
        guard let value = creation.secretValues[reference] else {
            throw ProviderError(
                .engineFailed, "key \(reference.key) of secret \(reference.name) was not given; create it and try again"
            )
        }
        return value
    }
}
