import Hummingbird
import ResourceAPI

// `/hooks/NAMESPACE/NAME`
extension APIResponder {
    /// Answers a delivery; its sender is nobody whom the server knows.
    func webhook(_ request: Request, _ path: WebhookPath) async throws(APIStatus) -> Response {
        guard request.method == .post else {
            throw .methodNotAllowed(request.method.rawValue, on: request.uri.path)
        }
        // The body is read before anything is known of the sender: only so many at once.
        let place = try webhookPlaces.take()
        defer { withExtendedLifetime(place) {} }
        let delivery = WebhookRequest(
            headers: request.headers, body: try await request.bytes(limitBytes: limits.maxWebhookBodyBytes),
            mediaType: request.bodyMediaType)
        let answer = try await webhooks.receive(path, delivery)
        return .json(answer.json, code: answer.code)
    }
}
