import InfraAPI
import JSON
import Manifests
import ResourceAPI

/// An object as it is and as it would be, as texts to compare.
struct ObjectDifference: Sendable {
    let reference: ObjectReference
    /// YAML; empty when the object does not exist.
    let live: String
    /// YAML.
    let merged: String

    init(_ reference: ObjectReference, live: JSONValue?, merged: JSONValue) {
        self.reference = reference
        var (before, after) = (live.map(ObjectDifference.comparable), ObjectDifference.comparable(merged))
        if reference.type.kind == "Secret" { ObjectDifference.hide(&before, &after) }
        self.live = before?.yamlString() ?? ""
        self.merged = after.yamlString()
    }

    var isEmpty: Bool { live == merged }

    /// `imm.dev.v1alpha1.InstanceSet.default.web`, as kubectl names the files that it compares.
    var name: String {
        let type = reference.type
        return [type.group, type.version, type.kind, reference.namespace, reference.name].filter { !$0.isEmpty }
            .joined(separator: ".")
    }

    func lines(style: TextStyle) -> [String] {
        UnifiedDiff.lines(
            from: ObjectDifference.lines(live), to: ObjectDifference.lines(merged), oldName: "LIVE/\(name)",
            newName: "MERGED/\(name)", style: style)
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// Without what every write changes.
    private static func comparable(_ object: JSONValue) -> JSONValue {
        var copy = object.withoutManagedFields
        copy[path: ["metadata", "resourceVersion"]] = nil
        return copy
    }

    /// Values of a Secret as stars, which still tell whether they change.
    private static func hide(_ before: inout JSONValue?, _ after: inout JSONValue) {
        let lastApplied = ["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"]
        for path in [["data"], ["stringData"]] {
            let (old, new) = (before?[path: path]?.objectValue, after[path: path]?.objectValue)
            for member in old ?? JSONObject() {
                let isChanged = new?[member.key] != nil && new?[member.key] != member.value
                before?[path: path + [member.key]] = .string(isChanged ? "*** (before)" : "***")
            }
            for member in new ?? JSONObject() {
                let isChanged = old?[member.key] != nil && old?[member.key] != member.value
                after[path: path + [member.key]] = .string(isChanged ? "*** (after)" : "***")
            }
        }
        if before?[path: lastApplied] != nil { before?[path: lastApplied] = "***" }
        if after[path: lastApplied] != nil { after[path: lastApplied] = "***" }
    }
}
