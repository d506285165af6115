import JSON

/// Rules of a Provider beyond its schema.
public enum ProviderValidation {
    /// An engine gives root on its host: over the network only with certificates on both sides.
    public static func validate(_ provider: ProviderObject) -> [FieldError] {
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
