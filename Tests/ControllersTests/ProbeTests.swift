import Ambient
import InfraAPI
import Planning
import ProviderInterface
import Testing

@testable import Controllers

@Suite struct ProbeTests {
    private let time = Timestamp(microsecondsSinceEpoch: 1_000_000)

    @Test func `a probe fails only after its threshold, and passes at the first success`() {
        var history = ProbeHistory(failureThreshold: 3)
        let changed0 = history.add(false, at: time)
        #expect(!changed0)
        let changed1 = history.add(false, at: time)
        #expect(!changed1)
        #expect(history.result == .unknown)
        let changed2 = history.add(false, at: time)
        #expect(changed2)
        #expect(history.result == .fail(since: time))
        let changed3 = history.add(true, at: time)
        #expect(changed3)
        #expect(history.result == .pass(since: time))
    }

    @Test func `an unknown answer neither counts for nor against`() {
        var history = ProbeHistory(failureThreshold: 1)
        let changed4 = history.add(nil, at: time)
        #expect(!changed4)
        #expect(history.result == .unknown)
        let changed5 = history.add(true, at: time)
        #expect(changed5)
        let changed6 = history.add(nil, at: time)
        #expect(!changed6)
        #expect(history.result == .pass(since: time))
    }

    @Test func `a probe goes to the published port, else to the instance's own address`() {
        var port = Port()
        port.name = "http"
        port.containerPort = 8080
        var template = InstanceTemplateSpec()
        template.ports = [port]
        var get = HTTPGetAction()
        get.port = .string("http")
        var probe = Probe()
        probe.httpGet = get
        var observed = ObservedInstance(
            uid: "a", providerID: "1", name: "a", state: .running, epoch: 0, set: "default/web", slot: 0, revision: "r")
        #expect(ProbeTarget(probe, template: template, observed: observed) == nil)
        observed.address = "10.1.2.3"
        #expect(
            ProbeTarget(probe, template: template, observed: observed) == .http(host: "10.1.2.3", port: 8080, path: "/")
        )
        var published = PublishedPort()
        published.containerPort = 8080
        published.hostIP = "127.0.0.1"
        published.hostPort = 40000
        observed.ports = [published]
        #expect(
            ProbeTarget(probe, template: template, observed: observed)
                == .http(host: "127.0.0.1", port: 40000, path: "/"))
    }

    @Test(arguments: ProviderError.Code.allCases) func `an error's code decides who is to blame`(
        code: ProviderError.Code
    ) {
        guard case .failed(let kind, let reason, _) = EffectOutcome(ProviderError(code, "why")) else {
            Issue.record("\(code) is no failure")
            return
        }
        #expect(reason == code.rawValue)
        #expect((kind == .blamesRevision) == (code == .startRefused || code == .alreadyExited))
        #expect(code != .unknownOutcome || kind == .tryAgain)
    }
}
