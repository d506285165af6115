import InfraAPI

/// How far the replacement of a slot's occupant has come. Derived from records and facts; never stored.
enum ReplacementState: Sendable, Hashable, CaseIterable {
    /// The right occupant is available; nothing else stands in the slot.
    case settled
    /// An outgoing occupant is to be replaced; nothing has been changed yet.
    case preparing
    /// The incoming occupant is intended, made or running, but not ready.
    case starting
    /// The incoming occupant is ready, but not available yet.
    case verifying
    /// The incoming occupant is available beside the outgoing one, which has not been told to go.
    case draining
    /// The outgoing occupant was told to go and may still run; nothing else stands in the slot.
    case stopping
    /// The outgoing occupant does not run any more; that it is gone is not confirmed.
    case destroying
    /// Nothing stands in the slot, and a volume of it is being copied before the next one gets it.
    case snapshotting
    /// Nothing stands in the slot.
    case vacant
}

/// What happened to the replacement since. One at a time, the gravest first.
enum ReplacementEvent: Sendable, Hashable, CaseIterable {
    case ok
    /// The incoming occupant died, was refused, or could not be tried.
    case failed
    /// The incoming occupant is not available within `progressDeadlineSeconds`.
    case deadline
    /// An occupant that never became available belongs to a revision that is wanted no more.
    case superseded
    case slotRemoved
    case setDeleted
    /// The incoming (or settled) occupant is gone from the provider, and not by us.
    case incomingLost
    /// The outgoing occupant died or is gone before it was told to go.
    case outgoingLost
    case providerUnreachable
}

/// What the planner does about it.
enum ReplacementDirective: Sendable, Hashable {
    /// The state's own next step.
    case proceed
    /// The incoming occupant leaves; the slot is tried again by the same path, after back-off.
    case dropIncoming
    /// The outgoing occupant, unavailable as it is, leaves; that costs nothing of the budget.
    case dropOutgoing
    /// What was begun for an older revision leaves; an outgoing occupant that still serves keeps serving.
    case dropSuperseded
    /// Go on, and say that it takes too long.
    case proceedStalled
    /// Every occupant leaves, and the slot's volumes are orphaned.
    case release
    /// No effect until the provider answers.
    case hold
}

/// The cancel table: before the outgoing occupant is told to stop, a newer desired state cancels what was begun; after it
/// there is only the way forward, to the newest revision (law L8).
enum ReplacementTable {
    static func directive(_ state: ReplacementState, on event: ReplacementEvent) -> ReplacementDirective {
        switch (state, event) {
        // Nothing is decided on facts that nobody can see.
        case (_, .providerUnreachable): .hold
        case (_, .setDeleted), (_, .slotRemoved): .release

        case (.settled, .ok), (.preparing, .ok), (.starting, .ok), (.verifying, .ok), (.draining, .ok),
            (.stopping, .ok), (.destroying, .ok), (.snapshotting, .ok), (.vacant, .ok):
            .proceed

        // A settled occupant that dies is the outgoing one of its own replacement.
        case (.settled, .failed), (.settled, .incomingLost), (.starting, .failed), (.starting, .incomingLost),
            (.verifying, .failed), (.verifying, .incomingLost), (.draining, .failed), (.draining, .incomingLost):
            .dropIncoming
        // No incoming occupant stands in these states: what failed was on its way out already.
        case (.preparing, .failed), (.preparing, .incomingLost), (.stopping, .failed), (.stopping, .incomingLost),
            (.destroying, .failed), (.destroying, .incomingLost), (.snapshotting, .failed),
            (.snapshotting, .incomingLost), (.vacant, .failed), (.vacant, .incomingLost):
            .proceed

        case (.preparing, .outgoingLost), (.starting, .outgoingLost), (.verifying, .outgoingLost),
            (.draining, .outgoingLost), (.settled, .outgoingLost):
            .dropOutgoing
        // It was told to go, and it is gone: that is what the next step confirms.
        case (.stopping, .outgoingLost), (.destroying, .outgoingLost), (.snapshotting, .outgoingLost),
            (.vacant, .outgoingLost):
            .proceed

        case (.preparing, .superseded), (.starting, .superseded), (.verifying, .superseded), (.draining, .superseded),
            (.settled, .superseded):
            .dropSuperseded
        // After the stop only forward: the newest revision is what the vacant slot gets. A copy that has begun ends first.
        case (.stopping, .superseded), (.destroying, .superseded), (.snapshotting, .superseded), (.vacant, .superseded):
            .proceed

        case (.starting, .deadline), (.verifying, .deadline): .proceedStalled
        case (.settled, .deadline), (.preparing, .deadline), (.draining, .deadline), (.stopping, .deadline),
            (.destroying, .deadline), (.snapshotting, .deadline), (.vacant, .deadline):
            .proceed
        }
    }
}
