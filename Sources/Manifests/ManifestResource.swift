public import InfraAPI
public import JSON

/// A manifest whose kind is known and whose fields follow its schema.
public struct ManifestResource: Sendable {
    public let type: ResourceType
    /// The object as written, without defaults.
    public let value: JSONValue
    public let document: ManifestDocument

    public var name: String { value["metadata"]?["name"]?.stringValue ?? "" }
    /// As written; empty where the manifest leaves it to the caller.
    public var namespace: String { value["metadata"]?["namespace"]?.stringValue ?? "" }
}

/// Checks documents against the schemas of their kinds, and against each other: two that name one object are refused.
///
/// - Parameter defaultNamespace: Where objects go that name no namespace.
/// - Returns: The valid manifests in the order of the input, and everything that is wrong with the others.
public func validateManifests(
    _ documents: [ManifestDocument], defaultNamespace: String = "default", limits: ManifestLimits = .default
) -> (resources: [ManifestResource], diagnostics: [Diagnostic]) {
    var validator = ManifestValidator(
        defaultNamespace: defaultNamespace, diagnostics: DiagnosticCollector(limit: limits.maximumDiagnostics))
    for document in documents { validator.validate(document) }
    return (validator.resources, validator.diagnostics.sorted())
}

private struct ManifestValidator {
    let defaultNamespace: String
    var diagnostics: DiagnosticCollector
    var resources: [ManifestResource] = []
    private var first: [Identity: ManifestDocument] = [:]

    /// What makes two manifests name one object.
    private struct Identity: Hashable {
        let resource: String
        let namespace: String
        let name: String
    }

    init(defaultNamespace: String, diagnostics: DiagnosticCollector) {
        self.defaultNamespace = defaultNamespace
        self.diagnostics = diagnostics
    }

    mutating func validate(_ document: ManifestDocument) {
        guard let type = type(of: document) else { return }
        let errors = type.validate(type.defaulted(document.value), mode: .strict)
        for error in errors {
            // An unknown field's message names the field itself.
            let message = error.reason == .unknownField ? error.message : "\(error.path): \(error.message)"
            diagnostics.add(document.diagnostic(at: error.path, message, hint: error.hint))
        }
        let resource = ManifestResource(type: type, value: document.value, document: document)
        let isNew = checkIdentity(resource)
        if errors.isEmpty, isNew { resources.append(resource) }
    }

    private mutating func type(of document: ManifestDocument) -> ResourceType? {
        guard let apiVersion = text("apiVersion", of: document), let kind = text("kind", of: document) else {
            return nil
        }
        if let type = ResourceTypes.find(apiVersion: apiVersion, kind: kind) { return type }
        let all = ResourceTypes.all
        let versions = all.filter { $0.kind == kind }.map(\.apiVersion)
        let kinds = all.filter { $0.apiVersion == apiVersion }.map(\.kind)
        if let version = versions.first {
            let message = "unknown apiVersion \(quoted(apiVersion)) for kind \(quoted(kind))"
            diagnostics.add(
                document.diagnostic(at: field("apiVersion"), message, hint: "did you mean \(quoted(version))?"))
        } else if !kinds.isEmpty {
            let hint =
                Spelling.closest(to: kind, among: kinds).map { "did you mean \(quoted($0))?" }
                ?? "the kinds are \(kinds.joined(separator: ", "))"
            let message = "unknown kind \(quoted(kind)) in \(quoted(apiVersion))"
            diagnostics.add(document.diagnostic(at: field("kind"), message, hint: hint))
        } else {
            let known = all.map(\.apiVersion)
            let hint =
                Spelling.closest(to: kind, among: all.map(\.kind)).flatMap { near in all.first { $0.kind == near } }
                .map { "did you mean apiVersion \(quoted($0.apiVersion)), kind \(quoted($0.kind))?" }
                ?? Spelling.closest(to: apiVersion, among: known).map { "did you mean \(quoted($0))?" }
            let message = "unknown apiVersion \(quoted(apiVersion)), kind \(quoted(kind))"
            diagnostics.add(document.diagnostic(at: field("apiVersion"), message, hint: hint))
        }
        return nil
    }

    /// One of the two fields that name a kind.
    private mutating func text(_ name: String, of document: ManifestDocument) -> String? {
        if let text = document.value[name]?.stringValue, !text.isEmpty { return text }
        let example = name == "kind" ? InstanceSet.resourceType.kind : InstanceSet.resourceType.apiVersion
        let isThere = document.value[name].map { !$0.isNull } ?? false
        var hint = "such as \(name): \(example)"
        if !isThere, let near = Spelling.closest(to: name, among: document.value.objectValue?.keys ?? []) {
            hint = "did you mean \(quoted(name)) instead of \(quoted(near))?"
        }
        let message = isThere ? "\(name) must be a string that is not empty" : "\(name) is missing"
        diagnostics.add(document.diagnostic(at: field(name), message, hint: hint))
        return nil
    }

    /// Whether this is the first manifest of its object.
    private mutating func checkIdentity(_ resource: ManifestResource) -> Bool {
        let name = resource.name
        // generateName makes a new object each time.
        if name.isEmpty { return true }
        let namespace = resource.namespace.isEmpty ? defaultNamespace : resource.namespace
        let identity = Identity(
            resource: resource.type.key, namespace: resource.type.namespaced ? namespace : "", name: name)
        guard let other = first[identity] else {
            first[identity] = resource.document
            return true
        }
        let place = resource.type.namespaced ? " in namespace \(quoted(namespace))" : ""
        diagnostics.add(
            resource.document.diagnostic(
                at: FieldPath([.field("metadata"), .field("name")]),
                "\(resource.type.kind) \(quoted(name))\(place) is named twice",
                hint: "first at \(other.file):\(other.position.line):\(other.position.column); remove one"))
        return false
    }

    private func field(_ name: String) -> FieldPath { FieldPath([.field(name)]) }
    private func quoted(_ text: String) -> String { JSONValue.string(text).encodedString() }
}
