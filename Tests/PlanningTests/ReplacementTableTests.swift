import Testing

@testable import Planning

@Suite struct ReplacementTableTests {
    @Test func `nothing is done while the provider is unreachable`() {
        for state in ReplacementState.allCases {
            #expect(ReplacementTable.directive(state, on: .providerUnreachable) == .hold)
        }
    }

    @Test func `a deletion or a removed slot is legal from every state`() {
        for state in ReplacementState.allCases {
            #expect(ReplacementTable.directive(state, on: .setDeleted) == .release)
            #expect(ReplacementTable.directive(state, on: .slotRemoved) == .release)
        }
    }

    @Test(arguments: [ReplacementState.preparing, .starting, .verifying, .draining])
    func `before the stop a newer desired state cancels`(state: ReplacementState) {
        #expect(ReplacementTable.directive(state, on: .superseded) == .dropSuperseded)
    }

    @Test(arguments: [ReplacementState.stopping, .destroying, .vacant])
    func `after the stop there is only the way forward`(state: ReplacementState) {
        for event in [ReplacementEvent.superseded, .outgoingLost, .failed, .incomingLost, .deadline, .ok] {
            #expect(ReplacementTable.directive(state, on: event) == .proceed)
        }
    }
}
