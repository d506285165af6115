internal import Ambient
internal import JSON
internal import ProcessControl
internal import ProviderInterface

/// The file whose random content tells this directory from any other that may lie at its path.
struct IdentityMarker: Sendable {
    private static let name = "identity.json"

    let state: StateDirectory
    let installationID: String
    /// What every effect is held to; nil until the marker was established.
    private let expected = Guarded<String?>(nil)

    init(state: StateDirectory, installationID: String) {
        self.state = state
        self.installationID = installationID
    }

    /// The identity now; nil when there is no marker of this installation.
    func read() throws(ProviderError) -> String? {
        guard let marker = try state.read("\(state.path)/\(IdentityMarker.name)"),
            marker["installation"]?.stringValue == installationID
        else { return nil }
        return marker["identity"]?.stringValue
    }

    /// Holds the directory to the recorded identity, or at first use to the marker that is found or made.
    func establish(recorded: String?) throws(ProviderError) -> String {
        if let recorded { expected.withLock { $0 = recorded } }
        var found = try read()
        if let recorded {
            guard found == recorded else { throw mismatch(expected: recorded, found: found) }
            return recorded
        }
        if found == nil { found = try make(state.randomness.uuid()) }
        expected.withLock { $0 = found }
        return found ?? ""
    }

    /// Holds the directory to `identity`, whatever was recorded; a missing marker is made with it.
    func adopt(_ identity: String) throws(ProviderError) {
        var found = try read()
        if found == nil { found = try make(identity) }
        guard found == identity else { throw mismatch(expected: identity, found: found) }
        expected.withLock { $0 = identity }
    }

    private func make(_ identity: String) throws(ProviderError) -> String {
        try files { () throws(FileFailure) in _ = try PrivateDirectory(state.path) }
        // Of two makers the first one's counts for both.
        _ = try state.add(
            state.path, IdentityMarker.name,
            ["installation": .string(installationID), "identity": .string(identity)])
        guard let made = try read() else {
            throw ProviderError(
                .nameTaken,
                "the directory \(state.path) belongs to another installation; give this Provider one of its own")
        }
        return made
    }

    /// The identity, which must be the expected one.
    @discardableResult func check() throws(ProviderError) -> String {
        let found = try read()
        let expected = expected.withLock { $0 }
        guard let found, let expected, found == expected else { throw mismatch(expected: expected, found: found) }
        return found
    }

    func mismatch(expected: String?, found: String?) -> ProviderError {
        ProviderError(
            .identityMismatch,
            "the identity marker of \(state.path) is \(found ?? "missing"), and \(expected ?? "none") is recorded: this may be "
                + "another directory; nothing is done until it is adopted (immctl provider adopt)")
    }
}
