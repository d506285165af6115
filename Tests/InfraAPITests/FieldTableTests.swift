import InfraAPI
import JSON
import Testing

struct FieldTableTests {
    /// A record with the names in its table and the properties that it really has.
    struct Table: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let fields: [String]
        let properties: [String]

        init<Record: SchemaRecord>(_ type: Record.Type) {
            testDescription = "\(type)"
            let properties = Mirror(reflecting: Record()).children.compactMap(\.label)
            self.properties = properties
            fields = Record.fields.flatMap { field in
                // A group on the wire is no property: what is in it is.
                properties.contains(field.name)
                    ? [field.name] : [field.name] + field.property.schema.properties.map(\.name)
            }
        }
    }

    @Test(arguments: [
        Table(InstanceSet.self), Table(InstanceSetSpec.self), Table(InstanceSetStatus.self),
        Table(ReplacementStrategy.self), Table(InstanceTemplate.self), Table(VolumeClaimTemplate.self),
        Table(VolumeClaimSpec.self), Table(SlotFailure.self), Table(InstanceTemplateSpec.self),
        Table(EnvironmentVariable.self), Table(FileMount.self), Table(SecretReference.self), Table(Port.self),
        Table(ResourceLimits.self), Table(Probe.self), Table(HTTPGetAction.self), Table(TCPSocketAction.self),
        Table(ExecAction.self), Table(VolumeMount.self), Table(ObjectMeta.self), Table(OwnerReference.self),
        Table(Condition.self), Table(Revision.self), Table(RevisionSpec.self), Table(RevisionStatus.self),
        Table(Instance.self), Table(InstanceSpec.self), Table(InstanceStatus.self), Table(InstanceStep.self),
        Table(PublishedPort.self), Table(Volume.self), Table(VolumeSpec.self), Table(VolumeClaimReference.self),
        Table(VolumeStatus.self), Table(VolumeAttachment.self), Table(DetachReceipt.self), Table(ProviderObject.self),
        Table(ProviderSpec.self), Table(ProviderCredentials.self), Table(NamespacedSecretReference.self),
        Table(ProviderStatus.self), Table(ProviderCapabilities.self),
        Table(UnknownObject.self), Table(Namespace.self), Table(NamespaceStatus.self), Table(Secret.self),
        Table(Event.self), Table(InvolvedObject.self), Table(Lease.self), Table(LeaseSpec.self),
    ]) func `every property of a record is in its table`(table: Table) {
        #expect(!table.properties.isEmpty)
        #expect(table.properties.filter { !table.fields.contains($0) } == [])
        #expect(Set(table.fields).count == table.fields.count)
    }

    @Test func `a template's hash with many claims fits into the status`() throws {
        var set = Samples.minimal
        set.spec.volumeClaimTemplates = (0..<16).map {
            Samples.claim(String(repeating: "a", count: 60) + "\($0)", "1Gi")
        }
        set.status.resolvedTemplateHash = RevisionHash.templateHash(
            set.spec.template, claims: set.spec.volumeClaimTemplates)
        let status = try #require(InstanceSet.resourceType.schema.property("status")?.schema)
        #expect(status.validate(try #require(set.json["status"])).map(\.description) == [])
    }
}
