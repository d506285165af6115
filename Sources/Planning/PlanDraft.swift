import Ambient
import InfraAPI

/// The plan in the making: steps, waits, and what of the budget the steps so far have used.
struct PlanDraft {
    let observation: SetObservation
    let budget: Budget
    /// The rejected revision that `spec` resolves to, whether another one takes its place or nothing does.
    let rejected: String?
    /// The places that are to get older data, as the stored status has them.
    let storedRestores: [VolumeRestore]
    /// The set's volumes by where they belong.
    let places: [VolumePlace: VolumeView]
    private(set) var steps: [PlannedStep] = []
    private(set) var waits: [SlotWait] = []
    private(set) var wakeAt: Timestamp?
    /// Slots with somebody who serves, after the steps so far. Two in one slot count once: stricter than the law, so that a
    /// revision that fails in one slot does not take the old instances of the others.
    private(set) var available: Int
    /// Instances that the provider may hold, after the steps so far.
    private(set) var occupants: Int
    var slotFailures: [SlotFailure]

    init(
        _ observation: SetObservation, budget: Budget, rejected: String? = nil, available: Int, occupants: Int,
        storedRestores: [VolumeRestore] = []
    ) {
        self.observation = observation
        self.storedRestores = storedRestores
        self.rejected = rejected
        self.budget = budget
        places = observation.volumesByPlace()
        self.available = available
        self.occupants = occupants
        slotFailures = observation.set.status.slotFailures
    }

    var now: Timestamp { observation.now }
    var claims: [VolumeClaimTemplate] { observation.set.spec.volumeClaimTemplates }

    mutating func add(_ step: Step, slot: Int?, _ reason: Reason, _ message: String) {
        steps.append(PlannedStep(step, slot: slot, reason, message))
    }

    mutating func add(_ planned: PlannedStep) { steps.append(planned) }

    mutating func wait(_ slot: Int?, _ reason: SlotWait.Reason, _ message: String, until time: Timestamp? = nil) {
        waits.append(SlotWait(slot: slot, reason, message))
        if let time { wake(at: time) }
    }

    /// Plan again at this time. One that has come changes nothing more: what was due then was planned now, or waits for
    /// something that will report itself.
    mutating func wake(at time: Timestamp) {
        guard time > observation.now else { return }
        wakeAt = wakeAt.map { min($0, time) } ?? time
    }

    // Budget (law L4).

    /// Whether a slot may lose the only occupant that serves.
    var mayTakeOneAvailable: Bool { available - 1 >= budget.minAvailable }
    /// Whether a slot may lose one of two that serve.
    var mayTakeSpare: Bool { available >= budget.minAvailable }
    var mayAddOccupant: Bool { occupants + 1 <= budget.maxOccupants }

    mutating func takeAvailable() { available -= 1 }
    mutating func addOccupant() { occupants += 1 }

    // Back-off memory of the slots.

    func failure(slot: Int, revision: String) -> SlotFailure? {
        slotFailures.first { $0.slot == slot && $0.revision == revision }
    }

    mutating func recordFailure(slot: Int, revision: String, _ reason: Reason, _ message: String) {
        var failure = failure(slot: slot, revision: revision) ?? SlotFailure()
        failure.slot = slot
        failure.revision = revision
        failure.reason = reason.rawValue
        failure.message = String(message.prefix(RevisionEvidence.longestMessage))
        failure.count += 1
        failure.lastFailureAt = now
        slotFailures.removeAll { $0.slot == slot }
        slotFailures.append(failure)
        slotFailures.sort { $0.slot < $1.slot }
    }

    mutating func clearFailure(slot: Int) {
        slotFailures.removeAll { $0.slot == slot }
    }
}
