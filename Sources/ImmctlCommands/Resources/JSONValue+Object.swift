import InfraAPI
import JSON
import ResourceAPI

// What every object has, read from its JSON.
extension JSONValue {
    var name: String { self[path: ["metadata", "name"]]?.stringValue ?? "" }
    var namespace: String { self[path: ["metadata", "namespace"]]?.stringValue ?? "" }
    var uid: String { self[path: ["metadata", "uid"]]?.stringValue ?? "" }
    var resourceVersion: String { self[path: ["metadata", "resourceVersion"]]?.stringValue ?? "" }

    /// `instanceset.imm.dev/web`, as `-o name` prints it; by kind and name alone for a kind that we do not know.
    var qualifiedName: String {
        let kind = self["kind"]?.stringValue ?? "object"
        let type = ResourceTypes.find(apiVersion: self["apiVersion"]?.stringValue ?? "", kind: kind)
        return "\(type?.qualifiedSingular ?? kind.lowercased())/\(name)"
    }

    /// Without the record of who owns which field, which is for machines.
    var withoutManagedFields: JSONValue {
        guard self[path: ["metadata", "managedFields"]] != nil else { return self }
        var copy = self
        copy[path: ["metadata", "managedFields"]] = nil
        return copy
    }

    /// A `v1` List.
    static func list(_ items: [JSONValue]) -> JSONValue {
        ["apiVersion": "v1", "kind": "List", "metadata": ["resourceVersion": ""], "items": .array(items)]
    }
}

extension ResourceType {
    /// `instanceset.imm.dev`: how kubectl and immctl name the kind of one object.
    var qualifiedSingular: String { group.isEmpty ? singular : "\(singular).\(group)" }
}

extension ObjectReference {
    /// `instanceset.imm.dev/web`
    var qualifiedName: String { "\(type.qualifiedSingular)/\(name)" }
}

extension String {
    /// Line breaks as spaces and other control characters left out: a value of an object cannot move the cursor.
    var singleLine: String {
        guard unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) else {
            return self
        }
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if scalar == "\n" || scalar == "\t" {
                result.append(" ")
            } else if scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) {
                result.append(scalar)
            }
        }
        return String(result)
    }
}
