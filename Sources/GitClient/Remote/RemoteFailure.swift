import ProcessControl

/// What git's words about a remote mean. They are matched as a C locale has them; what is not known is `failed`.
enum RemoteFailure {
    private struct Reading {
        let words: String
        let kind: GitError.Kind
        let advice: String

        init(_ words: String, _ kind: GitError.Kind, _ advice: String = "") {
            self.words = words
            self.kind = kind
            self.advice = advice
        }
    }

    /// The first that fits is taken: what a server says in particular stands before what every broken connection brings.
    private static let readings: [Reading] = [
        Reading(
            "terminal prompts disabled", .denied,
            "The server wants a name and a password, or does not take these: look at the Secret that spec.credentials names."
        ),
        Reading("Authentication failed", .denied, "Look at the Secret that spec.credentials names."),
        Reading("returned error: 401", .denied, "Look at the Secret that spec.credentials names."),
        Reading("returned error: 403", .denied, "The account may not do this: look at its rights at the server."),
        Reading(
            "Host key verification failed", .denied,
            "The server's key is not the one in known_hosts: find out why before you replace it there."),
        Reading(
            "Permission denied (", .denied, "The server does not take the key 'identity': add its public half there."),
        Reading(
            "Load key", .denied, "The key 'identity' cannot be read: it must be a private key without a passphrase."),
        Reading("dubious ownership", .denied, "The repository's directory belongs to another user."),
        Reading("certificate", .denied, "Put the certificate of the server's authority under ca.crt into the Secret."),
        Reading("SSL", .denied, "Look at the server's certificate, and at ca.crt in the Secret."),
        Reading("couldn't find remote ref", .notFound),
        Reading("not our ref", .notFound, "The commit is no longer there."),
        Reading("unadvertised object", .notFound),
        Reading("access denied or repository not exported", .notFound, "Look at spec.url."),
        Reading("does not appear to be a git repository", .notFound, "Look at spec.url."),
        Reading("not found", .notFound, "Look at spec.url; some servers say so when the credentials do not fit."),
        Reading("returned error: 404", .notFound, "Look at spec.url."),
        Reading("unable to update url base from redirection", .refused, "Name the URL that it leads to in spec.url."),
        Reading("returned error: 30", .refused, "The server leads elsewhere: name that URL in spec.url."),
        Reading("not allowed", .refused),
        Reading("fsck error", .refused, "The repository holds an object that git takes for broken or hostile."),
        Reading("fsck-objects", .refused, "The repository holds an object that git takes for broken or hostile."),
        Reading("bad config line", .failed),
        Reading("No space left", .failed, "The disk of the data directory is full."),
        Reading("returned error: 5", .unreachable),
        Reading("unable to access", .unreachable),
        Reading("unable to connect", .unreachable),
        Reading("Could not resolve host", .unreachable),
        Reading("Connection refused", .unreachable),
        Reading("Connection timed out", .unreachable),
        Reading("Connection reset", .unreachable),
        Reading("Connection closed", .unreachable),
        Reading("Operation timed out", .unreachable),
        Reading("Network is unreachable", .unreachable),
        Reading("No route to host", .unreachable),
        Reading("hung up unexpectedly", .unreachable),
        Reading("early EOF", .unreachable),
        Reading("RPC failed", .unreachable),
        Reading("Could not read from remote repository", .unreachable),
        Reading("unexpected disconnect", .unreachable),
    ]

    /// - Parameter what: was wanted, to begin a sentence: `The references of URL cannot be read`.
    static func error(_ result: ProgramResult, _ what: String, _ access: RemoteAccess) -> GitError {
        // Not what is quoted: the URL, and what programs at the server print.
        let raw = String(decoding: result.errors, as: UTF8.self).replacing(access.url.text, with: "URL")
            .split(separator: "\n").filter { !$0.hasPrefix("remote: ") }.joined(separator: "\n")
        let reading = readings.first { raw.contains($0.words) }
        var said = GitText.errors(result.errors, hiding: access.secrets)
        if said.isEmpty { said = result.exitCode.map { "git ended with code \($0)" } ?? "git was ended by a signal" }
        let advice = reading.map { $0.advice.isEmpty ? "" : " \($0.advice)" } ?? ""
        return GitError(reading?.kind ?? .failed, "\(what): \(said).\(advice)")
    }
}

extension RemoteAccess {
    /// What a limit that was reached means to a person.
    func limit(_ error: GitError, _ what: String, size: String) -> GitError {
        switch error.kind {
        case .timedOut:
            let seconds = remote.timeout.components.seconds
            return GitError(.timedOut, "\(what): the server did not finish within \(seconds) s (spec.timeoutSeconds).")
        case .tooLarge: return GitError(.tooLarge, "\(what): \(size).")
        default: return GitError(error.kind, "\(what): \(error.message).")
        }
    }
}
