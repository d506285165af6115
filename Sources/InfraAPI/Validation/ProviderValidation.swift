import JSON

/// Rules of a Provider beyond its schema.
public enum ProviderValidation {
    public static func validate(_ provider: ProviderObject) -> [FieldError] {
        switch provider.spec.type {
        case .kubernetes: return kubernetes(provider)
        case .qemu: return unlessKubernetes(provider) + machines(provider)
        case .docker, .simulated: return unlessKubernetes(provider) + engine(provider)
        }
    }

    private static func unlessKubernetes(_ provider: ProviderObject) -> [FieldError] {
        guard provider.spec.kubernetes != nil else { return [] }
        return [
            .forbidden(
                FieldPath([.field("spec"), .field("kubernetes")]),
                "it is for type kubernetes, and this Provider is of type \(provider.spec.type.rawValue)")
        ]
    }

    private static func kubernetes(_ provider: ProviderObject) -> [FieldError] {
        guard provider.spec.endpoint != nil else { return [] }
        return [
            .forbidden(
                FieldPath([.field("spec"), .field("endpoint")]),
                "a cluster is reached as the kubeconfig in its credentials says, and without credentials it is the one that the "
                    + "objects are stored in: leave it out")
        ]
    }

    /// Machines are processes of the controller's own host.
    private static func machines(_ provider: ProviderObject) -> [FieldError] {
        var fields: [String] = []
        if provider.spec.endpoint != nil { fields.append("endpoint") }
        if provider.spec.credentials != nil { fields.append("credentials") }
        return fields.map { name in
            .forbidden(
                FieldPath([.field("spec"), .field(name)]), "machines run on the controller's own host: leave it out")
        }
    }

    /// An engine gives root on its host: over the network only with certificates on both sides.
    private static func engine(_ provider: ProviderObject) -> [FieldError] {
        let isRemote = provider.spec.endpoint?.hasPrefix("tcp://") ?? false
        let path = FieldPath([.field("spec"), .field("credentials")])
        if isRemote, provider.spec.credentials == nil {
            return [
                FieldError(
                    path, .required,
                    "Required value: an engine over tcp is reached with TLS and client certificates only",
                    hint: "name a Secret with ca.crt, tls.crt and tls.key in credentials.secretRef")
            ]
        }
        if !isRemote, provider.spec.credentials != nil {
            return [.forbidden(path, "a unix socket takes no credentials: leave them out")]
        }
        return []
    }
}
