import InfraAPI
import Testing

@testable import Planning

@Suite struct BudgetTests {
    @Test(
        arguments: [
            (1, nil, nil, 1, 0), (4, nil, nil, 1, 1), (10, nil, nil, 3, 2), (3, nil, nil, 1, 0), (0, nil, nil, 0, 1),
            (10, IntOrString.string("50%"), IntOrString.int(3), 5, 3), (3, .string("10%"), .string("40%"), 1, 1),
        ] as [(Int, IntOrString?, IntOrString?, Int, Int)])
    func `percentages round up for surge and down for unavailable`(
        replicas: Int, surge: IntOrString?, unavailable: IntOrString?, expectedSurge: Int, expectedUnavailable: Int
    ) {
        let set = Fixture.set(replicas: replicas) {
            $0.spec.strategy.maxSurge = surge
            $0.spec.strategy.maxUnavailable = unavailable
        }
        let budget = Budget(set.spec, claims: [], template: set.spec.template.spec)
        #expect(budget.maxSurge == expectedSurge)
        #expect(budget.maxUnavailable == expectedUnavailable)
    }

    @Test func `slots with a volume never surge`() {
        let set = Fixture.set(replicas: 8, claims: ["data"])
        let budget = Budget(set.spec, claims: set.spec.volumeClaimTemplates, template: set.spec.template.spec)
        #expect(budget.maxSurge == 0)
        #expect(budget.maxUnavailable == 2)
    }

    @Test func `slots with a host port never surge`() {
        var port = Port()
        port.hostPort = 8080
        let set = Fixture.set(replicas: 1) { $0.spec.template.spec.ports = [port] }
        #expect(
            Budget(set.spec, claims: [], template: set.spec.template.spec)
                == Budget(replicas: 1, maxSurge: 0, maxUnavailable: 1))
    }
}
