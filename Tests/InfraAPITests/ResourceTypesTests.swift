import Ambient
import InfraAPI
import JSON
import Testing

struct ResourceTypesTests {
    @Test(arguments: [
        ("instancesets", "InstanceSet"), ("instanceset", "InstanceSet"), ("InstanceSet", "InstanceSet"),
        ("iset", "InstanceSet"), ("instancesets.imm.dev", "InstanceSet"), ("iset.imm.dev", "InstanceSet"),
        ("instancesets.v1alpha1.imm.dev", "InstanceSet"), ("irev", "Revision"), ("iinst", "Instance"),
        ("ivol", "Volume"), ("volumes.imm.dev", "Volume"), ("iprov", "Provider"), ("provider", "Provider"),
        ("irb", "RoleBinding"), ("rolebindings.imm.dev", "RoleBinding"),
        ("ns", "Namespace"), ("secrets", "Secret"), ("ev", "Event"), ("leases.coordination.k8s.io", "Lease"),
    ]) func `a kind is found by every word for it`(word: String, kind: String) {
        #expect(ResourceTypes.find(word: word)?.kind == kind)
    }

    @Test(arguments: ["", "imm", "pods", "instancesets.example.com", "instancesets."])
    func `other words find nothing`(word: String) {
        #expect(ResourceTypes.find(word: word) == nil)
    }

    @Test func `a kind is found by its names on the wire`() {
        for type in ResourceTypes.all {
            #expect(ResourceTypes.find(apiVersion: type.apiVersion, kind: type.kind) == type)
            #expect(ResourceTypes.find(group: type.group, version: type.version, plural: type.plural) == type)
        }
        #expect(ResourceTypes.find(apiVersion: "imm.dev/v1", kind: "InstanceSet") == nil)
        #expect(ResourceTypes.find(apiVersion: "imm.dev/v1alpha1", kind: "Secret") == nil)
    }

    @Test func `no word means two kinds`() {
        let words = ResourceTypes.all.flatMap { [$0.plural, $0.singular] + $0.shortNames }
        #expect(Set(words).count == words.count)
        #expect(Set(ResourceTypes.all.map(\.key)).count == ResourceTypes.all.count)
        #expect(Set(ResourceTypes.all).count == ResourceTypes.all.count)
    }

    @Test func `the category holds our own kinds`() {
        #expect(
            ResourceTypes.category("imm").map(\.kind)
                == [
                    "InstanceSet", "Revision", "Instance", "Volume", "SlotSnapshot", "Provider", "GitSource",
                    "RoleBinding", "VolumeForceDetach", "PruneApproval",
                ])
        #expect(ResourceTypes.all.filter { !$0.namespaced }.map(\.kind) == ["Provider", "Namespace"])
        #expect(
            ResourceTypes.all.filter(\.specIsImmutable).map(\.kind)
                == ["Revision", "Instance", "SlotSnapshot", "VolumeForceDetach", "PruneApproval"])
    }

    @Test func `every path of a column or subresource is in the schema`() {
        for type in ResourceTypes.all + ResourceTypes.views {
            var paths = type.printerColumns.flatMap { column -> [ObjectPath] in
                switch column.source {
                case .path(let path), .count(let path): [path]
                case .joined(let paths, _), .first(let paths): paths
                }
            }
            if let scale = type.subresources.scale {
                paths += [scale.specReplicasPath, scale.statusReplicasPath, scale.labelSelectorPath]
            }
            for path in paths {
                var schema: Schema? = type.schema
                // Below what is kept as it came, anything may stand.
                for element in path.elements where schema?.preservesUnknownFields != true {
                    switch element {
                    case .field(let name): schema = schema?.child(.field(name))
                    case .firstItem: schema = schema?.items
                    }
                }
                #expect(schema != nil, "\(type.kind): \(path)")
            }
        }
    }

    @Test func `cells show what a user looks for`() throws {
        var set = Samples.web
        set.status.readyReplicas = 2
        set.status.currentRevision = "web-0123456789"
        let ready = Condition(
            type: "Ready", status: .false, reason: "RolledBack", message: "", observedGeneration: 1, at: .epoch)
        set.status.conditions = [ready]
        let cells = InstanceSet.resourceType.printerColumns.map { $0.cell(of: set.json)?.encodedString() ?? "-" }
        #expect(
            cells == ["3", "2", "0", "0", "\"web-0123456789\"", "-", "\"RolledBack\"", "\"nginx:1.27\"", "-", "-", "-"])
        #expect(
            InstanceSet.resourceType.printerColumns.filter { $0.priority == 0 }.map(\.name) == [
                "Desired", "Ready", "Updated", "Available", "Revision", "Age",
            ])
    }

    @Test func `counted and joined cells are made from several values`() throws {
        let secret: JSONValue = ["data": ["a": "", "b": ""]]
        #expect(Secret.resourceType.printerColumns[1].cell(of: secret) == 2)
        #expect(Secret.resourceType.printerColumns[1].cell(of: [:]) == 0)
        var volume = Volume()
        volume.spec.claim = VolumeClaimReference()
        volume.spec.claim?.set = "db"
        volume.spec.claim?.name = "data"
        let claim = try #require(Volume.resourceType.printerColumns.first { $0.name == "Claim" })
        #expect(claim.cell(of: volume.json) == "db/data")
        volume.spec.claim = nil
        #expect(claim.cell(of: volume.json).map { $0.encodedString() } ?? "none" == "none")
    }

    @Test func `a path is written as JSONPath`() {
        let path = ObjectPath([
            .field("status"), .field("conditions"), .firstItem(name: "type", value: "Ready"), .field("reason"),
        ])
        #expect(path.description == ".status.conditions[?(@.type==\"Ready\")].reason")
        #expect(ObjectPath("metadata", "labels", "imm.dev/set").description == ".metadata.labels.imm\\.dev/set")
    }
}
