/// Reason codes of conditions, events and history.
enum SyncReason: String, Sendable, Hashable {
    // Of a sync that goes well.
    case applied = "Applied"
    case progressing = "Progressing"
    case suspended = "Suspended"
    case fetched = "Fetched"
    case signed = "Signed"
    case pruned = "Pruned"
    // The repository, by what git said.
    case serverUnreachable = "ServerUnreachable"
    case accessDenied = "AccessDenied"
    case notFound = "NotFound"
    case tooLarge = "TooLarge"
    case timedOut = "TimedOut"
    case repositoryRefused = "RepositoryRefused"
    case gitFailed = "GitFailed"
    case urlRefused = "URLRefused"
    case credentialsMissing = "CredentialsMissing"
    // The commit.
    case manifestInvalid = "ManifestInvalid"
    case linkRefused = "LinkRefused"
    case submoduleRefused = "SubmoduleRefused"
    case emptyRender = "EmptyRender"
    case tooManyObjects = "TooManyObjects"
    case kustomizationFailed = "KustomizationFailed"
    case signatureRefused = "SignatureRefused"
    case signersMissing = "SignersMissing"
    // Its objects.
    case objectRefused = "ObjectRefused"
    case fieldConflict = "FieldConflict"
    case ownedElsewhere = "OwnedElsewhere"
    case forbidden = "Forbidden"
    case applyFailed = "ApplyFailed"
    case terminating = "Terminating"
    // What it waits for.
    case dependencyNotReady = "DependencyNotReady"
    case dependencyCycle = "DependencyCycle"
    case healthTimeout = "HealthTimeout"
    case rejected = "Rejected"
    case pruneWaiting = "PruneWaiting"
    // Drift.
    case driftReported = "DriftReported"
    case driftReturns = "DriftReturns"
}

/// What is wrong: a code, and a sentence that says where and what to do.
struct SyncProblem: Error, Sendable, Hashable {
    /// Bytes of a message that is stored.
    private static let maximumMessage = 8192

    let reason: SyncReason
    let message: String

    init(_ reason: SyncReason, _ message: String) {
        self.reason = reason
        self.message =
            message.utf8.count > SyncProblem.maximumMessage
            ? String(message.prefix(SyncProblem.maximumMessage / 4)) + "…" : message
    }
}

/// Something that a person wants to hear of once.
struct SyncEvent: Sendable, Hashable {
    enum Name: String, Sendable, Hashable {
        case commitApplied = "CommitApplied"
        case commitRefused = "CommitRefused"
        case signatureRefused = "SignatureRefused"
        case syncFailed = "SyncFailed"
        case fetchFailed = "FetchFailed"
        case healthTimeout = "HealthTimeout"
        case rejected = "Rejected"
        case pruneWaiting = "PruneWaiting"
        case pruned = "Pruned"
        case released = "Released"
        case driftFound = "DriftFound"
        case driftReverted = "DriftReverted"
    }

    let name: Name
    let isWarning: Bool
    let message: String
}
