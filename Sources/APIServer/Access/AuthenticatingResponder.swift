import Hummingbird
import Logging
import RequestSyntax
import ResourceAPI

/// Stands before the responder and says who asks.
struct AuthenticatingResponder: HTTPResponder {
    let base: APIResponder
    let source: CallerSource

    /// In a task of its own, which gives the memory back that finding the answer needed. The connection's task, which this
    /// is called in, keeps the most that any of its requests ever needed for as long as the connection lasts.
    func respond(to request: Request, context: APIRequestContext) async -> Response {
        async let response = answer(request, context)
        return await response
    }

    private func answer(_ request: Request, _ context: APIRequestContext) async -> Response {
        // The sender of a webhook is nobody's caller, whatever else it shows.
        guard !request.isWebhook else { return await base.respond(to: request, context: context) }
        var context = context
        do throws(APIStatus) {
            context.caller = try await source.caller(request, context.channel)
        } catch {
            base.logger.info(
                "caller refused", metadata: ["path": "\(request.uri.path)", "reason": "\(error.message)"])
            return base.refused(request, context, error)
        }
        return await base.respond(to: request, context: context)
    }
}

extension Request {
    fileprivate var isWebhook: Bool {
        guard let info = try? RequestInfo(uri: head.path ?? "/"), case .path(let segments) = info.target else {
            return false
        }
        return WebhookPath(segments) != nil
    }
}

extension Response {
    /// A failure; with 401 says by which scheme the client may try again (RFC 9110, 11.6.1).
    static func refusal(_ status: APIStatus) -> Response {
        var response = failure(status)
        if status.code == 401 { response.headers[.wwwAuthenticate] = "Bearer realm=\"imm\"" }
        return response
    }
}
