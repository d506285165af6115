import InfraAPI
import JSON

/// What a set asks of its provider, as far as that is known: a set may name one that does not exist yet, and waits.
struct ProviderRules: AdmissionCheck {
    func admit(_ request: inout AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        guard request.operation != .delete, !request.writesStatus, request.changesContent else { return }
        switch request.type {
        case InstanceSet.resourceType: try await checkSet(request, objects)
        case ProviderObject.resourceType: try await checkEndpoint(request, objects)
        default: return
        }
    }

    private func checkSet(_ request: AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        guard let json = try await provider(of: request, objects), let provider = try? ProviderObject(json: json) else {
            return
        }
        let allowed = provider.spec.allowedNamespaces
        guard allowed.isEmpty || allowed.contains(request.namespace) else {
            throw .forbidden(
                request.type, request.name,
                "provider \"\(provider.name)\" does not allow namespace \"\(request.namespace)\"; "
                    + "its allowedNamespaces are: \(allowed.joined(separator: ", "))")
        }
        guard let capabilities = provider.status.capabilities else { return }
        let errors = missing(in: capabilities, provider.name, request.object["spec"]?["template"]?["spec"] ?? .null)
        guard errors.isEmpty else { throw .invalid(request.type, request.name, errors) }
    }

    /// The named one, else the one that was resolved, else the one marked default.
    private func provider(
        of request: AdmissionRequest, _ objects: AdmissionReader
    ) async throws(APIStatus) -> JSONValue? {
        let named = request.object["spec"]?["provider"] ?? request.object["status"]?["provider"]
        if let name = named?.stringValue { return try await objects.get(ProviderObject.resourceType, name: name) }
        return try await objects.list(ProviderObject.resourceType).first {
            $0["metadata"]?["annotations"]?[ProviderObject.defaultAnnotation] == "true"
        }
    }

    private func missing(
        in capabilities: ProviderCapabilities, _ name: String, _ template: JSONValue
    ) -> [FieldError] {
        let path = FieldPath([.field("spec"), .field("template"), .field("spec")])
        func unsupported(_ path: FieldPath, _ what: String, _ advice: String) -> FieldError {
            FieldError(path, .forbidden, "Forbidden: provider \"\(name)\" cannot \(what)", hint: advice)
        }
        var errors: [FieldError] = []
        if !capabilities.files, let files = template["files"]?.arrayValue, !files.isEmpty {
            errors.append(unsupported(path.field("files"), "put files into instances", "build them into the image"))
        }
        if !capabilities.hostPort {
            for (index, port) in (template["ports"]?.arrayValue ?? []).enumerated() where port["hostPort"].isSet {
                let place = path.field("ports").index(index).field("hostPort")
                errors.append(unsupported(place, "publish fixed host ports", "leave hostPort out"))
            }
        }
        if !capabilities.readOnlyRoot, template["readOnlyRootFilesystem"] == true {
            let place = path.field("readOnlyRootFilesystem")
            errors.append(unsupported(place, "make the root file system read-only", "set it to false"))
        }
        return errors
    }

    /// The endpoint says where instances and volumes are: another one would lose sight of them.
    private func checkEndpoint(_ request: AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        guard let old = request.old, old["spec"]?["endpoint"] != request.object["spec"]?["endpoint"] else { return }
        let name = JSONValue.string(request.name)
        for type in [Instance.resourceType, Volume.resourceType] {
            let users = try await objects.list(type).filter { $0["spec"]?["provider"] == name }
            guard let user = users.first else { continue }
            let example =
                "\(user["metadata"]?["namespace"]?.stringValue ?? "")/\(user["metadata"]?["name"]?.stringValue ?? "")"
            let error = FieldError(
                FieldPath([.field("spec"), .field("endpoint")]), .forbidden,
                "Forbidden: the provider is in use by \(users.count) \(type.plural), such as \(example)",
                hint: "make another Provider for the new endpoint")
            throw .invalid(request.type, request.name, [error])
        }
    }
}
