import HTTPTypes
import Hummingbird
import RequestSyntax
import ResourceAPI

extension WriteOptions {
    /// From the query of a write.
    ///
    /// - Parameter kind: Kubernetes' name of the options, for error messages.
    /// - Throws: 422 for values that Kubernetes refuses.
    init(_ request: ResourceRequest, kind: String) throws(APIStatus) {
        let query = request.query
        self.init(
            fieldManager: query.nonEmpty("fieldManager") ?? request.http.agentName,
            force: query.flag("force") ?? false, dryRun: try query.dryRun(kind: kind),
            fieldValidation: try query.fieldValidation(kind: kind), report: request.report,
            term: try LeaderTerm(request.http.headers))
        user = request.user
    }
}

extension LeaderTerm {
    /// From the header of a write; nil when there is none.
    ///
    /// - Throws: 400 for one that cannot be read: the write must not be made as if it had none.
    init?(_ headers: HTTPFields) throws(APIStatus) {
        guard let name = HTTPField.Name(LeaderTerm.header), let value = headers[name] else { return nil }
        guard let term = LeaderTerm(header: value) else {
            throw .badRequest("the header \(LeaderTerm.header) must be NAMESPACE/NAME TERM HOLDER, not \"\(value)\"")
        }
        self = term
    }
}

extension RequestQuery {
    func dryRun(kind: String) throws(APIStatus) -> Bool {
        switch nonEmpty("dryRun") {
        case nil: return false
        case "All": return true
        case let value?:
            throw .invalidOptions(
                kind, field: "dryRun", "FieldValueNotSupported",
                "Unsupported value: \"\(value)\": supported values: \"All\"")
        }
    }

    /// Warn when it is not said, as in Kubernetes.
    fileprivate func fieldValidation(kind: String) throws(APIStatus) -> FieldValidation {
        guard let text = nonEmpty("fieldValidation") else { return .warn }
        guard let mode = FieldValidation(rawValue: text) else {
            throw .invalidOptions(
                kind, field: "fieldValidation", "FieldValueNotSupported",
                "Unsupported value: \"\(text)\": supported values: \"Ignore\", \"Strict\", \"Warn\"")
        }
        return mode
    }
}

extension Request {
    private static let maximumManagerLength = 128

    /// The program's name in User-Agent: the field manager of a write that names none, as in Kubernetes.
    fileprivate var agentName: String? {
        guard let agent = headers[.userAgent]?.prefix(while: { $0 != "/" }), !agent.isEmpty else { return nil }
        return String(agent.prefix(Request.maximumManagerLength))
    }
}
