import RequestSyntax
import ResourceAPI

/// The questions that a caller may ask about itself: kinds of Kubernetes that are never stored, and know `create` alone.
enum SelfReview: String, Sendable, CaseIterable {
    case accessReview = "SelfSubjectAccessReview"
    case rulesReview = "SelfSubjectRulesReview"
    case subjectReview = "SelfSubjectReview"

    static let version = "v1"

    var kind: String { rawValue }
    var plural: String { rawValue.lowercased() + "s" }

    var group: String {
        switch self {
        case .accessReview, .rulesReview: "authorization.k8s.io"
        case .subjectReview: "authentication.k8s.io"
        }
    }

    var apiVersion: String { "\(group)/\(SelfReview.version)" }

    static func find(_ resource: RequestAttributes.Resource) -> SelfReview? {
        guard resource.namespace == nil, resource.name == nil, resource.subresource == nil else { return nil }
        return allCases.first { $0.group == resource.group && $0.plural == resource.resource }
    }

    static func find(_ path: RequestInfo.ResourcePath) -> SelfReview? {
        guard path.version == version, path.namespace == nil, path.name == nil else { return nil }
        return allCases.first { $0.group == path.group && $0.plural == path.resource }
    }
}
