import Ambient

/// What this process knows of the image updates of a source; found out anew after a restart.
struct ImageUpdateFacts: Sendable {
    /// What the last look was for: another commit or spec is looked at at once.
    struct Basis: Sendable, Hashable {
        let generation: Int
        let commit: String
    }

    var basis: Basis?
    /// Uptime of the next look.
    var due = Duration.zero
    /// What is not stored yet.
    var report: ImageUpdateReport?
}
