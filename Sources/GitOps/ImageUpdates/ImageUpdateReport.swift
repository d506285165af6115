import InfraAPI

/// What became of one look for newer images. A class: results of child tasks are handed on by reference.
final class ImageUpdateReport: Sendable {
    /// What the condition ImageUpdates says.
    enum Reason: String, Sendable, Hashable {
        case upToDate = "UpToDate"
        case proposed = "Proposed"
        case declined = "ProposalDeclined"
        // A person has to look.
        case leftAlone = "LeftAlone"
        case branchTaken = "BranchTaken"
        case branchFollowed = "BranchFollowed"
        case pushRefused = "PushRefused"
        case registryFailed = "RegistryFailed"
        case repositoryFailed = "RepositoryFailed"

        var isGood: Bool { [.upToDate, .proposed, .declined].contains(self) }
    }

    let reason: Reason
    /// Says nothing that changes with every look.
    let message: String
    /// What stands on the branch now, if that is another commit than the status has; nil: nothing new.
    let proposal: ImageProposal?
    /// Whether `proposal` was pushed just now.
    let isNew: Bool
    /// Whether everything that was ever proposed is taken: the branch's commit is remembered as ours, without images.
    let isSettled: Bool

    init(
        _ reason: Reason, _ message: String, proposal: ImageProposal? = nil, isNew: Bool = false,
        isSettled: Bool = false
    ) {
        (self.reason, self.message, self.proposal) = (reason, message, proposal)
        (self.isNew, self.isSettled) = (isNew, isSettled)
    }
}

/// Why a look for newer images came to nothing.
struct ImageUpdateProblem: Error, Sendable, Hashable {
    let reason: ImageUpdateReport.Reason
    let message: String

    init(_ reason: ImageUpdateReport.Reason, _ message: String) {
        (self.reason, self.message) = (reason, message)
    }
}
