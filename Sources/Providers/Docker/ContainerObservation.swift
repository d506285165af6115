internal import DockerEngine
internal import InfraAPI
internal import ProviderInterface

/// Turns what the engine says of a container into what controllers hear.
struct ContainerObservation {
    let names: ObjectNames
    let reachesContainers: Bool

    /// - Parameter uid: under which it was asked for; nil: the one on its label.
    func instance(_ container: Container, uid: String? = nil) -> ObservedInstance {
        let labels = container.labels
        let isOnHost = container.networkMode == "host"
        var instance = ObservedInstance(
            // An object of ours that lost its uid is still ours to report (law L6); its id stands in.
            uid: uid ?? labels[ObjectLabels.uid] ?? container.id, providerID: container.id, name: container.name,
            state: state(container), epoch: labels[ObjectLabels.epoch].flatMap { Int($0) } ?? 0,
            set: labels[ObjectLabels.set] ?? "", slot: labels[ObjectLabels.slot].flatMap { Int($0) } ?? 0,
            revision: labels[ObjectLabels.revision] ?? "", imageDigest: image(container),
            startedAt: container.startedAt, finishedAt: container.finishedAt,
            address: reachesContainers ? (isOnHost ? "127.0.0.1" : container.addresses.first) : nil,
            ports: isOnHost ? hostPorts(labels) : publishedPorts(container),
            volumeUIDs: container.mounts.filter { $0.kind == "volume" }.compactMap { names.volumeUID(of: $0.name) }
                .sorted())
        instance.ranOutOfMemory = container.wasOutOfMemory
        return instance
    }

    private func state(_ container: Container) -> ObservedInstance.State {
        if container.isRunning { return .running }
        // A start that failed leaves the container as it was made: it never ran.
        if container.startedAt == nil, container.status == "created" || container.status == "configured" {
            return .created
        }
        return .exited(code: container.exitCode)
    }

    /// In the form of a resolved template: the digest or ID that it was made from, else the image's ID.
    private func image(_ container: Container) -> String {
        let reference = ImageReference(container.image)
        return reference.digest != nil || reference.isID ? container.image : container.imageID
    }

    private func publishedPorts(_ container: Container) -> [PublishedPort] {
        ObjectLabels.ports(in: container.labels).compactMap { named in
            container.ports.first { $0.containerPort == named.port && $0.transport == named.transport }.map {
                var port = PublishedPort()
                port.name = named.name
                port.containerPort = named.port
                port.hostIP = $0.hostAddress.isEmpty ? "0.0.0.0" : $0.hostAddress
                port.hostPort = $0.hostPort
                return port
            }
        }
    }

    private func hostPorts(_ labels: [String: String]) -> [PublishedPort] {
        ObjectLabels.ports(in: labels).map { named in
            var port = PublishedPort()
            port.name = named.name
            port.containerPort = named.port
            port.hostIP = "127.0.0.1"
            port.hostPort = named.port
            return port
        }
    }
}
