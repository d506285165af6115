import CLibcurl

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What is known about a transfer that libcurl gave up, and the error that it makes.
struct TransferFailure {
    let code: CURLcode
    let request: HTTPRequest
    let endpoint: HTTPEndpoint
    /// Whether a connection stood and the request was begun on it.
    let wasBegun: Bool
    let hasHead: Bool
    /// `errno` of a failed connect, else 0.
    let systemError: Int32
    let words: String

    var error: HTTPError {
        let (code, what) = verdict
        return HTTPError(
            code: code, mayHaveReachedServer: wasBegun, message: "\(request.label) on \(endpoint): \(what)")
    }

    private var verdict: (HTTPError.Code, String) {
        switch code {
        case CURLE_COULDNT_CONNECT: connectVerdict
        case CURLE_COULDNT_RESOLVE_HOST: (.hostNotFound, "\(words); correct the host name or the name server")
        // libcurl uses this code both for an unknown scheme and for an answer without a status line.
        case CURLE_UNSUPPORTED_PROTOCOL where wasBegun:
            (.protocolError, "the answer is not HTTP as it should be: \(words)")
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL:
            (.invalidRequest, "\(words); the address must be http://host[:port] or https://host[:port]")
        case CURLE_OPERATION_TIMEDOUT: (.timedOut, timeOutText)
        case CURLE_PEER_FAILED_VERIFICATION:
            (.tlsFailed, "the server's certificate is not trusted (\(words)); give its authority's certificate")
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_SHUTDOWN_FAILED:
            (.tlsFailed, "no TLS connection: \(words)")
        case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM:
            (.tlsFailed, "a certificate or key cannot be used: \(words); check the PEM files")
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE:
            // With verified client certificates, TLS 1.3 reports their refusal only here.
            words.contains("alert")
                ? (.tlsFailed, "the server refused our TLS certificate: \(words)")
                : hasHead
                    ? (.responseCutShort, "the connection ended in the middle of the response (\(words))")
                    : (.sentButUnanswered, unansweredText)
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            (.protocolError, "the answer is not HTTP as it should be: \(words)")
        default: (.internalFailure, "libcurl error \(code.rawValue): \(words)")
        }
    }

    private var connectVerdict: (HTTPError.Code, String) {
        switch systemError {
        case ENOENT: (.socketMissing, "the socket does not exist; start the server or correct the path")
        case ECONNREFUSED: (.connectionRefused, "connection refused; nothing listens there, so start the server")
        case EACCES, EPERM: (.permissionDenied, "permission denied; this user may not open the socket")
        default: (.connectionFailed, "no connection: \(words)")
        }
    }

    private var timeOutText: String {
        if !wasBegun { return "no connection in time" }
        if hasHead { return "the response was not complete in time" }
        return "no answer in time; whether the request took effect is unknown"
    }

    private var unansweredText: String {
        "the connection ended before an answer (\(words)); whether the request took effect is unknown"
    }
}

extension HTTPError {
    static func sentButUnanswered(_ request: HTTPRequest) -> HTTPError {
        HTTPError(
            code: .sentButUnanswered, mayHaveReachedServer: true,
            message: "\(request.label): the connection ended before an answer, and the request is not one to repeat; "
                + "whether it took effect is unknown")
    }
}
