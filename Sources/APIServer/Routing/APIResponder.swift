import Ambient
import Hummingbird
import InfraAPI
import Logging
import RequestSyntax
import ResourceAPI
import Telemetry

/// Answers each request: finds what its path means and hands it to the verb.
struct APIResponder: HTTPResponder {
    var client: any ResourceClient
    let kinds: KindTable
    let discovery: Discovery
    let endpoints: DaemonEndpoints
    /// nil: Instances are not shown as Pods.
    let podTranslation: PodTranslation?
    let authorization: Authorization
    /// nil: no tokens here.
    let tokens: TokenRegistry?
    /// nil: no certificates are made here.
    let certificates: CertificateRegistry?
    let immVersion: String
    let openAPIDocuments: OpenAPIDocuments
    let limits: APIServerLimits
    let surroundings: Surroundings
    let streams: OpenStreams
    let execPlaces: RequestPlaces
    let webhookPlaces: RequestPlaces
    let webhooks: WebhookReceiver
    let measures: RequestMeasures
    let logger: Logger

    func respond(to request: Request, context: APIRequestContext) async -> Response {
        let start = surroundings.time.uptime
        let info: RequestInfo
        do throws(APIStatus) {
            info = try RequestInfo(uri: request.head.path ?? "/")
        } catch {
            return refused(request, context, error, since: start)
        }
        let report = WriteReport()
        var response = await answer(request, info, context, report)
        response.warn(report.warnings)
        response.closeAfterRefusedUpgrade(of: request, context.channel)
        record(RequestLabel(request, info, kinds), response, since: start)
        return response
    }

    /// The answer to a request that is refused before anything is done for it: counted as all others.
    ///
    /// - Parameter start: by the uptime; nil: now.
    func refused(
        _ request: Request, _ context: APIRequestContext, _ error: APIStatus, since start: Duration? = nil
    ) -> Response {
        var response = Response.refusal(error)
        response.closeAfterRefusedUpgrade(of: request, context.channel)
        let info = try? RequestInfo(uri: request.head.path ?? "/")
        record(RequestLabel(request, info, kinds), response, since: start ?? surroundings.time.uptime)
        return response
    }

    private func record(_ label: RequestLabel, _ response: Response, since start: Duration) {
        measures.record(
            verb: label.verb, resource: label.resource, code: response.status.code,
            duration: label.isLong ? nil : surroundings.time.uptime - start)
    }

    private func answer(
        _ request: Request, _ info: RequestInfo, _ context: APIRequestContext, _ report: WriteReport
    ) async -> Response {
        do throws(APIStatus) {
            return try await route(request, info, context, report)
        } catch {
            logger.debug(
                "request refused",
                metadata: [
                    "method": "\(request.method.rawValue)", "path": "\(request.uri.path)", "code": "\(error.code)",
                    "reason": "\(error.reason.rawValue)",
                ])
            return .refusal(error)
        }
    }

    private func route(
        _ request: Request, _ info: RequestInfo, _ context: APIRequestContext, _ report: WriteReport
    ) async throws(APIStatus) -> Response {
        if case .path(let segments) = info.target, let path = WebhookPath(segments) {
            return try await webhook(request, path)
        }
        try await authorization.check(context.caller, RequestAttributes(request.method, info))
        switch info.target {
        case .path(let segments) where segments.first == APIResponder.ownPrefix:
            return try await ownPath(request, segments, context.caller)
        case .path(let segments): return try await other(request, segments, info.query)
        case .resource(let path):
            if let review = SelfReview.find(path) { return try await self.review(review, request, context.caller) }
            if let response = try await podsView(request, context, path, info.query, report) { return response }
            let resource = try resourceRequest(request, context, path, info.query, report)
            return try await serving(resource.type).verb(resource, path)
        }
    }

    /// Views are served from the kind that is stored.
    private func serving(_ type: ResourceType) -> APIResponder {
        guard type == RegardingEvent.resourceType else { return self }
        var responder = self
        responder.client = RegardingEventClient(client)
        return responder
    }

    private func verb(
        _ request: ResourceRequest, _ path: RequestInfo.ResourcePath
    ) async throws(APIStatus) -> Response {
        guard let subresource = path.subresource else {
            return path.name == nil ? try await collection(request) : try await object(request)
        }
        return try await self.subresource(subresource, request)
    }

    private func resourceRequest(
        _ request: Request, _ context: APIRequestContext, _ path: RequestInfo.ResourcePath, _ query: RequestQuery,
        _ report: WriteReport
    ) throws(APIStatus) -> ResourceRequest {
        // A namespaced object without a namespace, and a cluster-scoped one in a namespace, are nowhere.
        guard let type = kinds.find(group: path.group, version: path.version, plural: path.resource),
            type.namespaced ? (path.namespace != nil || path.name == nil) : path.namespace == nil
        else { throw .unknownPath(request.uri.path) }
        return ResourceRequest(
            http: request, channel: context.channel, type: type, namespace: path.namespace, name: path.name,
            query: query, report: report, user: context.caller?.name)
    }

    private func collection(_ request: ResourceRequest) async throws(APIStatus) -> Response {
        switch request.http.method {
        case .get where request.query.flag("watch") == true: return try await watch(request)
        case .get: return try await list(request)
        case .post where request.namespace != nil || !request.type.namespaced: return try await create(request)
        case .delete where request.namespace != nil || !request.type.namespaced:
            return try await deleteCollection(request)
        default: throw .methodNotAllowed(request.http.method.rawValue, on: "the collection \(request.http.uri.path)")
        }
    }

    private func object(_ request: ResourceRequest) async throws(APIStatus) -> Response {
        switch request.http.method {
        case .get where request.query.flag("watch") == true: return try await watch(request)
        case .get: return try await get(request)
        case .put: return try await update(request, nil)
        case .patch: return try await patch(request, nil)
        case .delete: return try await delete(request)
        default: throw .methodNotAllowed(request.http.method.rawValue, on: request.http.uri.path)
        }
    }

    private func subresource(_ name: String, _ request: ResourceRequest) async throws(APIStatus) -> Response {
        let type = request.type
        switch (name, request.http.method) {
        case ("status", .get) where type.subresources.status: return try await get(request)
        case ("status", .put) where type.subresources.status: return try await update(request, .status)
        case ("status", .patch) where type.subresources.status: return try await patch(request, .status)
        case ("scale", .get) where type.subresources.scale != nil: return try await getScale(request)
        case ("scale", .put) where type.subresources.scale != nil: return try await update(request, .scale)
        case ("scale", .patch) where type.subresources.scale != nil: return try await patch(request, .scale)
        case ("log", .get) where type == Instance.resourceType: return try await log(request)
        case ("exec", .get) where type == Instance.resourceType, ("exec", .post) where type == Instance.resourceType:
            return try await exec(request)
        case ("plan", .post) where type == InstanceSet.resourceType: return try await plan(request)
        case ("images", _) where type == ProviderObject.resourceType: return try await images(request)
        case ("status", _) where type.subresources.status, ("scale", _) where type.subresources.scale != nil,
            ("log", _) where type == Instance.resourceType, ("exec", _) where type == Instance.resourceType,
            ("plan", _) where type == InstanceSet.resourceType:
            throw .methodNotAllowed(request.http.method.rawValue, on: request.http.uri.path)
        default: throw .unknownPath(request.http.uri.path)
        }
    }
}
