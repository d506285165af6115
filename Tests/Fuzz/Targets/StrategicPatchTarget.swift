import InfraAPI
import JSON
import ResourceAPI

/// Input: an object of Kubernetes' own kinds and a strategic merge patch for it.
func checkStrategicPatch(_ input: [UInt8]) {
    let parts = InputParts.split(input, into: 2)
    guard let document = try? JSONValue(parsing: parts[0]), let json = try? JSONValue(parsing: parts[1]),
        let patch = try? StrategicMergePatch(json: json)
    else { return }
    let type = ResourceTypes.all.first { $0.kind == document["kind"]?.stringValue } ?? Namespace.resourceType
    let before = document.encoded()
    let result = try? patch.applied(to: document, type.schema)
    require(document.encoded() == before, "the document that is patched stays as it is")
    guard let result else { return }
    require(reparsed(result.encoded(), "patched") == result, "what a patch makes can be read again")
}
