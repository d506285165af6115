/// Manifests of the tests.
enum Files {
    static func set(
        _ name: String, image: String = "app:v1", replicas: Int = 1, annotations: [String: String] = [:],
        namespace: String? = nil
    ) -> String {
        var metadata = "name: \(name)"
        if let namespace { metadata += ", namespace: \(namespace)" }
        if !annotations.isEmpty {
            let pairs = annotations.sorted { $0.key < $1.key }.map { "\($0.key): \"\($0.value)\"" }
            metadata += ", annotations: {\(pairs.joined(separator: ", "))}"
        }
        return """
            apiVersion: imm.dev/v1alpha1
            kind: InstanceSet
            metadata: {\(metadata)}
            spec:
              replicas: \(replicas)
              template:
                spec:
                  image: \(image)

            """
    }

    static func secret(_ name: String, _ value: String = "x", annotations: String = "") -> String {
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: \(name)\(annotations.isEmpty ? "" : ", annotations: {\(annotations)}")}
        stringData: {key: "\(value)"}

        """
    }

    static func secrets(_ names: some Sequence<String>) -> [String: String] {
        Dictionary(names.map { ("\($0).yaml", secret($0)) }, uniquingKeysWith: { first, _ in first })
    }
}
