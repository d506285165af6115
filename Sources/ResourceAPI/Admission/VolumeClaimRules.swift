import InfraAPI
import JSON

/// What a set asks of its volumes and its provider or other sets would have to grant: claims that grow, and volumes of
/// another set.
struct VolumeClaimRules: AdmissionCheck {
    func admit(_ request: inout AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        guard request.type == InstanceSet.resourceType, request.operation != .delete, !request.writesStatus,
            request.changesContent, let set = try? InstanceSet(json: request.object)
        else { return }
        let old = request.old.flatMap { try? InstanceSet(json: $0) }
        try await checkGrowth(from: old, to: set, request, objects)
        try await checkAdoption(from: old, to: set, request, objects)
        try await checkSnapshots(from: old, to: set, request, objects)
    }

    /// A copy before each replacement is promised only where the provider can make one.
    private func checkSnapshots(
        from old: InstanceSet?, to set: InstanceSet, _ request: AdmissionRequest, _ objects: AdmissionReader
    ) async throws(APIStatus) {
        let asked = set.spec.volumeClaimTemplates.enumerated().filter { _, claim in
            let before = old?.spec.volumeClaimTemplates.first { $0.name == claim.name }
            return claim.spec.snapshotBeforeReplace && before?.spec.snapshotBeforeReplace != true
        }
        guard !asked.isEmpty, let name = set.status.provider ?? set.spec.provider,
            let json = try await objects.get(ProviderObject.resourceType, name: name),
            let provider = try? ProviderObject(json: json), provider.status.capabilities?.snapshot == false
        else { return }
        let path = FieldPath([.field("spec"), .field("volumeClaimTemplates")])
        throw .invalid(
            request.type, request.name,
            asked.map { index, _ in
                FieldError(
                    path.index(index).field("spec").field("snapshotBeforeReplace"), .forbidden,
                    "Forbidden: provider \(name) cannot copy volumes", hint: "leave it out")
            })
    }

    /// A volume grows where it is, without replacement, or not at all.
    private func checkGrowth(
        from old: InstanceSet?, to set: InstanceSet, _ request: AdmissionRequest, _ objects: AdmissionReader
    ) async throws(APIStatus) {
        guard let old else { return }
        let grown = set.spec.volumeClaimTemplates.enumerated().compactMap { index, claim -> (Int, Quantity)? in
            let before = old.spec.volumeClaimTemplates.first { $0.name == claim.name }
            guard let before, claim.spec.size > before.spec.size else { return nil }
            return (index, before.spec.size)
        }
        guard !grown.isEmpty, let obstacle = try await obstacleToGrowth(of: old, objects) else { return }
        let errors = grown.map { index, size in
            FieldError(
                FieldPath([.field("spec"), .field("volumeClaimTemplates")]).index(index).field("spec").field("size"),
                .forbidden, "Forbidden: may not be larger than \(size): \(obstacle)",
                hint: "keep \(size), or add a claim under another name and move the data")
        }
        throw .invalid(request.type, request.name, errors)
    }

    /// nil: the provider can do it.
    private func obstacleToGrowth(
        of set: InstanceSet, _ objects: AdmissionReader
    ) async throws(APIStatus) -> String? {
        guard let name = set.status.provider ?? set.spec.provider,
            let json = try await objects.get(ProviderObject.resourceType, name: name),
            let provider = try? ProviderObject(json: json), let able = provider.status.capabilities
        else { return "it is not known yet whether the set's provider can resize volumes" }
        if able.resize { return nil }
        return able.sizeLimit
            ? "provider \(name) cannot resize volumes"
            : "volumes of provider \(name) have no size of their own (they take what the host's disk has), so that there "
                + "is nothing to resize"
    }

    /// The volumes of a slot have one heir.
    private func checkAdoption(
        from old: InstanceSet?, to set: InstanceSet, _ request: AdmissionRequest, _ objects: AdmissionReader
    ) async throws(APIStatus) {
        guard let adoption = set.spec.adoptVolumesFrom, adoption != old?.spec.adoptVolumesFrom else { return }
        let heir = try await objects.list(InstanceSet.resourceType).first { other in
            other["metadata"]?["namespace"]?.stringValue == request.namespace
                && other["metadata"]?["name"]?.stringValue != request.name
                && other["spec"]?["adoptVolumesFrom"]?["set"]?.stringValue == adoption.set
        }
        guard let name = heir?["metadata"]?["name"]?.stringValue else { return }
        let error = FieldError(
            FieldPath([.field("spec"), .field("adoptVolumesFrom"), .field("set")]), .forbidden,
            "Forbidden: set \"\(name)\" takes over the volumes of \"\(adoption.set)\" already",
            hint: "remove adoptVolumesFrom there first, or move single volumes with `immctl volume reattach`")
        throw .invalid(request.type, request.name, [error])
    }
}
