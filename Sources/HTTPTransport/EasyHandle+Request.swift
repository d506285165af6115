import CLibcurl
import CShims

extension EasyHandle {
    /// Sets every option of one request. False when libcurl refuses one (out of memory, or a build without it).
    ///
    /// - Parameter hasUpload: the body comes from a callback, chunk by chunk.
    func prepare(_ request: HTTPRequest, endpoint: HTTPEndpoint, limits: HTTPLimits, hasUpload: Bool = false) -> Bool {
        reset()
        return setConnection(limits: limits, timeout: request.timeout ?? limits.requestTimeout)
            && setEndpoint(endpoint.showing(request.identity), path: request.path)
            && (hasUpload ? setUploadMethod(request) : setMethod(request))
            && set(headerLines: headerLines(of: request))
    }

    private func setConnection(limits: HTTPLimits, timeout: Duration) -> Bool {
        set(CURLOPT_NOSIGNAL, 1)
            && set(CURLOPT_PROTOCOLS_STR, "http,https")
            && set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
            // The endpoint is what it was said to be: no proxy from the environment, no redirect.
            && set(CURLOPT_NOPROXY, "*")
            && set(CURLOPT_FOLLOWLOCATION, 0)
            && set(CURLOPT_PATH_AS_IS, 1)
            && set(CURLOPT_TCP_KEEPALIVE, 1)
            && set(CURLOPT_BUFFERSIZE, 64 << 10)
            && set(CURLOPT_CONNECTTIMEOUT_MS, limits.connectTimeout.wholeMilliseconds)
            && set(CURLOPT_TIMEOUT_MS, timeout.wholeMilliseconds)
    }

    private func setEndpoint(_ endpoint: HTTPEndpoint, path: String) -> Bool {
        switch endpoint {
        case .unix(let socket):
            return set(CURLOPT_UNIX_SOCKET_PATH, socket) && set(CURLOPT_URL, "http://localhost\(path)")
        case .tcp(let base, let tls):
            let prefix = base.hasSuffix("/") ? String(base.dropLast()) : base
            return set(CURLOPT_URL, prefix + path) && (tls.map(setTLS) ?? true)
                && set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        }
    }

    private func setTLS(_ tls: TLSOptions) -> Bool {
        var isSet = true
        if !tls.verifiesServer { isSet = set(CURLOPT_SSL_VERIFYPEER, 0) && set(CURLOPT_SSL_VERIFYHOST, 0) }
        switch tls.certificateAuthority {
        case .file(let path)?: isSet = isSet && set(CURLOPT_CAINFO, path)
        case .pem(let bytes)?: isSet = isSet && set(CURLOPT_CAINFO_BLOB, blob: bytes)
        case nil: break
        }
        switch tls.clientCertificate {
        case .file(let path)?: isSet = isSet && set(CURLOPT_SSLCERT, path)
        case .pem(let bytes)?: isSet = isSet && set(CURLOPT_SSLCERT_BLOB, blob: bytes)
        case nil: break
        }
        switch tls.clientKey {
        case .file(let path)?: isSet = isSet && set(CURLOPT_SSLKEY, path)
        case .pem(let bytes)?: isSet = isSet && set(CURLOPT_SSLKEY_BLOB, blob: bytes)
        case nil: break
        }
        return isSet
    }

    private func setMethod(_ request: HTTPRequest) -> Bool {
        switch request.method {
        case .get where request.body.isEmpty: return set(CURLOPT_HTTPGET, 1)
        case .head: return set(CURLOPT_NOBODY, 1)
        case .delete where request.body.isEmpty: return set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        default: return setBody(request.body) && set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
    }

    /// On a connection of its own: a body that is made while it is sent cannot be sent again when a kept one turns out dead.
    private func setUploadMethod(_ request: HTTPRequest) -> Bool {
        set(CURLOPT_FRESH_CONNECT, 1) && set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    }

    private func headerLines(of request: HTTPRequest) -> [String] {
        // Without these lines libcurl waits for `100 Continue` before a large body and calls every body a form.
        var lines = ["Expect:"]
        if request.headers["Content-Type"] == nil { lines.append("Content-Type:") }
        if request.headers["User-Agent"] == nil { lines.append("User-Agent: imm") }
        for field in request.headers.fields {
            lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        return lines
    }
}

extension Duration {
    /// Rounded up to at least 1, since libcurl's zero means no limit; at most a year.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = Swift.min(self, .seconds(365 * 86400)).components
        let fraction = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return max(1, Int(seconds * 1000 + fraction))
    }
}
