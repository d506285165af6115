import Ambient
import HTTPTypes
import InfraAPI
import JSON
import Logging
import ResourceAPI
import Telemetry

/// Has a GitSource look at its repository when the sender of its webhook says that something is new.
///
/// A delivery does nothing but that: what is fetched and applied is the repository's, never the delivery's.
struct WebhookReceiver: Sendable {
    static let fieldManager = "imm-webhook"

    let client: any ResourceClient
    let limits: APIServerLimits
    let surroundings: Surroundings
    let logger: Logger
    private let memory: WebhookMemory
    private let deliveries: MetricCounter

    init(
        _ client: any ResourceClient, _ limits: APIServerLimits, _ surroundings: Surroundings, _ logger: Logger,
        _ metrics: MetricRegistry
    ) {
        (self.client, self.limits, self.surroundings, self.logger) = (client, limits, surroundings, logger)
        memory = WebhookMemory(maximumPerMinute: limits.maxWebhooksPerMinute)
        deliveries = metrics.counter(
            "imm_gitops_webhooks_total", "Webhook deliveries by what came of them.", labels: ["outcome"])
    }

    func receive(_ path: WebhookPath, _ request: WebhookRequest) async throws(APIStatus) -> WebhookAnswer {
        do throws(APIStatus) {
            let answer = try await answer(path, request)
            deliveries.add(1, answer.outcome.rawValue)
            return answer
        } catch {
            deliveries.add(1, error.code == 401 ? "Unauthorized" : error.code == 429 ? "Limited" : "Failed")
            throw error
        }
    }

    /// Who does not sign as the source wants it learns nothing: not even whether there is such a source.
    private func answer(_ path: WebhookPath, _ request: WebhookRequest) async throws(APIStatus) -> WebhookAnswer {
        let source = try await client.find(GitSource.self, namespace: path.namespace, name: path.name)
        let secret = try await secret(of: source, in: path.namespace)
        let signature = source?.spec.webhook.flatMap { webhook in
            secret.flatMap { WebhookSignature(webhook.type, secret: $0) }
        }
        let marks = (signature ?? .ofNobody).marks(of: request, now: surroundings.time.now)
        guard let source, let signature, let marks, !source.isBeingDeleted else { throw .unknownWebhook }
        let event = try WebhookEvent(signature.kind, request, limits)
        switch event {
        case .ping: return .pong
        case .other(let name): return .ignored("only pushes are acted on, and this is \"\(name.prefix(64))\"")
        case .push(let push): return try await pushed(push, source, marks)
        }
    }

    /// A Secret is looked for even where none is named: the answer takes as long.
    private func secret(of source: GitSource?, in namespace: String) async throws(APIStatus) -> [UInt8]? {
        let name = source?.spec.webhook?.secretRef.name ?? "none"
        let secret = try await client.find(Secret.self, namespace: namespace, name: name)
        return secret?.bytes(for: GitWebhook.tokenKey)
    }

    private func pushed(
        _ push: WebhookPush, _ source: GitSource, _ marks: [String]
    ) async throws(APIStatus) -> WebhookAnswer {
        guard push.concerns(source.spec.ref) else {
            return .ignored("\(push.ref?.prefix(256) ?? "") is not what this source follows")
        }
        guard !source.spec.suspend else { return .ignored("the source is suspended") }
        switch memory.admit(source.uid, marks, now: surroundings.time.uptime) {
        case .repeated: return .repeated
        case .tooMany: throw .tooManyDeliveries(limits.maxWebhooksPerMinute)
        case .fresh: break
        }
        let token = "webhook-\(surroundings.randomness.nameSuffix(length: 16))"
        do throws(APIStatus) {
            _ = try await client.mergePatch(
                ObjectReference(GitSource.resourceType, namespace: source.namespace, name: source.name),
                ["metadata": ["annotations": [GitSource.syncAnnotation: .string(token)]]], nil,
                WriteOptions(fieldManager: WebhookReceiver.fieldManager))
        } catch {
            memory.forget(source.uid, marks)
            throw error
        }
        logger.info(
            "webhook accepted",
            metadata: ["source": "\(source.namespace)/\(source.name)", "ref": "\(push.ref ?? "")", "token": "\(token)"])
        return .accepted(token)
    }
}

extension APIStatus {
    fileprivate static let unknownWebhook = unauthorized(
        "there is no GitSource of this name whose webhook takes this signature "
            + "(its type, the token in its Secret, and the time of the signature count)")

    fileprivate static func tooManyDeliveries(_ limit: Int) -> APIStatus {
        var status = APIStatus(
            code: 429, reason: .tooManyRequests,
            message: "\(limit) deliveries within a minute were taken for this source, which is the limit: "
                + "the repository is looked at in its interval all the same")
        status.retryAfterSeconds = 60
        return status
    }
}
