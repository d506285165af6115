internal import InfraAPI
internal import JSON
internal import ProviderInterface

extension PodPlan {
    private static let contentsVolume = "imm-contents"

    private static func writableVolume(_ index: Int) -> String { "imm-writable-\(index)" }

    /// The slot's claims, the files, and a directory of the node's for each writable path.
    func volumes() throws(ProviderError) -> [JSONValue] {
        var volumes: [JSONValue] = []
        for claim in Set(template.volumeMounts.map(\.name)).sorted() {
            guard let volume = creation.volumes.first(where: { $0.claim == claim }) else {
                throw ProviderError(
                    .startRefused,
                    "volumeMounts name the claim \(claim), and the instance has no volume of it; add the claim")
            }
            let name = names.claim(volumeUID: volume.volumeUID)
            volumes.append(["name": .string(claim), "persistentVolumeClaim": ["claimName": .string(name)]])
        }
        if !template.files.isEmpty {
            let items = template.files.enumerated().map { index, file -> JSONValue in
                let key = InstanceContents.fileKey(index)
                return ["key": .string(key), "path": .string(key), "mode": .int(Int64(file.mode))]
            }
            let secret: JSONValue = [
                "secretName": .string(names.contents(instanceUID: creation.handle.uid)), "items": .array(items),
            ]
            volumes.append(["name": .string(PodPlan.contentsVolume), "secret": secret])
        }
        for index in template.writablePaths.indices {
            volumes.append(["name": .string(PodPlan.writableVolume(index)), "emptyDir": [:]])
        }
        return volumes
    }

    func mounts() throws(ProviderError) -> [JSONValue] {
        var mounts = template.volumeMounts.map { mount -> JSONValue in
            ["name": .string(mount.name), "mountPath": .string(mount.mountPath)]
        }
        for (index, file) in template.files.enumerated() {
            mounts.append([
                "name": .string(PodPlan.contentsVolume), "mountPath": .string(file.path), "readOnly": true,
                "subPath": .string(InstanceContents.fileKey(index)),
            ])
        }
        for (index, path) in template.writablePaths.enumerated() {
            mounts.append(["name": .string(PodPlan.writableVolume(index)), "mountPath": .string(path)])
        }
        return mounts
    }
}
