import HTTPTypes
import InfraAPI
import JSON
import RequestSyntax
import ResourceAPI

/// What a sender has sent, before anything of it is believed.
struct WebhookRequest: Sendable {
    let headers: HTTPFields
    let body: [UInt8]
    /// Without parameters.
    let mediaType: String

    /// nil without it, and for one that is longer than any sender's.
    func header(_ name: String) -> String? {
        guard let name = HTTPField.Name(name), let value = headers[name], value.utf8.count <= 1024 else { return nil }
        return value
    }

    /// The body as JSON; of a form, its field `payload`, which is how GitHub sends by default.
    ///
    /// - Throws: 400 for what is neither.
    func payload(_ limits: APIServerLimits) throws(APIStatus) -> JSONValue {
        guard mediaType == "application/x-www-form-urlencoded" else {
            return try JSONValue(requestBody: body, limits.ofWebhooks)
        }
        guard let text = String(validating: body, as: UTF8.self),
            let payload = try RequestQuery(parsing: text[...])["payload"]
        else { throw .badRequest("the form has no field payload: choose application/json as the content type") }
        return try JSONValue(requestBody: Array(payload.utf8), limits.ofWebhooks)
    }
}

extension APIServerLimits {
    fileprivate var ofWebhooks: APIServerLimits {
        var limits = self
        limits.maxBodyBytes = maxWebhookBodyBytes
        return limits
    }
}
