import Hummingbird
import JSON
import ResourceAPI

// What `kubectl auth can-i` and `kubectl auth whoami` ask.
extension APIResponder {
    func review(_ review: SelfReview, _ request: Request, _ caller: Caller?) async throws(APIStatus) -> Response {
        guard let caller else { throw .nobodyKnown }
        guard request.method == .post else { throw .methodNotAllowed(request.method.rawValue, on: request.uri.path) }
        let body = try await request.object(limits, acceptsProtobuf: true)
        guard body.objectValue != nil, [nil, review.kind].contains(body["kind"]?.stringValue) else {
            throw .badRequest("the request body must be a \(review.kind)")
        }
        let spec = body["spec"] ?? .null
        var answer: JSONValue = [
            "apiVersion": .string(review.apiVersion), "kind": .string(review.kind),
            "metadata": ["creationTimestamp": .null],
        ]
        switch review {
        case .accessReview:
            answer["spec"] = spec
            answer["status"] = try await access(spec, caller)
        case .rulesReview:
            answer["spec"] = [:]
            answer["status"] = try await rules(spec["namespace"]?.stringValue ?? "", caller)
        case .subjectReview:
            answer["status"] = [
                "userInfo": [
                    "username": .string(caller.name),
                    "groups": .array((caller.groups + [Caller.authenticatedGroup]).map(JSONValue.string)),
                    "extra": ["imm.dev/authenticated-by": [.string(caller.method.rawValue)]],
                ]
            ]
        }
        return .json(answer, code: 201)
    }

    private func access(_ spec: JSONValue, _ caller: Caller) async throws(APIStatus) -> JSONValue {
        let attributes = try RequestAttributes(reviewing: spec)
        if try await authorization.isAllowed(caller, attributes) {
            return ["allowed": true, "reason": caller.isAdmin ? "administrator" : "by a RoleBinding of the namespace"]
        }
        return ["allowed": false, "reason": .string("no role allows it")]
    }

    private func rules(_ namespace: String, _ caller: Caller) async throws(APIStatus) -> JSONValue {
        guard !namespace.isEmpty else { throw .badRequest("no namespace on request") }
        var resources: [JSONValue] = []
        if caller.isAdmin {
            resources = [["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]]
        } else {
            resources = try await authorization.rules(of: caller, in: namespace).map { rule in
                [
                    "verbs": .array(rule.verbs.map(JSONValue.string)), "apiGroups": [.string(rule.group)],
                    "resources": .array(rule.resources.map(JSONValue.string)),
                ]
            }
            resources += SelfReview.allCases.map { review in
                ["verbs": ["create"], "apiGroups": [.string(review.group)], "resources": [.string(review.plural)]]
            }
        }
        return [
            "resourceRules": .array(resources),
            "nonResourceRules": [
                [
                    "verbs": ["get"],
                    "nonResourceURLs": caller.isAdmin
                        ? ["*"] : .array(Authorization.readablePaths.map(JSONValue.string)),
                ]
            ],
            "incomplete": false,
        ]
    }
}

extension RequestAttributes {
    /// The attributes in the spec of a SelfSubjectAccessReview.
    fileprivate init(reviewing spec: JSONValue) throws(APIStatus) {
        if let path = spec["nonResourceAttributes"], !path.isNull {
            self.init(
                verb: path["verb"]?.stringValue ?? "", target: .path(path["path"]?.stringValue ?? "/"))
            return
        }
        guard let wanted = spec["resourceAttributes"], wanted.objectValue != nil else {
            throw .badRequest("spec must have resourceAttributes or nonResourceAttributes")
        }
        func text(_ name: String) -> String? { wanted[name]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } }
        let isNamespace = text("group") == nil && text("resource") == "namespaces"
        self.init(
            verb: text("verb") ?? "",
            target: .resource(
                Resource(
                    group: text("group") ?? "", resource: text("resource") ?? "", subresource: text("subresource"),
                    namespace: isNamespace ? text("name") : text("namespace"), name: text("name"))))
    }
}
