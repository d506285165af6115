internal import Ambient
internal import DockerEngine
internal import ProviderInterface

/// The volume whose random label tells this engine, with this data root, from any other.
///
/// The engine's own id does not: it survives a change of the data root.
struct IdentityMarker: Sendable {
    private let engine: DockerEngine
    private let names: ObjectNames
    private let randomness: any Randomness
    /// What every effect is held to; nil until the marker was established.
    private let expected = Guarded<String?>(nil)

    init(engine: DockerEngine, names: ObjectNames, randomness: any Randomness) {
        self.engine = engine
        self.names = names
        self.randomness = randomness
    }

    /// The engine's identity now; nil when it has no marker of this installation.
    func read() async throws(ProviderError) -> String? {
        let name = names.identityMarker
        let volume = try await engineRead("read the identity marker \(name)") { () throws(DockerError) in
            try await engine.inspectVolume(name)
        }
        guard let volume, volume.labels[ObjectLabels.installation] == names.installationID else { return nil }
        return volume.labels[ObjectLabels.identity]
    }

    /// Holds the engine to the recorded identity, or at first use to the marker that is found or made.
    func establish(recorded: String?) async throws(ProviderError) -> String {
        if let recorded { expected.withLock { $0 = recorded } }
        let found = try await read()
        if let recorded {
            guard found == recorded else { throw mismatch(expected: recorded, found: found) }
            return recorded
        }
        let identity: String
        if let found { identity = found } else { identity = try await make(randomness.uuid()) }
        expected.withLock { $0 = identity }
        return identity
    }

    /// Holds the engine to `identity`, whatever was recorded; a missing marker is made with it.
    func adopt(_ identity: String) async throws(ProviderError) {
        var found = try await read()
        if found == nil { found = try await make(identity) }
        guard found == identity else { throw mismatch(expected: identity, found: found) }
        expected.withLock { $0 = identity }
    }

    private func make(_ identity: String) async throws(ProviderError) -> String {
        let name = names.identityMarker
        let labels = [ObjectLabels.installation: names.installationID, ObjectLabels.identity: identity]
        // Creation returns the volume that is there, so that of two makers the first one's label counts for both.
        let volume = try await engineCall("make the identity marker \(name)") { () throws(DockerError) in
            try await engine.createVolume(name: name, labels: labels)
        }
        guard volume.labels[ObjectLabels.installation] == names.installationID,
            let made = volume.labels[ObjectLabels.identity]
        else {
            throw ProviderError(
                .nameTaken, "the volume \(name) exists without our labels; remove it, or use another installation id")
        }
        return made
    }

    /// The identity, which must be the expected one. Nothing may be done to an engine that is another one.
    func check() async throws(ProviderError) -> String {
        let found = try await read()
        let expected = expected.withLock { $0 }
        guard let found, let expected, found == expected else {
            throw mismatch(expected: expected, found: found)
        }
        return found
    }

    func mismatch(expected: String?, found: String?) -> ProviderError {
        ProviderError(
            .identityMismatch,
            "the identity marker \(names.identityMarker) is \(found ?? "missing"), and \(expected ?? "none") is recorded: "
                + "this may be another engine or data root; nothing is done until it is adopted (immctl provider adopt)"
        )
    }
}
