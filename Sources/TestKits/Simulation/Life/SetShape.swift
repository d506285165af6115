public import InfraAPI

extension LifeScript.SetShape {
    /// The set of this shape with a readiness probe.
    public func set(replicas: Int, image: String, progressDeadlineSeconds: Int = 600) -> InstanceSet {
        var set = InstanceSet()
        set.metadata = ObjectMeta(name: name, namespace: "default")
        set.spec.replicas = replicas
        set.spec.template.spec.image = image
        set.spec.progressDeadlineSeconds = progressDeadlineSeconds
        var port = Port()
        port.name = "http"
        port.containerPort = 8080
        set.spec.template.spec.ports = [port]
        var probe = Probe()
        var get = HTTPGetAction()
        get.port = .string("http")
        probe.httpGet = get
        set.spec.template.spec.readinessProbe = probe
        for number in 0..<claims {
            var claim = VolumeClaimTemplate()
            claim.name = "data-\(number)"
            claim.spec.snapshotBeforeReplace = takesSnapshots
            set.spec.volumeClaimTemplates.append(claim)
            var mount = VolumeMount()
            mount.name = claim.name
            mount.mountPath = "/data/\(number)"
            set.spec.template.spec.volumeMounts.append(mount)
        }
        return set
    }
}
