internal import HTTPTransport

/// What `GET …/pods/NAME/log` sends.
public struct PodLogOptions: Sendable, Hashable {
    public var container: String?
    public var follow = false
    /// Last lines; nil is all.
    public var tailLines: Int?
    /// RFC 3339.
    public var sinceTime: String?
    public var timestamps = false

    public init() {}
}

/// A log, as it comes. One reader; letting go of it closes the connection.
public struct PodLog: Sendable {
    private let body: HTTPBody
    private let call: String

    init(_ body: HTTPBody, _ call: String) { (self.body, self.call) = (body, call) }

    /// The next bytes; nil at the end, and after `cancel`.
    public func next() async throws(KubernetesError) -> [UInt8]? {
        var iterator = body.makeAsyncIterator()
        do throws(HTTPError) {
            return try await iterator.next(isolation: nil)
        } catch {
            if error.code == .cancelled { return nil }
            throw KubernetesError(error, call: call, isWrite: false)
        }
    }

    public func cancel() { body.cancel() }
}

extension KubernetesAPI {
    /// What a Pod's container wrote; with `follow` until it ends. `.invalid`: it has not been started yet.
    public func log(_ pod: APIReference, _ options: PodLogOptions) async throws(KubernetesError) -> PodLog {
        var call = APICall(.get, pod.path("log"), "\(pod)/log")
        call.accept = "*/*"
        call.add("container", options.container)
        if options.follow { call.add("follow", "true") }
        call.add("tailLines", options.tailLines.map { String($0) })
        call.add("sinceTime", options.sinceTime)
        if options.timestamps { call.add("timestamps", "true") }
        return PodLog(try await stream(call), call.label)
    }
}
